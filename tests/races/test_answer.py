"""The customer answers in the very instant in which the clock reminds or closes (SPEC 2.1)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases import operations
from cases.follow_up import PUBLISHED
from cases.models import Case
from cases.sweep import carry_out_steps
from portal.accounts.models import User
from tests.factories.cases import ASKED, CLOSES
from tests.races.outcome import Outcome, outcome_of
from tests.races.stage import LOCK_CASES, Actor, on_postgresql

REMINDS = ASKED + timedelta(hours=24)
REOPENABLE = CLOSES + PUBLISHED.reopen_within
TEXT = "It is version 2.6."


def answering(case: Case, person: User, now) -> Actor:
    return Actor("the answer", lambda: operations.reply_to_case(case, text=TEXT, actor=person, now=now))


def sweeping(now) -> Actor:
    return Actor("the sweep", lambda: carry_out_steps(now, 200))


def answered(before: Outcome, now) -> Outcome:
    """What an answer makes of a waiting case."""
    return replace(
        before,
        status="in_progress",
        next_follow_up_at=None,
        periods=[(1, "pending_response", now)],
        events=[*before.events, ("replied", "Rita Requestor", now)],
        messages=[*before.messages, ("reply", "Rita Requestor", TEXT)],
        notices=sorted([*before.notices, ("case_customer_replied", "Ada Agent", "pending", "")]),
    )


def reminded(before: Outcome, *, state: str = "pending", because: str = "") -> Outcome:
    """What the first reminder makes of a waiting case."""
    return replace(
        before,
        next_follow_up_at=ASKED + timedelta(hours=72),
        steps=[("reminder", 1, "sent", REMINDS)],
        events=[*before.events, ("reminded", "", REMINDS)],
        notices=sorted([*before.notices, ("case_reminder", "Rita Requestor", state, because)]),
    )


def closed(before: Outcome) -> Outcome:
    """What the closure makes of a waiting case whose reminders were all skipped or sent."""
    return replace(
        before,
        status="auto_closed",
        next_follow_up_at=None,
        closed_at=CLOSES,
        reopen_until=REOPENABLE,
        periods=[(1, "pending_response", CLOSES)],
        steps=[*before.steps, ("closure", 0, "closed", CLOSES)],
        events=[*before.events, ("auto_closed", "", CLOSES)],
        notices=sorted([*before.notices, ("case_auto_closed", "Rita Requestor", "pending", "")]),
    )


@pytest.fixture
def last_day(waiting: Case) -> Case:
    """All its reminders were sent: only the closure is left."""
    for hours in (24, 72, 120):
        carry_out_steps(ASKED + timedelta(hours=hours), 200)
    return waiting


def test_a_reminder_waits_for_an_answer_that_came_first_and_is_not_written(waiting: Case, rita: User) -> None:
    before = outcome_of(waiting)
    answer, sweep = answering(waiting, rita, REMINDS), sweeping(REMINDS)

    answer.go_until(after=LOCK_CASES)
    print(sweep.finish() if on_postgresql() else sweep.go_until_blocked_by(answer))
    answer.finish()
    sweep.finish()

    assert outcome_of(waiting) == answered(before, REMINDS)
