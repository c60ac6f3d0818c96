"""Carries a wish out on the portal itself: one real operation with real arguments."""

from collections.abc import Callable
from datetime import datetime

from cases import operations
from cases.follow_up import CatchUp
from cases.lifecycle import Channel, EscalationReason, Resolution
from cases.models import Case, FollowUpPolicy
from entitlements.models import License, Seat
from entitlements.operations import add_named_contact, remove_named_contact
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.accounts.operations import set_staff_sign_in
from portal.errors import DomainError
from tests.machine.model import Refused
from tests.machine.series import HOUR, Rules
from tests.machine.table import CaseModel, Person
from tests.machine.table import License as LicenseModel
from tests.machine.verbs import Wish

TEXT = "As written."


class Portal:
    """The portal's operations, reached as pages reach them: with rows loaded anew for every life."""

    def __init__(self) -> None:
        self._users = {user.pk: user for user in User.objects.select_related("account")}

    def user(self, person: Person | None) -> User:
        """The row of a person."""
        assert person is not None
        return self._users[person.key]

    def forget(self, *people: Person) -> None:
        """Load people anew: what they are has changed, or was read in a transaction that is gone."""
        for user in User.objects.select_related("account").filter(pk__in=[person.key for person in people]):
            self._users[user.pk] = user

    def carry_out(self, wish: Wish, now: datetime) -> Case | None:
        """This will do what is wished; gives the new case where one is filed. Raises Refused."""
        try:
            if wish.action == "file":
                return self._file(wish, now)
            if wish.action == "log-caller":
                return self._log_caller(wish, now)
            result = ACTIONS[wish.action](self, _row(wish.case), wish, now)
        except Case.DoesNotExist:
            raise Refused("unseen") from None
        except DomainError as error:
            raise Refused(error.code) from None
        return result if wish.action == "follow-up" else None

    def _file(self, wish: Wish, now: datetime) -> Case:
        assert wish.license is not None
        return operations.file_case(
            License(pk=wish.license.key),
            "A case",
            description=TEXT,
            priority=Priority(wish.priority),
            requestor=self.user(wish.person or wish.actor),
            watchers=[self.user(person) for person in wish.people],
            actor=self.user(wish.actor),
            now=now,
            **_commitment(wish),
        )

    def _log_caller(self, wish: Wish, now: datetime) -> Case:
        assert wish.license is not None
        return operations.log_caller(
            License(pk=wish.license.key),
            name="Cora",
            address=self.user(wish.person).email if wish.person else "cora@caller.example",
            channel=_channel(wish),
            actor=self.user(wish.actor),
            now=now,
        )

    def staff_leave(self, leaver: Person, *, is_active: bool, actor: Person, now: datetime) -> None:
        """This will let a person of staff leave or come back."""
        set_staff_sign_in(self.user(leaver), is_active=is_active, actor=self.user(actor), now=now)

    def remove_contact(
        self, leaver: Person, license_: LicenseModel, heir: Person | None, *, actor: Person, now: datetime
    ) -> None:
        """This will take a person's seat away."""
        seats = Seat.objects.filter(user=leaver.key, license=license_.key).select_related("license")
        seat = seats.order_by("-pk")[:1].get()
        successor = self.user(heir) if heir else None
        try:
            remove_named_contact(seat, successor=successor, actor=self.user(actor), now=now)
        except DomainError as error:
            raise Refused(error.code) from None

    def add_contact(self, person: Person, license_: LicenseModel, *, actor: Person, now: datetime) -> None:
        """This will give a person a seat."""
        row = License.objects.get(pk=license_.key)
        try:
            add_named_contact(row, self.user(person), actor=self.user(actor), now=now)
        except DomainError as error:
            raise Refused(error.code) from None

    def add_policy(self, rules: Rules, *, actor: Person, now: datetime) -> FollowUpPolicy:
        """This will make a policy row."""
        try:
            return operations.add_policy(
                in_force_from=rules.begins_at,
                reminder_hours=[after // HOUR for after in rules.reminders],
                closure_hours=rules.closure // HOUR,
                reopening_hours=rules.reopening // HOUR,
                catch_up=CatchUp.NOTICE_FIRST if rules.is_notice_first else CatchUp.STRICT,
                actor=self.user(actor),
                now=now,
            )
        except DomainError as error:
            raise Refused(error.code) from None


def _row(case: CaseModel | None) -> Case:
    """A case as a page holds it: an operation trusts no more of it than its keys."""
    assert case is not None
    return Case(pk=case.key, license_id=case.license.key, account_id=case.license.account)


def _commitment(wish: Wish) -> dict[str, object]:
    return (
        {"phone": "+1 555 0100", "impact": "All stands still.", "is_reachable": True}
        if wish.is_committed
        else {}
    )


def _channel(wish: Wish) -> Channel:
    return Channel.PHONE if wish.is_by_phone else Channel.CHAT


def _take_over(portal: Portal, case: Case, wish: Wish, now: datetime) -> object:
    return operations.take_over_case(
        case,
        "A case taken over",
        description=TEXT,
        priority=Priority(wish.priority),
        watchers=[portal.user(person) for person in wish.people],
        actor=portal.user(wish.actor),
        now=now,
        **_commitment(wish),
    )


def _follow_up(portal: Portal, case: Case, wish: Wish, now: datetime) -> Case:
    return operations.file_follow_up(
        case,
        "A case after",
        description=TEXT,
        priority=Priority(wish.priority),
        requestor=portal.user(wish.person or wish.actor),
        watchers=[portal.user(person) for person in wish.people],
        actor=portal.user(wish.actor),
        now=now,
    )


def _change_priority(portal: Portal, case: Case, wish: Wish, now: datetime) -> object:
    return operations.change_priority(
        case,
        priority=Priority(wish.priority),
        reason=TEXT,
        customers_words=TEXT if wish.is_customers_wish else "",
        actor=portal.user(wish.actor),
        now=now,
        **_commitment(wish),
    )


Action = Callable[[Portal, Case, Wish, datetime], object]


def _plain(name: str, **facts: object) -> Action:
    """By name: an operation that a test has replaced is found replaced."""
    return lambda portal, case, wish, now: getattr(operations, name)(
        case, actor=portal.user(wish.actor), now=now, **facts
    )


ACTIONS: dict[str, Action] = {
    "claim": _plain("claim_case"),
    "assign": lambda portal, case, wish, now: operations.assign_case(
        case, owner=portal.user(wish.person), actor=portal.user(wish.actor), now=now
    ),
    "answer": _plain("answer_case", text=TEXT),
    "request-information": _plain("request_information", text=TEXT),
    "provide-resolution": _plain("provide_resolution", text=TEXT),
    "resume": _plain("resume_case", reason=TEXT),
    "hand-to-engineering": _plain("hand_to_engineering"),
    "take-back": _plain("take_back"),
    "reply": _plain("reply_to_case", text=TEXT),
    "log-contact": lambda portal, case, wish, now: operations.log_contact(
        case, text=TEXT, said_by="Ann", channel=_channel(wish), actor=portal.user(wish.actor), now=now
    ),
    "confirm": _plain("confirm_resolution"),
    "close": lambda portal, case, wish, now: operations.close_case(
        case,
        resolution=Resolution(wish.resolution),
        actor=portal.user(wish.actor),
        now=now,
        reason=TEXT,
    ),
    "reopen": _plain("reopen_case", text=TEXT),
    "follow-up": _follow_up,
    "hold": lambda portal, case, wish, now: operations.hold_case(
        case, last_on=wish.day, reason=TEXT, actor=portal.user(wish.actor), now=now
    ),
    "release": _plain("release_hold"),
    "extend": _plain("extend_waiting"),
    "escalate": _plain("escalate_case", reason=EscalationReason.TIME_TO_RESOLUTION, text=TEXT),
    "acknowledge": _plain("acknowledge_escalation", text=TEXT),
    "raise-urgency": _plain("raise_urgency", justification=TEXT),
    "lower-priority": lambda portal, case, wish, now: operations.lower_priority(
        case, priority=Priority(wish.priority), actor=portal.user(wish.actor), now=now
    ),
    "change-priority": _change_priority,
    "hand-to-colleague": lambda portal, case, wish, now: operations.hand_to_colleague(
        case, colleague=portal.user(wish.person), actor=portal.user(wish.actor), now=now
    ),
    "edit-watchers": lambda portal, case, wish, now: operations.edit_watchers(
        case, watchers=[portal.user(person) for person in wish.people], actor=portal.user(wish.actor), now=now
    ),
    "add-note": _plain("add_note", text=TEXT),
    "tag": lambda portal, case, wish, now: operations.set_tags(
        case, tags=wish.tags, actor=portal.user(wish.actor), now=now
    ),
    "link-related": lambda portal, case, wish, now: operations.link_related(
        case, other=_row(wish.other), actor=portal.user(wish.actor), now=now
    ),
    "take-over": _take_over,
    "request-call": lambda portal, case, wish, now: operations.request_call(
        case, phone="+1 555 0100", starts_at=wish.starts_at, actor=portal.user(wish.actor), now=now
    ),
    "cancel-call": _plain("cancel_call"),
    "decline-call": _plain("decline_call", reason=TEXT),
}
