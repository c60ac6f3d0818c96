"""The follow-up clock's rules: pure, without a database (SPEC 2.1)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.follow_up import (
    PUBLISHED,
    CatchUp,
    DueStep,
    Hold,
    Outcome,
    Period,
    PlannedStep,
    Policy,
    Step,
    StepKind,
    closes_at,
    next_due_at,
    plan,
    policy_refusal,
    reopen_until,
    steps_due,
)

START = datetime(2026, 3, 6, 17, 30, tzinfo=UTC)
TICK = timedelta(microseconds=1)
FIRST, SECOND, THIRD = (Step(StepKind.REMINDER, ordinal) for ordinal in (1, 2, 3))
CLOSURE = Step(StepKind.CLOSURE)
REOPENING_END = Step(StepKind.REOPENING_END)
HOLD_END = Step(StepKind.HOLD_END)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def at(count: float) -> datetime:
    return START + hours(count)


PERIOD = Period(START, PUBLISHED)
NOTICE_FIRST = Period(START, replace(PUBLISHED, catch_up=CatchUp.NOTICE_FIRST))


def outcomes(period: Period, now: datetime) -> list[tuple[Step, Outcome]]:
    return [(due.step, due.outcome) for due in steps_due(period, now=now)]


def carried_out(period: Period, now: datetime) -> Period:
    """The period after the clock has done what is due at `now`."""
    done = {due.step: now for due in steps_due(period, now=now) if due.step.kind is StepKind.REMINDER}
    return replace(period, done={**period.done, **done})


def test_plan_lists_the_published_series_with_exact_instants() -> None:
    assert plan(PERIOD, now=START) == (
        PlannedStep(FIRST, at(24)),
        PlannedStep(SECOND, at(72)),
        PlannedStep(THIRD, at(120)),
        PlannedStep(CLOSURE, at(144)),
        PlannedStep(REOPENING_END, at(144 + 14 * 24)),
    )


@pytest.mark.parametrize(
    ("elapsed", "done", "due"),
    [
        (24, (), [(FIRST, Outcome.SENT)]),
        (72, (FIRST,), [(SECOND, Outcome.SENT)]),
        (120, (FIRST, SECOND), [(THIRD, Outcome.SENT)]),
        (144, (FIRST, SECOND, THIRD), [(CLOSURE, Outcome.CLOSED)]),
    ],
)
def test_a_step_is_due_at_its_instant_and_not_a_microsecond_before(
    elapsed: int, done: tuple[Step, ...], due: list[tuple[Step, Outcome]]
) -> None:
    period = replace(PERIOD, done=dict.fromkeys(done, START))
    assert outcomes(period, at(elapsed) - TICK) == []
    assert outcomes(period, at(elapsed)) == due
    assert outcomes(period, at(elapsed) + TICK) == due


def test_a_late_clock_does_not_shift_later_steps() -> None:
    late = carried_out(PERIOD, at(50))
    assert next_due_at(late, now=at(50)) == at(72)


def test_only_the_latest_of_several_overdue_reminders_is_sent() -> None:
    assert steps_due(PERIOD, now=at(121)) == (
        DueStep(FIRST, at(24), Outcome.SKIPPED),
        DueStep(SECOND, at(72), Outcome.SKIPPED),
        DueStep(THIRD, at(120), Outcome.SENT),
    )


def test_a_case_past_its_closing_instant_is_closed_without_a_reminder_when_strict() -> None:
    assert outcomes(PERIOD, at(144)) == [
        (FIRST, Outcome.SKIPPED),
        (SECOND, Outcome.SKIPPED),
        (THIRD, Outcome.SKIPPED),
        (CLOSURE, Outcome.CLOSED),
    ]


def test_notice_first_sends_the_last_reminder_and_closes_24_hours_after_it() -> None:
    assert outcomes(NOTICE_FIRST, at(200)) == [
        (FIRST, Outcome.SKIPPED),
        (SECOND, Outcome.SKIPPED),
        (THIRD, Outcome.SENT),
    ]
    reminded = carried_out(NOTICE_FIRST, at(200))
    assert closes_at(reminded, now=at(200)) == at(224)
    assert outcomes(reminded, at(224) - TICK) == []
    assert outcomes(reminded, at(224)) == [(CLOSURE, Outcome.CLOSED)]


def test_notice_first_closes_on_time_when_the_last_reminder_was_on_time() -> None:
    assert closes_at(NOTICE_FIRST, now=START) == at(144)
    assert closes_at(carried_out(NOTICE_FIRST, at(120)), now=at(121)) == at(144)


def test_a_hold_after_a_late_last_reminder_moves_the_closure_by_the_time_held() -> None:
    """With *notice first* the closure's instant lies 24 h after the reminder, and moves from there."""
    reminded = carried_out(NOTICE_FIRST, at(168))
    held = replace(reminded, holds=(Hold(began_at=at(180), until=at(252)),))
    assert closes_at(held, now=at(180)) == at(192 + 72)
    released = replace(reminded, holds=(Hold(began_at=at(180), until=at(252), ended_at=at(190)),))
    assert closes_at(released, now=at(190)) == at(192 + 10)


# What a clock that comes back finds to do, day by day of the period (SPEC 2.1; by hand).
@pytest.mark.parametrize(
    ("back_at", "strict", "notice_first"),
    [
        (60, "1 sent", "1 sent"),
        (108, "1 skipped, 2 sent", "1 skipped, 2 sent"),
        (130, "1 skipped, 2 skipped, 3 sent", "1 skipped, 2 skipped, 3 sent"),
        (168, "1 skipped, 2 skipped, 3 skipped, closed", "1 skipped, 2 skipped, 3 sent"),
        (720, "1 skipped, 2 skipped, 3 skipped, closed", "1 skipped, 2 skipped, 3 sent"),
    ],
)
def test_outage_from_the_start_is_caught_up_as_the_policy_says(
    back_at: int, strict: str, notice_first: str
) -> None:
    def words(period: Period) -> str:
        return ", ".join(
            "closed" if step == CLOSURE else f"{step.ordinal} {outcome}"
            for step, outcome in outcomes(period, at(back_at))
        )

    assert (words(PERIOD), words(NOTICE_FIRST)) == (strict, notice_first)


def test_a_hold_moves_every_open_step_by_the_time_held() -> None:
    hold = Hold(began_at=at(30), until=at(80))
    held = replace(PERIOD, done={FIRST: at(24)}, holds=(hold,))
    assert plan(held, now=at(31)) == (
        PlannedStep(HOLD_END, at(80)),
        PlannedStep(SECOND, at(122)),
        PlannedStep(THIRD, at(170)),
        PlannedStep(CLOSURE, at(194)),
        PlannedStep(REOPENING_END, at(194 + 336)),
    )


def test_a_hold_released_early_counts_only_what_was_held() -> None:
    hold = Hold(began_at=at(30), until=at(80), ended_at=at(40))
    released = replace(PERIOD, done={FIRST: at(24)}, holds=(hold,))
    assert next_due_at(released, now=at(40)) == at(82)


def test_a_step_overdue_when_the_hold_began_falls_due_at_its_end_and_not_within() -> None:
    hold = Hold(began_at=at(30), until=at(80))
    held = replace(PERIOD, holds=(hold,))
    assert outcomes(held, at(80) - TICK) == []
    assert outcomes(held, at(80)) == [(HOLD_END, Outcome.ENDED), (FIRST, Outcome.SENT)]


def test_a_hold_that_runs_out_is_ended_at_its_instant() -> None:
    held = replace(PERIOD, done={FIRST: at(24)}, holds=(Hold(began_at=at(30), until=at(80)),))
    assert outcomes(held, at(80) - TICK) == []
    assert outcomes(held, at(80)) == [(HOLD_END, Outcome.ENDED)]


def test_hours_are_elapsed_hours_across_the_change_to_summer_time() -> None:
    # The night of 8 March 2026 has 23 hours in New York; the plan does not care.
    assert plan(PERIOD, now=START)[1].due_at - plan(PERIOD, now=START)[0].due_at == hours(48)


def test_reopening_ends_fourteen_days_after_the_closing_instant() -> None:
    assert reopen_until(at(0), PUBLISHED) == at(14 * 24)


@pytest.mark.parametrize(
    ("reminders", "closure", "reopening", "code"),
    [
        ([24, 72, 120], 144, 336, None),
        ([], 144, 336, None),
        ([1], 2, 1, None),
        ([24, 24], 144, 336, "policy_not_ascending"),
        ([72, 24], 144, 336, "policy_not_ascending"),
        ([24, 144], 144, 336, "policy_not_ascending"),
        ([0, 24], 144, 336, "policy_not_positive"),
        ([], 0, 336, "policy_not_positive"),
        ([24], 144, 0, "policy_not_positive"),
    ],
)
def test_a_policy_ascends_and_closes_last(
    reminders: list[int], closure: int, reopening: int, code: str | None
) -> None:
    policy = Policy(tuple(hours(count) for count in reminders), hours(closure), hours(reopening))
    assert policy_refusal(policy) == code


def test_a_policy_without_reminders_closes_only() -> None:
    period = Period(START, Policy((), hours(10), hours(5), CatchUp.NOTICE_FIRST))
    assert outcomes(period, at(10)) == [(CLOSURE, Outcome.CLOSED)]


@given(jumps=st.lists(st.floats(min_value=0, max_value=100), max_size=30), first=st.booleans())
def test_whenever_the_clock_comes_each_step_is_done_once_and_in_order(
    jumps: list[float], first: bool
) -> None:
    period = NOTICE_FIRST if first else PERIOD
    now, done = START, []
    for jump in jumps:
        now += hours(jump)
        due = steps_due(period, now=now)
        done += [step.step for step in due]
        assert sum(step.outcome is Outcome.SENT for step in due) <= 1
        assert all(step.due_at <= now for step in due)
        if any(step.outcome is Outcome.CLOSED for step in due):
            assert now >= at(144)
            break
        period = carried_out(period, now)
        assert steps_due(period, now=now) == ()
    assert done == [FIRST, SECOND, THIRD, CLOSURE][: len(done)]
