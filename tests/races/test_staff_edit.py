"""Staff change a case while the clock closes it: no change of either is lost (E6)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import operations
from cases.action_pages import PAGES, STAFF_ACTIONS
from cases.lifecycle import Action
from cases.models import Case
from cases.sweep import carry_out_steps
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.work.form_tokens import new_token
from tests.cases.records import snapshot
from tests.factories.cases import ASKED, CLOSES, make_waiting_case, sweep_to
from tests.races.becoming import auto_closed
from tests.races.outcome import Outcome, outcome_of
from tests.races.stage import (
    Actor,
    in_turn,
    on_postgresql,
    overtaken,
    passed_over,
    refused_as,
    was_locked_out,
)

LAST_ON = date(2026, 3, 12)
REASON = "They are on holiday."


def sweeping() -> Actor:
    return Actor("the sweep", lambda: carry_out_steps(CLOSES, 200))


def holding(case: Case, person: User) -> Actor:
    return Actor(
        "the hold",
        lambda: operations.hold_case(
            case, last_on=date(2026, 3, 12), reason=REASON, actor=person, now=CLOSES
        ),
    )


def raising(case: Case, person: User) -> Actor:
    return Actor(
        "the change of priority",
        lambda: operations.change_priority(
            case, priority=Priority.P2, reason=REASON, actor=person, now=CLOSES
        ),
    )


def changed_priority(before: Outcome) -> Outcome:
    return replace(
        before,
        priority=2,
        events=[*before.events, ("priority_changed", "Bob Agent", CLOSES)],
        notices=sorted([*before.notices, ("case_priority_changed", "Rita Requestor", "pending", "")]),
    )


@pytest.fixture
def last_day(waiting: Case) -> Case:
    """Pending Response, only the closure left."""
    sweep_to(*(ASKED + timedelta(hours=hours) for hours in (24, 72, 120)))
    return waiting


def test_the_case_is_held_when_the_hold_came_first(last_day: Case, bob: User) -> None:
    before = outcome_of(last_day)
    hold, sweep = holding(last_day, bob), sweeping()

    passed_over(hold, sweep)

    assert (hold.error, sweep.outcome) == (None, 0)
    after = outcome_of(last_day)
    [(until, ended_at)] = after.holds
    assert (ended_at, after.next_follow_up_at) == (None, until)
    assert after == replace(
        before,
        holds=after.holds,
        next_follow_up_at=until,
        events=[*before.events, ("held", "Bob Agent", CLOSES)],
        notices=sorted([*before.notices, ("case_hold_set", "Rita Requestor", "pending", "")]),
    )


@pytest.mark.parametrize("edit", [holding, raising])
def test_an_edit_is_refused_when_the_closure_came_first(
    last_day: Case, bob: User, edit: Callable[[Case, User], Actor]
) -> None:
    before = outcome_of(last_day)
    change, sweep = edit(last_day, bob), sweeping()

    in_turn(sweep, change)

    assert (refused_as(change), sweep.outcome) == ("wrong_status", 1)
    assert outcome_of(last_day) == auto_closed(before)


def test_a_change_of_priority_is_kept_and_the_next_tick_closes_when_the_change_came_first(
    last_day: Case, bob: User
) -> None:
    before = outcome_of(last_day)
    change, sweep = raising(last_day, bob), sweeping()

    passed_over(change, sweep)
    carry_out_steps(CLOSES, 200)

    assert change.error is None
    assert outcome_of(last_day) == auto_closed(changed_priority(before))


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_a_change_of_priority_opens_a_closed_case_again(last_day: Case, bob: User) -> None:
    before = outcome_of(last_day)
    change, sweep = raising(last_day, bob), sweeping()

    overtaken(change, sweep)

    if not on_postgresql():
        assert was_locked_out(change)
        assert outcome_of(last_day) == auto_closed(before)
        return
    over = changed_priority(auto_closed(before))
    assert outcome_of(last_day) == replace(
        over,
        status="pending_response",
        next_follow_up_at=CLOSES,
        closed_at=None,
        reopen_until=None,
    )


# --- A page that was open meanwhile -----------------------------------------------------------------

# What a member of staff may still do to a closed case: nothing here is stale.
_ANY_TIME = {Action.REOPEN, Action.FOLLOW_UP, Action.EDIT_WATCHERS, Action.ADD_NOTE, Action.TAG}
_ANY_TIME |= {Action.LINK_RELATED}
STALE = [action for action in STAFF_ACTIONS if action in PAGES and action not in _ANY_TIME]
TYPED: dict[str, Any] = {
    "text": "Which version?",
    "reason": REASON,
    "last_on": "2026-03-12",
    "resolution": "issue_obsolete",
    "priority": 4,
    "said_by": "Rita",
    "channel": "phone",
    "customers_words": "Please.",
}


@pytest.mark.parametrize("action", STALE)
def test_saving_a_page_that_was_opened_before_the_closure_says_so_and_changes_nothing(
    rita: User, carl: User, lou: User, ada: User, action: Action
) -> None:
    case = make_waiting_case(rita, agent=ada, priority=Priority.P2)
    staff = Client()
    staff.force_login(lou)
    page = reverse("admin:cases_case_change", args=[case.pk])
    assert "Pending Response" in staff.get(page).content.decode()
    sweep_to(CLOSES)
    before = snapshot()

    answer = staff.post(
        reverse("admin:cases_case_act", args=[case.pk, action]),
        {**TYPED, "owner": lou.pk, "colleague": carl.pk, "form_token": new_token()},
    )

    said = "The case is Auto Closed. Reopen it, or file a follow-up."
    last = "Last: Closed by itself (Clock), Mon 9 Mar 2026, 15:00 UTC."
    assert (answer.status_code, f"{said} {last}" in answer.content.decode()) == (409, True)
    assert snapshot() == before
