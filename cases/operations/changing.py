"""The frame of every operation on a case: lock, check, change, record, announce; one atomic block."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cases import notices
from cases.calls import CallOutcome
from cases.folding import Changes, State, changes_between
from cases.follow_up import next_due_at, reopen_until
from cases.lifecycle import Action, Channel, Resolution, Role, Status, status_after
from cases.models import (
    Attachment,
    CallRequest,
    Case,
    CaseEvent,
    CaseQuerySet,
    Hold,
    Message,
    WaitingPeriod,
)
from cases.operations.response_targets import settle_target, target_stated, withdraw_target
from cases.permissions import raise_refusal, refusal_of, roles_of
from cases.queries import policy_in_force
from entitlements.operations.changing import locked_license
from entitlements.queries import forget_seats
from portal.accounts.groups import staff_groups
from portal.accounts.models import User
from portal.accounts.operations import hold_staff
from portal.files.storing import StoredBlob, keep


@dataclass
class Change:
    """An operation under way: the locked case, who acts, and when."""

    case: Case
    action: Action
    actor: User | None
    now: datetime
    roles: frozenset[Role]
    state_before: State

    @property
    def status_before(self) -> Status:
        """Where the case stood when it was locked; a new case, where it begins."""
        return Status(str(self.state_before.get("status", self.case.status)))

    @property
    def is_by_customer(self) -> bool:
        """A person of the customer acts."""
        return Role.CONTACT in self.roles or Role.READER in self.roles

    def move(self) -> None:
        """This will set the status that the table gives for the action."""
        self.case.status = status_after(
            self.action, Status(self.case.status), is_owned=self.case.owner_id is not None
        )

    def own(self) -> None:
        """This will make the acting member of staff the owner of a case that nobody owns (SPEC 2)."""
        if self.case.owner_id is None:
            self.case.owner = self.actor

    def respond(self) -> None:
        """This will fix the first response and end its target; later ones change nothing."""
        if self.case.first_responded_at is None:
            settle_target(self.case, now=self.now)
            self.case.first_responded_at = self.now

    def write(
        self, body: str, purpose: Message.Purpose, *, files: Sequence[StoredBlob] = (), **said: str
    ) -> Message:
        """This will add a public message with its files."""
        assert self.actor is not None
        return write_message(
            self.case, body, author=self.actor, purpose=purpose, now=self.now, files=files, **said
        )

    def record(
        self,
        kind: str,
        detail: Mapping[str, object] | None = None,
        *,
        is_public: bool = True,
        lists: Changes | None = None,
    ) -> CaseEvent:
        """This will save the case and add one line to its history, with all that changed.

        `lists` are the watchers or tags before and after; call it once in an operation.
        """
        statuses = {"status_before": str(self.status_before), "status": str(self.case.status)}
        return record_event(
            self.case,
            kind,
            actor=self.actor,
            now=self.now,
            before=self.state_before,
            is_public=is_public,
            detail={**statuses, **(detail or {})},
            lists=lists,
        )

    def tell_customer(self, kind: str, event: CaseEvent, **params: object) -> None:
        """This will announce the event to the requestor and the watchers, save who acted."""
        notices.tell_customer(self.case, kind, event=event, except_for=self.actor, now=self.now, **params)

    def acknowledge(self, event: CaseEvent) -> None:
        """This will acknowledge the filing to the requestor, the watchers and whoever filed."""
        notices.acknowledge(self.case, event=event, now=self.now, **target_stated(self.case))

    def tell_staff(self, kind: str, event: CaseEvent, **params: object) -> None:
        """This will announce the event to the owner, else to the people on duty, save who acted."""
        notices.tell_staff(self.case, kind, event=event, except_for=self.actor, now=self.now, **params)


@contextmanager
def changing(
    case: Case,
    action: Action,
    *,
    actor: User,
    now: datetime,
    owner: User | None = None,
    with_license: bool = False,
) -> Iterator[Change]:
    """This will lock the case (the license before it where a seat counts) and check `action`.

    Before both it holds whoever of staff acts, and `owner`, who is to have the case: nobody leaves with it.

    Raises:
        Case.DoesNotExist: `actor` may not see the case, or not any more.
        NotAllowed, DomainError: the action is refused; nothing has changed.
    """
    with transaction.atomic():
        if held := [person for person in (actor, owner) if person is not None and person.is_staff]:
            hold_staff(*held)
        if with_license or not staff_groups(actor):
            # Removing a contact holds the same lock: a reply comes wholly before it or is refused.
            locked_license(case.license_id)
            forget_seats(actor)
            actor.refresh_from_db(fields=["is_active", "may_file_cases", "sees_account_cases", "account"])
        locked = lock_cases(Case.objects.visible_to(actor).filter(pk=case.pk))
        if not locked:
            raise Case.DoesNotExist
        [current] = locked
        roles = roles_of(actor, current)
        if refused := refusal_of(action, current, roles=roles, now=now):
            raise_refusal(refused, current)
        yield Change(current, action, actor, now, roles, state_before=current.state())


def lock_cases(cases: CaseQuerySet, *, skip_locked: bool = False) -> list[Case]:
    """This will lock cases in the order of the query, then read them anew with what the rules ask of each.

    The second statement sees what was committed while the first one waited. `cases` must not join. Rows that
    refer to a locked case are still written: two cases linked both ways at once do not wait for each other.
    """
    locking = cases.select_for_update(skip_locked=skip_locked, no_key=True)
    keys = list(locking.values_list("pk", flat=True))
    loaded = (
        Case.objects.filter(pk__in=keys)
        .for_display()
        .prefetch_related("period__holds", "period__steps", "license__terms", "watchers")
    )
    rows = {case.pk: case for case in loaded}
    for case in rows.values():
        # The license's account is the case's: its region's zone needs no further statement.
        case.license.account = case.account
    return [rows[key] for key in keys]


def write_message(
    case: Case,
    body: str,
    *,
    author: User,
    purpose: Message.Purpose,
    now: datetime,
    files: Sequence[StoredBlob] = (),
    said_by: str = "",
    channel: str = Channel.PORTAL,
) -> Message:
    """This will add one message with the files that were stored for it."""
    message = Message.objects.create(
        case=case,
        author=author,
        is_from_staff=author.is_staff,
        purpose=purpose,
        body=body,
        written_at=now,
        said_by=said_by,
        channel=channel,
    )
    Attachment.objects.bulk_create(
        Attachment(message=message, file=file) for file in keep(files, author, now=now)
    )
    return message


def record_event(
    case: Case,
    kind: str,
    *,
    actor: User | None,
    now: datetime,
    before: State,
    detail: Mapping[str, object],
    is_public: bool = True,
    lists: Changes | None = None,
) -> CaseEvent:
    """This will save the case with one new line of history; lists show the newest public one.

    `before` is the state in which the case was locked.
    """
    if is_public:
        case.last_event_at, case.last_event_kind, case.last_event_by = now, kind, actor
    case.save()
    return CaseEvent.objects.create(
        case=case,
        kind=kind,
        actor=actor,
        occurred_at=now,
        detail=dict(detail),
        is_public=is_public,
        changes={**changes_between(before, case.state()), **(lists or {})},
    )


def begin_period(change: Change, question: Message | None) -> None:
    """This will start a new waiting period with its series: every setting of a waiting status does.

    A caller's case has no question: what is waited for is somebody who takes it over.
    """
    finish_period(change.case, now=change.now)
    case = change.case
    period = WaitingPeriod.objects.create(
        case=case,
        number=case.periods.count() + 1,
        status=case.status,
        policy=policy_in_force(change.now),
        question=question,
        started_at=change.now,
    )
    case.period = period
    case.next_follow_up_at = next_due_at(period.rules(), now=change.now)


def finish_period(case: Case, *, now: datetime) -> None:
    """This will end the running period, its hold and the notices that nobody has begun to send."""
    if case.period is None:
        return
    for hold in Hold.objects.filter(period=case.period, ended_at__isnull=True):
        end_hold(hold, now=now)
    WaitingPeriod.objects.filter(pk=case.period.pk).update(ended_at=now)
    case.period = None
    case.next_follow_up_at = None
    case.clock_failed_at = None
    notices.cancel_reminders(case)


def end_hold(hold: Hold, *, now: datetime) -> None:
    """This will end a running hold now, or when it was to end if the clock has not seen that yet.

    Never before it began: on a clock set back a hold would else bring every step forward.
    """
    hold.ended_at = max(hold.began_at, min(hold.until, now))
    hold.save(update_fields=["ended_at"])


def end_call(case: Case, outcome: CallOutcome, *, now: datetime) -> None:
    """This will end the call that the customer awaits, if there is one."""
    if case.call_id is None:
        return
    CallRequest.objects.filter(pk=case.call_id).update(ended_at=now, outcome=outcome)
    case.call = None


def close(case: Case, *, status: Status, resolution: Resolution | None, now: datetime) -> None:
    """This will end a case at `now`; the window for reopening is decided here (SPEC 2.1).

    After Auto Closed it is the period's policy that counts, else the one in force now.
    """
    policy = case.period.policy if case.period and status is Status.AUTO_CLOSED else policy_in_force(now)
    finish_period(case, now=now)
    withdraw_target(case, now=now)
    end_call(case, CallOutcome.CLOSED, now=now)
    case.status = status
    case.resolution = resolution or ""
    case.closed_at = now
    case.reopen_until = reopen_until(now, policy.rules())
