"""Two ticks at once: each due step has one of them, whatever both have selected."""

import logging
from datetime import timedelta

import pytest

from cases import operations
from cases.models import Case
from cases.sweep import carry_out_steps
from portal.accounts.models import User
from portal.work.timed import TickReport, run_tick
from tests.factories.cases import ASKED, CLOSES, make_waiting_case
from tests.races.becoming import REMINDS, auto_closed, reminded
from tests.races.outcome import outcome_of
from tests.races.stage import Actor, Statement, on_postgresql, overtaken, passed_over

WRITE_STEPS = Statement(r'^INSERT INTO "cases_followupstep"')


def ticking(name: str, now=REMINDS) -> Actor:
    return Actor(name, lambda: run_tick(now))


def done_by(tick: Actor) -> tuple[int, dict[str, str]]:
    assert isinstance(tick.result, TickReport), tick.outcome
    return tick.result.done["follow_up"], tick.result.failed


def test_a_reminder_is_recorded_once_when_two_ticks_select_it(waiting: Case) -> None:
    before = outcome_of(waiting)
    first, second = ticking("the first tick"), ticking("the second tick")

    passed_over(first, second, at=WRITE_STEPS)

    assert outcome_of(waiting) == reminded(before)
    assert (done_by(first), done_by(second)) == ((1, {}), (0, {}))


def test_a_case_closes_once_when_two_ticks_select_it(waiting: Case) -> None:
    for hours in (24, 72, 120):
        run_tick(ASKED + timedelta(hours=hours))
    before = outcome_of(waiting)
    first, second = ticking("the first tick", CLOSES), ticking("the second tick", CLOSES)

    passed_over(first, second, at=WRITE_STEPS)

    assert outcome_of(waiting) == auto_closed(before)
    assert (done_by(first), done_by(second)) == ((1, {}), (0, {}))


def test_the_end_of_a_hold_is_recorded_once_when_two_ticks_select_it(waiting: Case, rita: User) -> None:
    operations.extend_waiting(waiting, actor=rita, now=ASKED + timedelta(hours=1))
    before, ends = outcome_of(waiting), ASKED + timedelta(hours=73)
    first, second = ticking("the first tick", ends), ticking("the second tick", ends)

    passed_over(first, second, at=Statement(r'^INSERT INTO "cases_caseevent"'))

    after = outcome_of(waiting)
    assert after.events == [*before.events, ("hold_ended", "", ends)]
    assert after.holds == [(ends, ends)]
    assert sorted({*after.notices} - {*before.notices}) == [
        ("case_hold_ended", "Rita Requestor", "pending", "")
    ]
    assert (done_by(first), done_by(second)) == ((1, {}), (0, {}))


def test_two_sweeps_share_what_is_due_when_each_takes_one_case(waiting: Case, rita: User, ada: User) -> None:
    other = make_waiting_case(rita, agent=ada)
    before = outcome_of(waiting), outcome_of(other)
    first = Actor("the first sweep", lambda: carry_out_steps(REMINDS, 1))
    second = Actor("the second sweep", lambda: carry_out_steps(REMINDS, 1))

    passed_over(first, second, at=WRITE_STEPS)

    assert (outcome_of(waiting), outcome_of(other)) == (reminded(before[0]), reminded(before[1]))
    assert (first.outcome, second.outcome) == (1, 1)


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_only_the_unique_step_keeps_two_ticks_apart_and_a_chunk_fails(
    waiting: Case, caplog: pytest.LogCaptureFixture
) -> None:
    before = outcome_of(waiting)
    first, second = ticking("the first tick"), ticking("the second tick")

    with caplog.at_level(logging.ERROR):
        overtaken(first, second, at=WRITE_STEPS)

    assert outcome_of(waiting) == reminded(before)
    failures = [record.exc_info[1] for record in caplog.records if record.exc_info]
    if on_postgresql():
        [error] = failures
        assert "step_once_per_period" in str(error)
    else:
        assert done_by(first) == (0, {"follow_up": "OperationalError: database is locked"})
