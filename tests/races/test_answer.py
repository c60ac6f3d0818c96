"""The customer answers, or confirms, in the very instant in which the clock reminds or closes (SPEC 2.1)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cases import operations
from cases.lifecycle import Status
from cases.models import Case
from cases.sweep import carry_out_steps
from portal.accounts.models import User
from tests.factories.cases import ASKED, CLOSES, make_waiting_case, sweep_to
from tests.races.becoming import REMINDS, TEXT, answered, auto_closed, confirmed, reminded
from tests.races.outcome import outcome_of
from tests.races.stage import (
    Actor,
    in_turn,
    on_postgresql,
    overtaken,
    passed_over,
    refused_as,
    was_locked_out,
)

without_locks = pytest.mark.usefixtures("without_locks")


def answering(case: Case, person: User, now: datetime) -> Actor:
    return Actor("the answer", lambda: operations.reply_to_case(case, text=TEXT, actor=person, now=now))


def confirming(case: Case, person: User) -> Actor:
    return Actor("the confirmation", lambda: operations.confirm_resolution(case, actor=person, now=CLOSES))


def sweeping(now: datetime) -> Actor:
    return Actor("the sweep", lambda: carry_out_steps(now, 200))


def with_reminders_sent(case: Case) -> Case:
    sweep_to(*(ASKED + timedelta(hours=hours) for hours in (24, 72, 120)))
    return case


@pytest.fixture
def last_day(waiting: Case) -> Case:
    """Pending Response, only the closure left."""
    return with_reminders_sent(waiting)


@pytest.fixture
def solved(rita: User, ada: User) -> Case:
    """Resolution Provided, only the closure left."""
    return with_reminders_sent(make_waiting_case(rita, agent=ada, status=Status.RESOLUTION_PROVIDED))


# --- Against a reminder -----------------------------------------------------------------------------


def test_no_reminder_is_recorded_when_the_answer_came_first(waiting: Case, rita: User) -> None:
    before = outcome_of(waiting)
    answer, sweep = answering(waiting, rita, REMINDS), sweeping(REMINDS)

    passed_over(answer, sweep)

    assert outcome_of(waiting) == answered(before, REMINDS)
    assert (answer.error, sweep.outcome) == (None, 0)


def test_the_answer_follows_and_cancels_the_mail_when_the_reminder_came_first(
    waiting: Case, rita: User
) -> None:
    before = outcome_of(waiting)
    answer, sweep = answering(waiting, rita, REMINDS), sweeping(REMINDS)

    in_turn(sweep, answer)

    assert outcome_of(waiting) == answered(reminded(before), REMINDS)
    assert (answer.error, sweep.outcome) == (None, 1)


@without_locks
def test_without_the_lock_a_reminder_is_recorded_after_the_answer(waiting: Case, rita: User) -> None:
    before = outcome_of(waiting)
    answer, sweep = answering(waiting, rita, REMINDS), sweeping(REMINDS)

    overtaken(sweep, answer)

    if not on_postgresql():
        assert was_locked_out(sweep)
        assert outcome_of(waiting) == answered(before, REMINDS)
        return
    late = reminded(answered(before, REMINDS))
    assert outcome_of(waiting) == replace(late, next_follow_up_at=None)


# --- Against the closure ----------------------------------------------------------------------------


def test_the_case_stays_open_when_the_answer_came_first(last_day: Case, rita: User) -> None:
    before = outcome_of(last_day)
    answer, sweep = answering(last_day, rita, CLOSES), sweeping(CLOSES)

    passed_over(answer, sweep)

    assert outcome_of(last_day) == answered(before, CLOSES)
    assert (answer.error, sweep.outcome) == (None, 0)


def test_the_answer_is_refused_when_the_closure_came_first(last_day: Case, rita: User) -> None:
    before = outcome_of(last_day)
    answer, sweep = answering(last_day, rita, CLOSES), sweeping(CLOSES)

    in_turn(sweep, answer)

    assert outcome_of(last_day) == auto_closed(before)
    assert (refused_as(answer), sweep.outcome) == ("wrong_status", 1)


@without_locks
def test_without_the_lock_a_case_closes_on_a_customer_who_has_answered(last_day: Case, rita: User) -> None:
    before = outcome_of(last_day)
    answer, sweep = answering(last_day, rita, CLOSES), sweeping(CLOSES)

    overtaken(sweep, answer)

    if not on_postgresql():
        assert was_locked_out(sweep)
        assert outcome_of(last_day) == answered(before, CLOSES)
        return
    assert outcome_of(last_day) == auto_closed(answered(before, CLOSES))


@without_locks
def test_without_the_lock_an_answer_writes_over_the_closure(last_day: Case, rita: User) -> None:
    before = outcome_of(last_day)
    answer, sweep = answering(last_day, rita, CLOSES), sweeping(CLOSES)

    overtaken(answer, sweep)

    if not on_postgresql():
        assert was_locked_out(answer)
        assert outcome_of(last_day) == auto_closed(before)
        return
    over = answered(auto_closed(before), CLOSES)
    assert outcome_of(last_day) == replace(over, closed_at=None, reopen_until=None)


# --- Confirming against the closure -----------------------------------------------------------------


def test_the_case_is_closed_by_the_customer_when_the_confirmation_came_first(
    solved: Case, rita: User
) -> None:
    before = outcome_of(solved)
    confirmation, sweep = confirming(solved, rita), sweeping(CLOSES)

    passed_over(confirmation, sweep)

    assert outcome_of(solved) == confirmed(before, CLOSES)
    assert (confirmation.error, sweep.outcome) == (None, 0)


def test_the_confirmation_is_refused_when_the_closure_came_first(solved: Case, rita: User) -> None:
    before = outcome_of(solved)
    confirmation, sweep = confirming(solved, rita), sweeping(CLOSES)

    in_turn(sweep, confirmation)

    assert outcome_of(solved) == auto_closed(before)
    assert (refused_as(confirmation), sweep.outcome) == ("wrong_status", 1)


@without_locks
def test_without_the_lock_a_confirmed_case_is_closed_a_second_time(solved: Case, rita: User) -> None:
    before = outcome_of(solved)
    confirmation, sweep = confirming(solved, rita), sweeping(CLOSES)

    overtaken(confirmation, sweep)

    if not on_postgresql():
        assert was_locked_out(confirmation)
        assert outcome_of(solved) == auto_closed(before)
        return
    assert outcome_of(solved) == confirmed(auto_closed(before), CLOSES)
