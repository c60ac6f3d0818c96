"""The clock of a first response, on the table: each boundary and one step either side. No database."""

from datetime import UTC, datetime, timedelta

import pytest

from cases.response import (
    Target,
    TargetState,
    TargetStep,
    first_step_at,
    late_by,
    missed_from,
    state_of,
    step_due,
    time_left,
)

DUE = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("target", "now", "state"),
    [
        (Target(), DUE, TargetState.NONE),
        (Target(responded_at=DUE), DUE, TargetState.NONE),
        (Target(DUE), DUE - TICK, TargetState.RUNNING),
        (Target(DUE), DUE, TargetState.RUNNING),
        (Target(DUE), DUE + TICK, TargetState.MISSED),
        (Target(DUE, responded_at=DUE), DUE + HOUR, TargetState.MET),
        (Target(DUE, responded_at=DUE + TICK, missed_at=DUE + TICK), DUE + HOUR, TargetState.MISSED),
        (Target(DUE, missed_at=DUE + TICK), DUE + HOUR, TargetState.MISSED),
        (Target(DUE, withdrawn_at=DUE - HOUR), DUE + HOUR, TargetState.WITHDRAWN),
    ],
)
def test_where_a_target_stands(target: Target, now: datetime, state: TargetState) -> None:
    assert state_of(target, now=now) is state


@pytest.mark.parametrize(
    ("now", "step"),
    [(DUE - HOUR, TargetStep.WARN), (DUE, TargetStep.WARN), (DUE + TICK, TargetStep.MISS)],
)
def test_of_two_overdue_steps_the_later_one_counts(now: datetime, step: TargetStep) -> None:
    assert step_due(DUE, now=now) is step


def test_the_first_step_is_the_warning() -> None:
    assert first_step_at(warns_at=DUE - HOUR, due_at=DUE) == DUE - HOUR
    assert first_step_at(warns_at=DUE, due_at=DUE) == DUE
    assert missed_from(DUE) == DUE + TICK


@pytest.mark.parametrize(
    ("target", "now", "left", "late"),
    [
        (Target(), DUE, None, None),
        (Target(DUE), DUE - HOUR, HOUR, None),
        (Target(DUE), DUE, timedelta(0), None),
        (Target(DUE), DUE + TICK, None, TICK),
        (Target(DUE, responded_at=DUE + HOUR, missed_at=DUE + HOUR), DUE + 9 * HOUR, None, HOUR),
        (Target(DUE, missed_at=DUE + TICK), DUE + 9 * HOUR, None, 9 * HOUR),
        (Target(DUE, responded_at=DUE), DUE + HOUR, None, None),
        (Target(DUE, withdrawn_at=DUE), DUE + HOUR, None, None),
    ],
)
def test_how_long_is_left_and_how_late_it_is(
    target: Target, now: datetime, left: timedelta | None, late: timedelta | None
) -> None:
    assert (time_left(target, now=now), late_by(target, now=now)) == (left, late)
