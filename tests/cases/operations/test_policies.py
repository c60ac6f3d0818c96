"""Follow-up policies: dated rows that begin in the future when made (SPEC 2.1)."""

from datetime import datetime, timedelta

import pytest

from cases import operations
from cases.follow_up import CatchUp
from cases.models import FollowUpPolicy
from cases.operations.policies import load_reference_rows
from cases.queries import policy_in_force
from portal.accounts.models import User
from portal.errors import DomainError, FieldRefused, NotAllowed
from tests.cases.records import refused, snapshot
from tests.factories.cases import ASKED, CLOSES, FILED, current, make_policy, make_waiting_case, sweep_to

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
BEGINS = FILED + timedelta(days=1)


def add(
    actor: User,
    *,
    in_force_from: datetime = BEGINS,
    reminder_hours: tuple[int, ...] = (24,),
    closure_hours: int = 48,
    reopening_hours: int = 72,
    now: datetime = FILED,
) -> FollowUpPolicy:
    return operations.add_policy(
        in_force_from=in_force_from,
        reminder_hours=list(reminder_hours),
        closure_hours=closure_hours,
        reopening_hours=reopening_hours,
        catch_up=CatchUp.NOTICE_FIRST,
        actor=actor,
        now=now,
    )


def test_the_published_policy_is_in_force_from_the_start(db: None) -> None:
    policy = policy_in_force(FILED)
    assert (policy.reminder_hours, policy.closure_hours, policy.reopening_hours, policy.catch_up) == (
        [24, 72, 120],
        144,
        336,
        "strict",
    )
    before = snapshot()
    load_reference_rows()
    assert snapshot() == before


def test_a_lead_adds_a_policy_that_begins_in_the_future(lead: User) -> None:
    policy = add(lead)
    assert FollowUpPolicy.objects.filter(pk=policy.pk).values().get() == {
        "id": policy.pk,
        "in_force_from": BEGINS,
        "reminder_hours": [24],
        "closure_hours": 48,
        "reopening_hours": 72,
        "catch_up": "notice_first",
        "made_by_id": lead.pk,
    }
    assert policy_in_force(BEGINS - TICK) != policy
    assert policy_in_force(BEGINS) == policy


def test_a_policy_of_the_past_or_the_present_is_refused(lead: User) -> None:
    for instant in (FILED - TICK, FILED):
        with refused(FieldRefused, "policy_in_the_past"):
            add(lead, in_force_from=instant)
    assert add(lead, in_force_from=FILED + TICK).in_force_from == FILED + TICK


def test_two_policies_do_not_begin_at_one_instant(lead: User) -> None:
    add(lead)
    with refused(FieldRefused, "policy_taken"):
        add(lead)


@pytest.mark.parametrize(
    ("reminders", "closure", "reopening", "code"),
    [
        ((24, 24), 48, 72, "policy_not_ascending"),
        ((48, 24), 72, 72, "policy_not_ascending"),
        ((24, 48), 48, 72, "policy_not_ascending"),
        ((0,), 48, 72, "policy_not_positive"),
        ((), 0, 72, "policy_not_positive"),
        ((24,), 48, 0, "policy_not_positive"),
    ],
)
def test_reminders_ascend_and_precede_the_closure(
    lead: User, reminders: tuple[int, ...], closure: int, reopening: int, code: str
) -> None:
    with refused(DomainError, code):
        add(lead, reminder_hours=reminders, closure_hours=closure, reopening_hours=reopening)


@pytest.mark.parametrize("reminders", [(), (1,), (1, 2, 3, 4, 5)])
def test_there_may_be_more_or_fewer_than_three_reminders(lead: User, reminders: tuple[int, ...]) -> None:
    assert add(lead, reminder_hours=reminders).reminder_hours == list(reminders)


def test_policies_are_made_by_leads(agent: User, requestor: User) -> None:
    for person in (agent, requestor):
        with refused(NotAllowed, "leads_only"):
            add(person)


def test_a_period_keeps_the_policy_in_force_when_its_status_was_set(requestor: User) -> None:
    make_policy(ASKED, reminder_hours=[1, 2], closure_hours=3, reopening_hours=4)
    before = make_waiting_case(requestor, now=ASKED - TICK)
    after = make_waiting_case(requestor, now=ASKED)
    assert (current(before).next_follow_up_at, current(after).next_follow_up_at) == (
        ASKED - TICK + 24 * HOUR,
        ASKED + HOUR,
    )
    sweep_to(ASKED + HOUR, ASKED + 2 * HOUR, ASKED + 3 * HOUR)
    assert (current(before).status, current(after).status) == ("pending_response", "auto_closed")
    sweep_to(CLOSES - TICK)
    assert current(before).status == "auto_closed"
