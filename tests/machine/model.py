"""The whole lifecycle of a few cases as SPEC 2, 2.1 and 2.2 tell it: what the portal is compared with.

Each verb refuses with `Refused`, or changes the model and notes what history and inboxes must now say.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.machine.calls import half_hours
from tests.machine.series import Done, Rules, Series
from tests.machine.table import CLOSED, WAITING, CaseModel, License, Person, refusal, roles, sees
from tests.machine.targets import Promise, promise

# DESIGN 2: a case whose step raises goes an hour ahead.
RETRY = timedelta(hours=1)


class Refused(Exception):
    """The rules refuse it, with this code; nothing has changed."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line of history: who did what when, whether the customer sees it, and the facts that it states."""

    case: int
    kind: str
    actor: int | None
    at: datetime
    is_public: bool
    facts: tuple[tuple[str, Any], ...] = ()


@dataclass(slots=True)
class Letter:
    """A notice to one person, with the instants that it states and the state of its mail."""

    case: int
    kind: str
    recipient: Person
    at: datetime
    facts: tuple[tuple[str, Any], ...] = ()
    period: int = 0
    key: int = 0
    state: str = "pending"
    because: str = ""

    def settle(self, state: str, because: str = "") -> None:
        """Note what became of its mail."""
        self.state, self.because = state, because


@dataclass(slots=True)
class Model:
    """People, policies, cases; what this step adds to history and inboxes; mail that has not gone out."""

    people: list[Person]
    licenses: list[License]
    policies: list[Rules]
    days_off: frozenset[date] = frozenset()
    cases: list[CaseModel] = field(default_factory=list)
    history: list[Told] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    unsent: list[Letter] = field(default_factory=list)

    # --- Asking ----------------------------------------------------------------------------------

    def policy(self, now: datetime) -> Rules:
        """The policy in force: the one that began last."""
        return max((row for row in self.policies if row.begins_at <= now), key=lambda row: row.begins_at)

    def refusal(self, action: str, case: CaseModel, person: Person, now: datetime) -> str:
        """The code of what refuses the action, or nothing; "unseen" where the case is not to be seen."""
        if not sees(person, case):
            return "unseen"
        return refusal(action, case, roles(person, case), now)

    def check(self, action: str, case: CaseModel, person: Person, now: datetime) -> None:
        """Refuse what the table refuses."""
        require(self.refusal(action, case, person, now))

    def staff_told(self, case: CaseModel, *, with_leads: bool = False) -> list[Person]:
        """SPEC 2.2: the owner, else who is on duty; nobody has duties here: the leads, else the superuser."""
        staff = [person for person in self.people if person.is_staff and person.is_active]
        leads = [person for person in staff if person.is_lead and not person.is_root]
        leads = leads or [person for person in staff if person.is_root]
        told = [case.owner] if case.owner and case.owner.is_active else leads
        return list(dict.fromkeys([*told, *(leads if with_leads else ())]))

    def promise(
        self, case: CaseModel, cause: str, *, opened_at: datetime, since: datetime, now: datetime
    ) -> Promise:
        """What the case's priority promises, counted from `since`; rows of days off do not change here."""
        return promise(cause, case.priority, made_at=now, opened_at=opened_at, since=since, off=self.days_off)

    def call_times(self, now: datetime) -> list[datetime]:
        """When support can call a customer who asks for it now."""
        return half_hours(now, self.days_off)

    def concerned(self, case: CaseModel) -> set[Person]:
        """SPEC 2.2: requestor and watchers; of a caller's case who can take it over, and the watchers."""
        if case.requestor is not None:
            return {case.requestor, *case.watchers}
        return {*self.takers(case.license), *case.watchers}

    def takers(self, license_: License) -> list[Person]:
        """SPEC 3.4: the product's contacts and the account's administrator."""
        return [
            person
            for person in self.people
            if person.is_active
            and (
                person.has_seat(license_) or (person.is_administrator and person.account == license_.account)
            )
        ]

    @staticmethod
    def due_stated(case: CaseModel) -> dict[str, Any]:
        """What a notice says of a target that runs."""
        return {"response_due_at": case.promise.due_at} if case.target_runs else {}

    # --- Telling ---------------------------------------------------------------------------------

    def record(
        self,
        case: CaseModel,
        kind: str,
        actor: Person | None,
        now: datetime,
        *,
        before: str = "",
        is_public: bool = True,
        **facts: Any,
    ) -> None:
        """Note a line of history; the newest public one stands on the case."""
        if before:
            facts |= {"status_before": before, "status": case.status}
        key = actor and actor.key
        self.history.append(Told(case.key, kind, key, now, is_public, tuple(sorted(facts.items()))))
        if is_public:
            case.last_event = (now, kind, key)

    def tell_customer(
        self,
        case: CaseModel,
        kind: str,
        actor: Person | None,
        now: datetime,
        *,
        period: int = 0,
        leaver: Person | None = None,
        **facts: Any,
    ) -> None:
        """SPEC 2.2: the requestor and the watchers get it, each once; who acted or leaves does not."""
        people = self.concerned(case) - {actor, leaver}
        self._write(case, kind, (person for person in people if person.is_active), now, period, facts)

    def tell_staff(self, case: CaseModel, kind: str, actor: Person, now: datetime, **facts: Any) -> None:
        """A staff notice, not to the person who acted."""
        told = self.staff_told(case, with_leads=kind == "escalated")
        self._write(case, kind, (person for person in told if person is not actor), now, 0, facts)

    def acknowledge(self, case: CaseModel, now: datetime) -> None:
        """SPEC 2.2: the acknowledgement goes to who filed as well, and says until when support answers."""
        told = (person for person in {*self.concerned(case), case.filed_by} if person.is_active)
        self._write(case, "acknowledgement", told, now, 0, self.due_stated(case))

    def _write(
        self,
        case: CaseModel,
        kind: str,
        people: Iterable[Person],
        now: datetime,
        period: int,
        facts: dict[str, Any],
    ) -> None:
        said = tuple(sorted(facts.items()))
        self.letters += [Letter(case.key, kind, person, now, said, period) for person in people]

    def send(self, limit: int) -> None:
        """SPEC 2.2: the sender takes the oldest first and asks each whether it still matters."""
        for letter in self.unsent[:limit]:
            case = next(case for case in self.cases if case.key == letter.case)
            because = _obsolete_because(letter, case)
            letter.settle("cancelled" if because else "sent", because)

    # --- Waiting ---------------------------------------------------------------------------------

    def begin_period(self, case: CaseModel, now: datetime) -> None:
        """SPEC 2.1: every setting of a waiting status starts a new period with a new series."""
        self.end_period(case, now)
        case.periods.append(Series(len(case.periods) + 1, case.status, self.policy(now), now))

    def end_period(self, case: CaseModel, now: datetime) -> None:
        """Leave the waiting status; reminders that nobody has claimed are cancelled."""
        period = case.period
        if period is None:
            return
        period.end(now)
        case.put_off_until = case.clock_failed_at = None
        for letter in self.unsent:
            if (letter.case, letter.kind) == (case.key, "reminder"):
                letter.settle("cancelled", "period_ended")

    def close(self, case: CaseModel, resolution: str, now: datetime) -> None:
        """A person closes: the window is the policy's in force now."""
        self.end_period(case, now)
        case.withdraw(now)
        case.end_call("closed", now)
        case.status, case.resolution = "closed", resolution
        case.closed_at, case.reopen_until = now, now + self.policy(now).reopening

    # --- The clock -------------------------------------------------------------------------------

    def due(self, now: datetime) -> list[CaseModel]:
        """The cases at which the clock has to look."""
        return [case for case in self.cases if (at := case.next_at(now)) is not None and at <= now]

    def tick(self, case: CaseModel, now: datetime) -> None:
        """Carry out what is due in one case."""
        period = case.period
        assert period is not None
        case.put_off_until = case.clock_failed_at = None
        before = case.status
        done = period.tick(now)
        closes = bool(done) and done[-1].kind == "closure"
        for step in done:
            self._carry_out(case, period, step, now, closes=closes, before=before)
        if closes:
            case.status, case.closed_at = "auto_closed", now
            case.reopen_until = now + period.rules.reopening
            case.end_call("closed", now)

    def put_off(self, case: CaseModel, now: datetime) -> None:
        """The case's step raised twice: an hour later, recorded for staff."""
        case.put_off_until, case.clock_failed_at = now + RETRY, now
        self.record(case, "clock_failed", None, now, is_public=False)

    def targets_due(self, now: datetime) -> list[CaseModel]:
        """The cases at whose targets the clock has to look."""
        return [case for case in self.cases if (at := case.next_target_at) is not None and at <= now]

    def tick_target(self, case: CaseModel, now: datetime) -> None:
        """SPEC 2.2: staff hear at three quarters of the time, and when it is missed; late, of the latter."""
        case.target_put_off_until = case.clock_failed_at = None
        if case.is_late(now):
            case.missed_at, kind = now, "target_missed"
        else:
            case.is_warned, kind = True, "target_warned"
        facts = {"due_at": case.promise.due_at}
        self.record(case, kind, None, now, is_public=kind == "target_missed", **facts)
        self._write(case, kind, self.staff_told(case), now, 0, {"response_due_at": case.promise.due_at})

    def put_off_target(self, case: CaseModel, now: datetime) -> None:
        """The case's step raised twice: an hour later, recorded for staff."""
        case.target_put_off_until, case.clock_failed_at = now + RETRY, now
        self.record(case, "clock_failed", None, now, is_public=False)

    def _carry_out(
        self, case: CaseModel, period: Series, step: Done, now: datetime, *, closes: bool, before: str
    ) -> None:
        facts = {"period": period.number, "due_at": step.due_at}
        if step.kind == "hold_end":
            self.record(case, "hold_ended", None, now, **facts)
            if not closes:
                self.tell_customer(case, "hold_ended", None, now)
        elif step.kind == "closure":
            facts |= {"status_before": before, "status": "auto_closed"}
            self.record(case, "auto_closed", None, now, **facts)
            window = {"reopen_until": now + period.rules.reopening}
            self.tell_customer(case, "auto_closed", None, now, period=period.number, **window)
        else:
            kind = {"sent": "reminded", "skipped": "reminder_skipped"}[step.outcome]
            self.record(case, kind, None, now, ordinal=step.ordinal, **facts)
            if step.outcome == "sent":
                said = {"ordinal": step.ordinal, "closes_at": period.closes_at(now)}
                self.tell_customer(case, "reminder", None, now, period=period.number, **said)


def _obsolete_because(letter: Letter, case: CaseModel) -> str:
    """SPEC 2.2: a reminder while its period runs, a closure while closed, to those who may see the case."""
    if not letter.recipient.is_active:
        return "recipient_left"
    if not sees(letter.recipient, case):
        return "may_not_see"
    is_running = case.period is not None and case.period.number == letter.period
    if letter.kind == "reminder" and not is_running:
        return "period_ended"
    if letter.kind == "caller_logged" and (case.requestor is not None or case.status in CLOSED):
        return "taken_over"
    if letter.kind == "call_requested" and case.call is None:
        return "call_ended"
    if letter.kind in {"hold_set", "hold_ended"} and case.status not in WAITING:
        return "period_ended"
    if letter.kind in {"target_warned", "target_missed"} and (
        case.first_responded_at is not None or case.status in CLOSED
    ):
        return "answered"
    closed = {"closed": "closed", "auto_closed": "auto_closed"}.get(letter.kind, case.status)
    return "" if case.status == closed else "reopened"


def require(code: str) -> None:
    """Refuse with a code, if there is one."""
    if code:
        raise Refused(code)
