"""A fast random walk over the pure core, `cases.lifecycle` and `cases.follow_up`, with the model beside it.

No database and no operations: what an operation would store is kept in a `follow_up.Period`.
"""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from cases import follow_up, lifecycle
from cases.follow_up import CatchUp, Hold, Period, Policy, Step, StepKind
from cases.lifecycle import Action, CaseFacts, Role, Status
from entitlements.targets import Priority
from tests.machine.calls import Call
from tests.machine.life import Disagreement
from tests.machine.scene import BEGIN, POLICIES, rules_of
from tests.machine.series import EXTENSION, Done, Rules, Series
from tests.machine.table import CLOSED, TABLE, WAITING, CaseModel, License, Person, refusal, status_after

TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
_ROLES = {
    "staff": Role.AGENT,
    "lead": Role.LEAD,
    "contact": Role.CONTACT,
    "filer": Role.FILER,
    "requestor": Role.REQUESTOR,
    "administrator": Role.ADMINISTRATOR,
}
# Who acts: in the model's words, and in the portal's.
ACTORS = [
    (
        set(names),
        frozenset({*(_ROLES[name] for name in names), *(() if "staff" in names else (Role.READER,))}),
    )
    for names in (
        ("staff",),
        ("staff", "lead"),
        ("contact",),
        ("contact", "filer", "requestor"),
        ("administrator", "contact"),
        ("administrator",),
        (),
    )
]
# What starts, holds and ends the clock comes oftener than the rest.
OFTEN = {
    "request-information": 8,
    "provide-resolution": 8,
    "hold": 8,
    "release": 8,
    "extend": 4,
    "reopen": 8,
    "take-over": 8,
    "take-back": 8,
    "claim": 4,
}
ACTIONS = [(name, Action(name)) for name in TABLE for _ in range(OFTEN.get(name, 1))]
RULES = [
    rules_of(BEGIN, hours, is_notice_first=is_notice_first)
    for hours in POLICIES
    for is_notice_first in (False, True)
]


class PureWalk:
    """One case for ever: asked about, held, answered, closed, reopened."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.made: Counter[str] = Counter()
        self.now = BEGIN
        self._period: Period | None = None
        self._take_up()

    def walk(self, steps: int) -> Counter[str]:
        """This will make so many steps, comparing after each; says which were made."""
        for _ in range(steps):
            luck = self._below(10)
            if luck < 6:
                self._act()
            elif luck < 8:
                self._jump()
            else:
                self._tick()
            self._compare()
        return self.made

    def _below(self, number: int) -> int:
        return int(self._random.random() * number)

    def _take_up(self) -> None:
        """Another case, now and then a caller's: whoever it is then, somebody is its requestor."""
        somebody = Person("somebody", 0)
        last_on = date(2099, 12, 31) if self._below(4) else self.now.date()
        self._case = CaseModel(License(0, 0, last_on), somebody, somebody, self._below(4) + 1, self.now)
        self._period = None
        if not self._below(3):
            self._case.requestor, self._case.status = None, "pending_response"
            self._begin()

    # --- Acting ----------------------------------------------------------------------------------

    def _act(self) -> None:
        name, action = ACTIONS[self._below(len(ACTIONS))]
        words, roles = ACTORS[self._below(len(ACTORS))]
        case, facts = self._case, self._facts()
        got = lifecycle.refusal(action, facts, roles=roles, now=self.now)
        expected = refusal(name, case, words, self.now)
        self._same(got.code if got else "", expected, name)
        if expected:
            return
        self.made[name] += 1
        after = lifecycle.status_after(action, facts.status, is_owned=facts.is_owned)
        self._same(str(after), status_after(name, case), f"status after {name}")
        self._take_effect(name, words, str(after))

    def _facts(self) -> CaseFacts:
        case, period = self._case, self._period
        return CaseFacts(
            status=Status(case.status),
            priority=Priority(case.priority),
            is_owned=case.owner is not None,
            is_escalated=case.escalated_at is not None,
            is_acknowledged=case.acknowledged_at is not None,
            is_held=period is not None and period.running_hold() is not None,
            is_extended=case.period is not None and case.period.extended_at is not None,
            is_nobodys=case.requestor is None,
            has_call=case.call is not None,
            raised_at=case.raised_at,
            reopen_until=case.reopen_until,
            term_ended_on=case.license.last_on if case.license.has_ended(self.now) else None,
        )

    def _take_effect(self, name: str, words: set[str], status: str) -> None:
        case = self._case
        if name in {"hold", "extend"}:
            self._hold(extends=name == "extend")
        elif name == "release":
            self._end_hold()
        elif name in {"request-information", "provide-resolution"}:
            case.owner = case.owner or case.filed_by
            self._leave()
            case.status = status
            self._begin()
        elif name == "raise-urgency":
            case.priority, case.raised_at = case.priority - 1, self.now
        elif name in {"lower-priority", "change-priority"}:
            case.priority = self._below(4) + 1
        elif name == "take-over":
            case.requestor, case.priority = case.filed_by, self._below(4) + 1
        elif name == "request-call":
            case.calls = [Call(0, self.now, self.now, None)]
        elif name in {"cancel-call", "decline-call"}:
            case.calls = []
        elif name == "escalate":
            case.escalated_at = self.now
        elif name == "acknowledge":
            case.acknowledged_at = self.now
        elif name in {"claim", "assign", "answer"}:
            case.owner = case.owner or case.filed_by
        if status != case.status:
            self._move(status)

    def _move(self, status: str) -> None:
        case = self._case
        self._leave()
        case.status = status
        case.reopen_until = self.now + RULES[self._below(len(RULES))].reopening if status in CLOSED else None
        if status in CLOSED:
            case.calls = []
        if status not in CLOSED and not self._below(5):
            self._take_up()
        elif case.reopen_until is None and case.status in {"in_progress", "awaiting_assignment"}:
            case.escalated_at = case.acknowledged_at = None

    # --- Waiting ---------------------------------------------------------------------------------

    def _begin(self) -> None:
        rules = RULES[self._below(len(RULES))]
        self._case.periods = [Series(1, self._case.status, rules, self.now)]
        self._period = Period(self.now, _policy(rules))

    def _leave(self) -> None:
        if self._case.period:
            self._case.period.end(self.now)
        self._period = None

    def _hold(self, *, extends: bool) -> None:
        series, period = self._case.period, self._period
        assert series is not None
        assert period is not None
        running = period.running_hold()
        until = self.now + timedelta(microseconds=1 + self._below(30 * 86_400_000_000))
        if extends:
            until = max(running.until if running else self.now, self.now) + EXTENSION
            series.extended_at = self.now
        series.hold_until(until, self.now)
        if running and running.until > self.now:
            holds = (*period.holds[:-1], replace(running, until=until))
        else:
            if running:
                self._end_hold_of_period()
            assert self._period is not None
            holds = (*self._period.holds, Hold(self.now, until))
        self._period = replace(period, holds=holds)

    def _end_hold(self) -> None:
        assert self._case.period is not None
        self._case.period.end_hold(self.now)
        self._end_hold_of_period()

    def _end_hold_of_period(self) -> None:
        period = self._period
        assert period is not None
        hold = period.holds[-1]
        self._period = replace(
            period, holds=(*period.holds[:-1], replace(hold, ended_at=min(hold.until, self.now)))
        )

    # --- The clock -------------------------------------------------------------------------------

    def _jump(self) -> None:
        case = self._case
        instants = [case.reopen_until, case.raised_at and case.raised_at + 24 * HOUR]
        if case.period:
            instants += [case.period.next_at(self.now), case.period.closes_at(self.now)]
        coming = [instant for instant in instants if instant is not None and instant > self.now]
        if coming and self._below(4):
            instant = coming[self._below(len(coming))] + (self._below(3) - 1) * TICK
            self.now = max(self.now, instant)
        else:
            self.now += timedelta(seconds=self._random.random() * 400_000)
        if self.now.year > 2090:  # far enough: the zones' tables end
            self.now = BEGIN
            self._leave()
            self._take_up()
        elif case.requestor is None and case.status in CLOSED and not self._below(8):
            self._take_up()  # there is no way back

    def _tick(self) -> None:
        series, period = self._case.period, self._period
        if series is None or period is None:
            return
        due = follow_up.steps_due(period, now=self.now)
        got = [Done(str(s.step.kind), s.step.ordinal, s.due_at, self.now, str(s.outcome)) for s in due]
        self._same(got, series.tick(self.now), "steps carried out")
        done = {step.step: self.now for step in due if step.step.kind is StepKind.REMINDER}
        if done:
            self._period = replace(period, done={**period.done, **done})
        if got and got[0].kind == "hold_end":
            self._end_hold_of_period()
        self.made.update(f"{step.kind} {step.outcome}" for step in got)
        if got and got[-1].kind == "closure":
            self._period, self._case.calls = None, []
            self._case.status = "auto_closed"
            self._case.reopen_until = follow_up.reopen_until(self.now, period.policy)
            self._same(self._case.reopen_until, self.now + series.rules.reopening, "end of the window")

    def _compare(self) -> None:
        series, period = self._case.period, self._period
        self._same(period is not None, self._case.status in WAITING, "a clock while waiting")
        if series is None or period is None:
            return
        expected = [(Step(StepKind.REMINDER, n), at) for n, at in series.reminders()]
        if series.hold is not None:
            expected.insert(0, (Step(StepKind.HOLD_END), series.hold.until))
        closes_at = series.closes_at(self.now)
        expected += [
            (Step(StepKind.CLOSURE), closes_at),
            (Step(StepKind.REOPENING_END), closes_at + series.rules.reopening),
        ]
        got = [(planned.step, planned.due_at) for planned in follow_up.plan(period, now=self.now)]
        self._same(got, expected, "the plan")

    def _same(self, got: object, expected: object, what: str) -> None:
        if got != expected:
            raise Disagreement(
                f"{what} at {self.now.isoformat()}\n the core:  {got}\n the model: {expected}\n"
                f" {self._case}\n {self._period}"
            )


def _policy(rules: Rules) -> Policy:
    return Policy(
        rules.reminders,
        rules.closure,
        rules.reopening,
        CatchUp.NOTICE_FIRST if rules.is_notice_first else CatchUp.STRICT,
    )
