"""SPEC 2's table, written down a second time: who may do what from where, and what else must hold.

Knows nothing of `cases.lifecycle`. Statuses and codes are the stored words.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.machine.calls import Call
from tests.machine.series import Series
from tests.machine.targets import TICK, Promise

WAITING = frozenset({"pending_response", "resolution_provided"})
CLOSED = frozenset({"closed", "auto_closed"})
OPEN = frozenset({"awaiting_assignment", "in_progress", "pending_engineering"}) | WAITING
ANY = OPEN | CLOSED
# The one region of the machine's accounts: terms and holds count in its zone.
ZONE = ZoneInfo("America/Los_Angeles")
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class License:
    """A product's license with the last day of its last term."""

    key: int
    account: int
    last_on: date

    def has_ended(self, now: datetime) -> bool:
        """Its last term is over."""
        return now.astimezone(ZONE).date() > self.last_on


@dataclass(eq=False, slots=True)
class Person:
    """Somebody of staff, or of an account with seats."""

    name: str
    key: int
    account: int | None = None
    is_lead: bool = False
    is_root: bool = False
    is_administrator: bool = False
    sees_all: bool = False
    may_file: bool = True
    is_active: bool = True
    seats: set[int] = field(default_factory=set)

    @property
    def is_staff(self) -> bool:
        """Staff belong to no account."""
        return self.account is None

    def has_seat(self, license_: License) -> bool:
        """An active named contact of the product."""
        return self.is_active and license_.key in self.seats


@dataclass(eq=False, slots=True)
class CaseModel:
    """All that a case is. A caller's has no requestor until somebody takes it over."""

    license: License
    requestor: Person | None
    filed_by: Person
    priority: int
    filed_at: datetime
    key: int = 0
    follows: "CaseModel | None" = None
    status: str = "awaiting_assignment"
    owner: Person | None = None
    watchers: set[Person] = field(default_factory=set)
    is_committed: bool = False
    first_responded_at: datetime | None = None
    periods: list[Series] = field(default_factory=list)
    put_off_until: datetime | None = None
    clock_failed_at: datetime | None = None
    closed_at: datetime | None = None
    resolution: str = ""
    reopen_until: datetime | None = None
    escalated_at: datetime | None = None
    escalation_reason: str = ""
    acknowledged_at: datetime | None = None
    raised_at: datetime | None = None
    promises: list[Promise] = field(default_factory=list)
    is_warned: bool = False
    target_put_off_until: datetime | None = None
    missed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    calls: list[Call] = field(default_factory=list)
    last_event: tuple[datetime | None, str, int | None] = (None, "", None)
    tags: frozenset[str] = frozenset()
    links: set[int] = field(default_factory=set)

    @property
    def period(self) -> Series | None:
        """The waiting period that runs."""
        return self.periods[-1] if self.periods and self.periods[-1].ended_at is None else None

    @property
    def call(self) -> Call | None:
        """The call that is awaited."""
        return self.calls[-1] if self.calls and self.calls[-1].ended_at is None else None

    def end_call(self, outcome: str, now: datetime) -> None:
        """It was made, taken back or given up, or the case is closed; nothing where none is awaited."""
        if call := self.call:
            call.ended_at, call.outcome = now, outcome

    @property
    def promise(self) -> Promise:
        """The target that holds."""
        return self.promises[-1]

    @property
    def target_runs(self) -> bool:
        """Nobody has answered, nothing has ended the target yet; it may have passed without a note."""
        has_ended = self.first_responded_at or self.missed_at or self.withdrawn_at
        return bool(self.promises) and not has_ended

    def is_late(self, now: datetime) -> bool:
        """The due instant has passed; itself it is still in time."""
        return now > self.promise.due_at

    @property
    def next_target_at(self) -> datetime | None:
        """When the clock looks at the target next."""
        if not self.target_runs:
            return None
        missed_from = self.promise.due_at + TICK
        step = missed_from if self.is_warned else min(self.promise.warns_at, missed_from)
        return self.target_put_off_until or step

    def decide(self, promise: Promise) -> None:
        """A new target holds, and its clock begins anew."""
        self.promises.append(promise)
        self.is_warned, self.target_put_off_until = False, None

    def settle(self, now: datetime) -> None:
        """The first response ends the target; whether it was in time stays."""
        if self.first_responded_at is None:
            if self.target_runs and self.is_late(now):
                self.missed_at = now
            self.first_responded_at = now

    def withdraw(self, now: datetime) -> None:
        """Closed without a response: in time it counts as neither met nor missed."""
        if self.target_runs and self.is_late(now):
            self.missed_at = now
        elif self.target_runs:
            self.withdrawn_at = now

    def next_at(self, now: datetime) -> datetime | None:
        """When the clock looks at the case next; None unless it waits."""
        return self.put_off_until or (self.period and self.period.next_at(now))


def sees(person: Person, case: CaseModel) -> bool:
    """SPEC 2, 3.4: staff all; of the account requestors with a seat, watchers, administrator, overseers.

    A caller's case is for any contact of the product to take over.
    """
    if person.is_staff or not person.is_active:
        return person.is_staff and person.is_active
    if person.account != case.license.account:
        return False
    is_mine = case.requestor in {person, None} and person.has_seat(case.license)
    return person.sees_all or person.is_administrator or is_mine or person in case.watchers


def roles(person: Person, case: CaseModel) -> set[str]:
    """What a person who sees a case is to it."""
    if person.is_staff:
        return {"staff", "lead"} if person.is_lead else {"staff"}
    found = {"administrator"} if person.is_administrator else set()
    if person.has_seat(case.license):
        found.add("contact")
        if person.may_file:
            found.add("filer")
        if case.requestor is person:
            found.add("requestor")
    return found


Condition = Callable[[CaseModel, datetime], str]


def _unowned(case: CaseModel, now: datetime) -> str:
    return "already_owned" if case.owner else ""


def _in_the_window(case: CaseModel, now: datetime) -> str:
    return "reopening_too_late" if case.reopen_until is not None and now > case.reopen_until else ""


def _not_extended(case: CaseModel, now: datetime) -> str:
    return "already_extended" if case.period and case.period.extended_at else ""


def _held(case: CaseModel, now: datetime) -> str:
    return "" if case.period and case.period.hold else "not_on_hold"


def _not_escalated(case: CaseModel, now: datetime) -> str:
    return "already_escalated" if case.escalated_at else ""


def _answered_or_late(case: CaseModel, now: datetime) -> str:
    return "target_still_runs" if case.target_runs and not case.is_late(now) else ""


def _unacknowledged(case: CaseModel, now: datetime) -> str:
    if not case.escalated_at:
        return "not_escalated"
    return "already_acknowledged" if case.acknowledged_at else ""


def _raisable(case: CaseModel, now: datetime) -> str:
    if case.priority < 3:
        return "cannot_raise_to_p1"
    return "raised_recently" if case.raised_at and now < case.raised_at + DAY else ""


def _lowerable(case: CaseModel, now: datetime) -> str:
    return "" if case.priority < 3 else "only_p1_p2_lowered"


def _licensed(case: CaseModel, now: datetime) -> str:
    return "term_ended" if case.license.has_ended(now) else ""


def _nobodys(case: CaseModel, now: datetime) -> str:
    return "already_taken_over" if case.requestor else ""


def _callable(case: CaseModel, now: datetime) -> str:
    if case.call:
        return "call_awaited"
    return "no_call_for_p4" if case.priority == 4 else ""


def _called(case: CaseModel, now: datetime) -> str:
    return "" if case.call else "no_call_awaited"


STAFF, CUSTOMER, BOTH = {"staff"}, {"contact"}, {"staff", "contact"}
# action: who, from which statuses, and the further conditions in their order.
TABLE: dict[str, tuple[set[str], frozenset[str], tuple[Condition, ...]]] = {
    "claim": (STAFF, OPEN, (_unowned,)),
    "assign": ({"lead"}, OPEN, ()),
    "answer": (STAFF, OPEN, ()),
    "request-information": (STAFF, OPEN, ()),
    "provide-resolution": (STAFF, OPEN, ()),
    "resume": (STAFF, WAITING, ()),
    "hand-to-engineering": (STAFF, frozenset({"in_progress"}), ()),
    "take-back": (STAFF, frozenset({"pending_engineering"}), ()),
    "reply": (CUSTOMER, OPEN, ()),
    "log-contact": (STAFF, OPEN, ()),
    "confirm": (CUSTOMER, frozenset({"resolution_provided"}), ()),
    "close": (BOTH, OPEN, ()),
    "reopen": (BOTH, CLOSED, (_in_the_window,)),
    "follow-up": ({"filer", "staff"}, CLOSED, (_licensed,)),
    "hold": (STAFF, WAITING, ()),
    "release": (STAFF, WAITING, (_held,)),
    "extend": (CUSTOMER, WAITING, (_not_extended,)),
    "escalate": (CUSTOMER, OPEN, (_not_escalated, _answered_or_late, _licensed)),
    "acknowledge": (STAFF, OPEN, (_unacknowledged,)),
    "raise-urgency": (CUSTOMER, OPEN, (_raisable, _licensed)),
    "lower-priority": (STAFF, OPEN, (_lowerable,)),
    "change-priority": (STAFF, OPEN, ()),
    "hand-to-colleague": ({"requestor", "administrator", "staff"}, OPEN, ()),
    "edit-watchers": (BOTH, ANY, ()),
    "add-note": (STAFF, ANY, ()),
    "tag": (STAFF, ANY, ()),
    "link-related": (STAFF, ANY, ()),
    "take-over": ({"filer", "administrator"}, frozenset({"pending_response"}), (_nobodys, _licensed)),
    "request-call": (CUSTOMER, OPEN, (_callable,)),
    "cancel-call": (CUSTOMER, OPEN, (_called,)),
    "decline-call": (STAFF, OPEN, (_called,)),
}
# SPEC 3.4: a caller's case waits to be taken over, or closes; decided: closed so it is followed up, never
# reopened, and whatever speaks to a requestor, or works on what nobody has described yet, has to wait.
WITHOUT_REQUESTOR = {"take-over", "close", "follow-up", "hold", "release", "extend"}
WITHOUT_REQUESTOR |= {"edit-watchers", "add-note", "tag", "link-related"}


def refusal(action: str, case: CaseModel, held_roles: set[str], now: datetime) -> str:
    """The code of the rule that refuses `action`, or nothing."""
    who, sources, conditions = TABLE[action]
    if not who & held_roles:
        return "wrong_role"
    if case.requestor is None and not (action in WITHOUT_REQUESTOR and case.status in sources):
        return "nobody_took_over"
    if case.status not in sources:
        return "wrong_status"
    if action == "reopen" and "staff" in held_roles:  # staff reopen at any time
        return ""
    return next(filter(None, (condition(case, now) for condition in conditions)), "")


def status_after(action: str, case: CaseModel) -> str:
    """SPEC 2's column *To*."""
    status = case.status
    if action in {"claim", "assign", "answer"}:
        return "in_progress" if status == "awaiting_assignment" else status
    if action in {"reply", "log-contact"}:
        return "in_progress" if status in WAITING else status
    if action == "reopen":
        return "in_progress" if case.owner else "awaiting_assignment"
    return {
        "request-information": "pending_response",
        "provide-resolution": "resolution_provided",
        "resume": "in_progress",
        "take-back": "in_progress",
        "hand-to-engineering": "pending_engineering",
        "take-over": "awaiting_assignment",
        "confirm": "closed",
        "close": "closed",
    }.get(action, status)
