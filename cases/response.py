"""The clock of a targeted initial response: running, met, missed or withdrawn (SPEC 3.2). Pure.

A response at its due instant is in time. The clock tells staff when most of the time has passed, and notes
a target as missed from the first instant after the due one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# The finest step of time that the databases keep.
MISSED_AFTER = timedelta(microseconds=1)


class TargetState(StrEnum):
    """Where a target stands; NONE is a case without one."""

    NONE = "none"
    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


class TargetCause(StrEnum):
    """Why a target was decided. The values are stored."""

    FILED = "filed"
    RAISED = "raised"
    LOWERED = "lowered"
    REOPENED = "reopened"


class TargetStep(StrEnum):
    """What the clock does with a running target."""

    WARN = "warn"
    MISS = "miss"


@dataclass(frozen=True, slots=True)
class Target:
    """A case's target as the rules read it; instants are aware.

    `missed_at` is when it was noted as missed, `withdrawn_at` when the case was closed in time without a
    response; neither stands with a target that was met.
    """

    due_at: datetime | None = None
    responded_at: datetime | None = None
    missed_at: datetime | None = None
    withdrawn_at: datetime | None = None


def state_of(target: Target, *, now: datetime) -> TargetState:
    """This will say where a target stands at `now`, whether the clock has noted it yet or not."""
    if target.due_at is None:
        return TargetState.NONE
    if target.missed_at is not None:
        return TargetState.MISSED
    if target.responded_at is not None:
        return TargetState.MET
    if target.withdrawn_at is not None:
        return TargetState.WITHDRAWN
    return TargetState.MISSED if now > target.due_at else TargetState.RUNNING


def time_left(target: Target, *, now: datetime) -> timedelta | None:
    """This will give how long a running target has until it is due; None for any other."""
    if target.due_at is None or state_of(target, now=now) is not TargetState.RUNNING:
        return None
    return target.due_at - now


def late_by(target: Target, *, now: datetime) -> timedelta | None:
    """This will give by how much a missed target is late, until somebody answers; None for any other."""
    if target.due_at is None or state_of(target, now=now) is not TargetState.MISSED:
        return None
    return (target.responded_at or now) - target.due_at


def missed_from(due_at: datetime) -> datetime:
    """This will give the first instant at which a target is missed; the due one is still in time."""
    return due_at + MISSED_AFTER


def first_step_at(*, warns_at: datetime, due_at: datetime) -> datetime:
    """This will give the instant of the first thing that the clock does with a fresh target."""
    return min(warns_at, missed_from(due_at))


def step_due(due_at: datetime, *, now: datetime) -> TargetStep:
    """This will say what the clock does at `now` with a target whose step is due.

    After an outage only the later of two overdue steps.
    """
    return TargetStep.MISS if now >= missed_from(due_at) else TargetStep.WARN
