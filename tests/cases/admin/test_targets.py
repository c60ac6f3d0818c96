"""Targets in the staff's list: the column, the filters, and the order of the queue."""

from datetime import date, timedelta

import pytest

from cases import operations
from cases.lifecycle import Resolution
from cases.models import Case
from cases.queries import in_queue_order, in_target_state
from cases.response import TargetState, state_of
from cases.sweep import carry_out_targets
from entitlements.models import License
from entitlements.plans import Plan
from entitlements.targets import Priority
from portal.accounts.models import User
from tests.cases.admin.pages import LIST, numbers_in
from tests.factories.browsers import client_of
from tests.factories.cases import FILED, current, make_case
from tests.factories.people import make_customer, make_license

TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
# Ultimate's P3.
DUE = FILED + HOUR


@pytest.fixture
def every_target(requestor: User, agent: User) -> dict[str, Case]:
    """One case of each state, and one whose target has passed without a note."""
    cases = {
        name: make_case(requestor, title=name)
        for name in ("none", "met", "missed", "answered late", "withdrawn", "unnoted")
    }
    Case.objects.filter(pk=cases["none"].pk).update(
        response=None, response_due_at=None, next_response_step_at=None
    )
    operations.answer_case(cases["met"], text="A", actor=agent, now=DUE)
    operations.answer_case(cases["answered late"], text="A", actor=agent, now=DUE + TICK)
    operations.close_case(cases["withdrawn"], resolution=Resolution.OBSOLETE, actor=requestor, now=DUE)
    Case.objects.filter(pk=cases["unnoted"].pk).update(next_response_step_at=DUE + 9 * HOUR)
    assert carry_out_targets(DUE + TICK, 10) == 1
    cases["running"] = make_case(requestor, title="running", priority=Priority.P4)
    return {name: current(case) for name, case in cases.items()}


@pytest.mark.parametrize("now", [DUE - TICK, DUE, DUE + TICK, DUE + 100 * HOUR])
def test_the_filter_finds_what_the_rule_says_of_each_case(every_target: dict[str, Case], now) -> None:
    for state in TargetState:
        wanted = {case.pk for case in every_target.values() if state_of(case.target(), now=now) is state}
        found = in_target_state(Case.objects.all(), state, now)
        assert set(found.values_list("pk", flat=True)) == wanted, state


def test_every_state_stands_in_the_column_and_is_found_by_its_filter(
    every_target: dict[str, Case], agent: User
) -> None:
    client = client_of(agent)
    text = client.get(f"{LIST}?state=all").content.decode()
    for words in ("Missed by", "Met", "Withdrawn"):
        assert words in text
    found = {
        state: {
            title
            for title, case in every_target.items()
            if case.number in numbers_in(client.get(f"{LIST}?state=all&target={state}"))
        }
        for state in ("none", "met", "withdrawn")
    }
    assert found == {"none": {"none"}, "met": {"met"}, "withdrawn": {"withdrawn"}}


def test_unanswered_cases_of_a_priority_stand_by_their_due_instants(
    requestor: User, license_: License
) -> None:
    slow = make_license(license_.account, "target", plan=Plan.EXPERT)
    earlier = make_case(make_customer(slow), now=FILED)
    later = make_case(requestor, now=FILED + HOUR)
    # Filed first, but Expert's four hours end after Ultimate's one.
    assert list(in_queue_order(Case.objects.all(), FILED)) == [later, earlier]


def test_the_plan_in_force_narrows_the_list_down(requestor: User, license_: License, agent: User) -> None:
    expert = make_license(license_.account, "target", plan=Plan.EXPERT)
    ended = make_license(license_.account, "campaign", plan=Plan.EXPERT, last_on=date(2026, 3, 2))
    ours, theirs = make_case(requestor), make_case(make_customer(expert))
    make_case(make_customer(ended))
    client = client_of(agent)
    assert numbers_in(client.get(f"{LIST}?plan=expert")) == [theirs.number]
    assert numbers_in(client.get(f"{LIST}?plan=ultimate")) == [ours.number]
