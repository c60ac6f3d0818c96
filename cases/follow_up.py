"""The follow-up clock of one waiting period: which step falls due when (SPEC 2.1). Pure.

`plan()` is the only place where a coming reminder, closure or end of reopening gets its instant: the case
page, the mails, the sweep and the staff's preview all ask it, so they cannot differ. Hours are elapsed
hours; a step is due at its instant, inclusive. All instants are aware.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise


class CatchUp(StrEnum):
    """What happens to a case whose closing instant passed while the clock stood still."""

    STRICT = "strict"
    NOTICE_FIRST = "notice_first"


# SPEC 2.1: with *notice first* the closure never comes sooner than this after the last reminder.
NOTICE_BEFORE_CLOSURE = timedelta(hours=24)
# SPEC 2.1: what a customer's extension adds, once in a period.
EXTENSION = timedelta(hours=72)
# SPEC 2.1: staff hold a case at most this many days ahead.
LONGEST_HOLD_DAYS = 30


@dataclass(frozen=True, slots=True)
class Policy:
    """The hours of one policy row; reminders ascend and precede the closure."""

    reminders_after: tuple[timedelta, ...]
    closes_after: timedelta
    reopen_within: timedelta
    catch_up: CatchUp = CatchUp.STRICT


# SPEC 2.1, the published series: day 1, 3 and 5, closure on day 6, reopening for 14 days.
PUBLISHED = Policy(
    reminders_after=(timedelta(hours=24), timedelta(hours=72), timedelta(hours=120)),
    closes_after=timedelta(hours=144),
    reopen_within=timedelta(days=14),
)


def policy_refusal(policy: Policy) -> str | None:
    """This will give the code of the rule that a policy breaks, or None."""
    instants = (*policy.reminders_after, policy.closes_after)
    if instants[0] <= timedelta(0) or policy.reopen_within <= timedelta(0):
        return "policy_not_positive"
    if any(later <= earlier for earlier, later in pairwise(instants)):
        return "policy_not_ascending"
    return None


class StepKind(StrEnum):
    """What the clock does, or lets pass, in a waiting period and after it."""

    REMINDER = "reminder"
    HOLD_END = "hold_end"
    CLOSURE = "closure"
    REOPENING_END = "reopening_end"


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One step of the series; `ordinal` counts reminders from 1 and is 0 for the rest."""

    kind: StepKind
    ordinal: int = 0

    @property
    def key(self) -> str:
        """The name under which the step is stored, unique in its waiting period."""
        return f"{self.kind}-{self.ordinal}" if self.ordinal else str(self.kind)


@cache
def reminder(ordinal: int) -> Step:
    """The nth reminder of a series."""
    return Step(StepKind.REMINDER, ordinal)


class Outcome(StrEnum):
    """How a step was carried out. The values are stored."""

    SENT = "sent"
    SKIPPED = "skipped"
    CLOSED = "closed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Hold:
    """A stretch in which the clock of the period stands still, [began_at, end)."""

    began_at: datetime
    until: datetime
    ended_at: datetime | None = None

    @property
    def end(self) -> datetime:
        """When it ended, or is to end."""
        return self.ended_at or self.until


@dataclass(frozen=True, slots=True)
class Period:
    """A waiting period as the rules see it: its start, its policy, its holds and what was carried out."""

    started_at: datetime
    policy: Policy
    holds: tuple[Hold, ...] = ()
    done: Mapping[Step, datetime] = field(default_factory=dict)

    def running_hold(self) -> Hold | None:
        """The hold that nobody and nothing has ended yet."""
        return next((hold for hold in self.holds if hold.ended_at is None), None)


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A coming step and its instant."""

    step: Step
    due_at: datetime


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step to be carried out now, and how."""

    step: Step
    due_at: datetime
    outcome: Outcome


def plan(period: Period, *, now: datetime) -> tuple[PlannedStep, ...]:
    """This will list every step still to come, in the order of their instants, if nobody does anything.

    `now` matters only where a step is overdue because the clock stood still and the policy is *notice
    first*: then the closure follows the reminder that goes out now.
    """
    coming = [
        PlannedStep(step, _instant(period, after))
        for ordinal, after in enumerate(period.policy.reminders_after, start=1)
        if (step := reminder(ordinal)) not in period.done
    ]
    if hold := period.running_hold():
        coming.insert(0, PlannedStep(Step(StepKind.HOLD_END), hold.until))
    closes_at = _closing_instant(period, now)
    return (
        *coming,
        PlannedStep(Step(StepKind.CLOSURE), closes_at),
        PlannedStep(Step(StepKind.REOPENING_END), closes_at + period.policy.reopen_within),
    )


def next_due_at(period: Period, *, now: datetime) -> datetime:
    """This will give the instant of the next step that the clock has to carry out."""
    return min(planned.due_at for planned in plan(period, now=now))


def closes_at(period: Period, *, now: datetime) -> datetime:
    """This will give the instant at which the case closes by itself, as planned now."""
    return _closing_instant(period, now)


def steps_due(period: Period, *, now: datetime) -> tuple[DueStep, ...]:
    """This will say what the clock has to carry out at `now`, and how.

    Of several overdue reminders only the latest is sent, the others are skipped; at or past the closing
    instant none is sent and the case is closed (SPEC 2.1).
    """
    due = [planned for planned in plan(period, now=now) if planned.due_at <= now]
    reminders = [planned for planned in due if planned.step.kind is StepKind.REMINDER]
    closes = any(planned.step.kind is StepKind.CLOSURE for planned in due)
    carried: list[DueStep] = []
    for planned in due:
        match planned.step.kind:
            case StepKind.HOLD_END:
                outcome = Outcome.ENDED
            case StepKind.CLOSURE:
                outcome = Outcome.CLOSED
            case StepKind.REMINDER if planned is reminders[-1] and not closes:
                outcome = Outcome.SENT
            case StepKind.REMINDER:
                outcome = Outcome.SKIPPED
            case _:
                continue
        carried.append(DueStep(planned.step, planned.due_at, outcome))
    return tuple(carried)


def carried_out(period: Period, due: tuple[DueStep, ...], *, now: datetime) -> Period:
    """This will give the period as it is once the clock has carried these steps out at `now`."""
    done = {step.step: now for step in due if step.step.kind is StepKind.REMINDER}
    holds = period.holds
    if any(step.outcome is Outcome.ENDED for step in due):
        holds = tuple(replace(hold, ended_at=hold.end) for hold in holds)
    return Period(period.started_at, period.policy, holds, {**period.done, **done})


def reopen_until(closed_at: datetime, policy: Policy) -> datetime:
    """This will give the last instant, inclusive, at which the customer may reopen."""
    return closed_at + policy.reopen_within


def _instant(period: Period, after: timedelta) -> datetime:
    """A step's own instant plus the time held; never inside a hold, whose end is then the instant.

    Only steps not carried out are asked for, and each hold began while they were not: all holds count.
    """
    if not period.holds:
        return period.started_at + after
    held = sum((hold.end - hold.began_at for hold in period.holds), timedelta(0))
    return max([period.started_at + after + held, *(hold.end for hold in period.holds)])


def _closing_instant(period: Period, now: datetime) -> datetime:
    published = _instant(period, period.policy.closes_after)
    last = len(period.policy.reminders_after)
    if period.policy.catch_up is CatchUp.STRICT or not last:
        return published
    reminded_at = period.done.get(reminder(last))
    if reminded_at is None:  # overdue: it goes out now, and the closure follows it
        reminded_at = max(_instant(period, period.policy.reminders_after[-1]), now)
    held = sum(
        (hold.end - hold.began_at for hold in period.holds if hold.began_at >= reminded_at), timedelta(0)
    )
    return max(published, reminded_at + NOTICE_BEFORE_CLOSURE + held)
