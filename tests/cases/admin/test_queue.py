"""The staff's list of cases: its order, its filters, and what leads do with several at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cases import operations
from cases.lifecycle import EscalationReason, Status
from cases.models import Case, CaseEvent
from cases.queries import in_queue_order, reminder_reached_nobody
from entitlements.models import License
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.notices.models import Notice
from tests.cases.admin.pages import LIST, numbers_in, statements_of
from tests.factories.browsers import client_of
from tests.factories.cases import (
    ASKED,
    FILED,
    current,
    make_case,
    make_closed_case,
    make_owned_case,
    make_p1_case,
    make_waiting_case,
    sweep_to,
)

pytestmark = pytest.mark.django_db


def test_queue_puts_escalated_first_then_priority_then_unanswered_then_the_longest_wait(
    license_: License, requestor: User, agent: User
) -> None:
    hour = timedelta(hours=1)
    closed = make_closed_case(requestor, agent=agent, priority=Priority.P2)
    answered_late = make_case(requestor, title="answered, word at 3 h", now=FILED)
    answered_early = make_case(requestor, title="answered, word at 2 h", now=FILED + hour)
    for case in (answered_late, answered_early):
        operations.answer_case(case, text="Looking", actor=agent, now=FILED + 2 * hour)
    operations.reply_to_case(answered_early, text="Yes", actor=requestor, now=FILED + 2 * hour)
    operations.reply_to_case(answered_late, text="Yes", actor=requestor, now=FILED + 3 * hour)
    unanswered_new = make_case(requestor, now=FILED + 5 * hour)
    unanswered_old = make_case(requestor, now=FILED + 4 * hour)
    minor = make_case(requestor, priority=Priority.P4, now=FILED - 9 * hour)
    urgent = make_case(requestor, priority=Priority.P2, now=FILED + 6 * hour)
    critical = make_p1_case(requestor, now=FILED + 7 * hour)
    escalated = make_owned_case(requestor, agent=agent, priority=Priority.P4, now=FILED)
    operations.answer_case(escalated, text="Looking", actor=agent, now=FILED + 2 * hour)
    operations.escalate_case(
        escalated, reason=EscalationReason.UPDATE, text="Well?", actor=requestor, now=FILED + 8 * hour
    )
    expected = [
        escalated, critical, urgent, unanswered_old, unanswered_new,
        answered_early, answered_late, minor, closed,
    ]  # fmt: skip
    assert list(in_queue_order(Case.objects.all(), FILED)) == expected
    shown = numbers_in(client_of(agent).get(f"{LIST}?state=all"))
    assert shown == [case.number for case in expected]


def test_list_shows_open_cases_until_asked_for_others(requestor: User, agent: User, waiting: Case) -> None:
    closed = make_closed_case(requestor, agent=agent, title="Old question")
    mine = waiting.number
    client = client_of(agent)
    found = {
        query: numbers_in(client.get(f"{LIST}?{query}"))
        for query in (
            "", "state=closed", "status=closed", "owner=me", "owner=nobody", "status=pending_response",
            "priority=3", "priority=1", "product=analytics", "product=target", "region=AMER", "region=JP",
            "attention=escalated", "attention=clock", "attention=closing", "status=nonsense", "priority=x",
            f"q={closed.pk}", f"q={closed.number}", f"q=e-{closed.pk:09d}", "q=Old+question", "q=empty",
        )
    }  # fmt: skip
    assert found == {
        "": [mine],
        "state=closed": [closed.number],
        "status=closed": [closed.number],
        "owner=me": [mine],
        "owner=nobody": [],
        "status=pending_response": [mine],
        "priority=3": [mine],
        "priority=1": [],
        "product=analytics": [mine],
        "product=target": [],
        "region=AMER": [mine],
        "region=JP": [],
        "attention=escalated": [],
        "attention=clock": [],
        "attention=closing": [],
        "status=nonsense": [mine, closed.number],
        "priority=x": [mine],
        f"q={closed.pk}": [closed.number],
        f"q={closed.number}": [closed.number],
        f"q=e-{closed.pk:09d}": [closed.number],
        "q=Old+question": [closed.number],
        "q=empty": [mine],
    }


@pytest.mark.parametrize(
    "query",
    [
        "q=999999999999999999",
        "p=99999999999",
        "p=-1",
        "id__gt=x",
        "foo=bar",
        "o=99",
        "o=x",
        "q=%25",
        "e=1",
        "q=" + "9" * 400,
    ],
)
def test_list_stands_up_to_any_query(case: Case, agent: User, query: str) -> None:
    assert client_of(agent).get(f"{LIST}?{query}").status_code in (200, 302)


def test_numbers_beyond_any_key_are_400(case: Case, lead: User) -> None:
    client = client_of(lead)
    assert client.get(f"{LIST}?id__in={'9' * 30}").status_code == 400
    for key in ("x", "9" * 30, "-1"):
        chosen = {"action": "claim_cases", "index": 0, "_selected_action": key}
        assert client.post(LIST, chosen).status_code == 400
    assert current(case).owner is None


def test_list_says_what_the_clock_does_next(waiting: Case, requestor: User, agent: User) -> None:
    held = make_waiting_case(requestor, agent=agent)
    operations.hold_case(held, last_on=ASKED.date(), reason="Holidays", actor=agent, now=ASKED)
    content = client_of(agent).get(LIST).content.decode()
    assert "1st reminder in 23 h 00 min" in content
    assert "On hold until" in content


def test_list_costs_the_same_for_1_and_100_cases(requestor: User, agent: User) -> None:
    client = client_of(agent)
    make_waiting_case(requestor, agent=agent)
    client.get(LIST)
    for_one = statements_of(client, LIST)
    for number in range(99):
        make_case(requestor, title=f"Case {number}") if number % 9 else make_waiting_case(
            requestor, agent=agent
        )
    for_hundred = statements_of(client, f"{LIST}?all=")
    assert (len(for_one), len(for_hundred)) == (10, 10)


def test_cases_whose_latest_reminder_reached_nobody_are_found(
    waiting: Case, requestor: User, agent: User
) -> None:
    reached = make_waiting_case(requestor, agent=agent)

    def unreached() -> list[Case]:
        return list(reminder_reached_nobody(Case.objects.all()))

    assert unreached() == []  # no reminder yet
    sweep_to(ASKED + timedelta(hours=24))
    assert unreached() == []
    Notice.objects.filter(about=waiting.about, kind="case_reminder").update(state="cancelled")
    assert unreached() == [waiting]
    sweep_to(ASKED + timedelta(hours=72))
    assert unreached() == []  # the second one reached somebody
    Notice.objects.filter(about=waiting.about, kind="case_reminder").update(state="dead")
    Notice.objects.filter(about=reached.about, kind="case_reminder").update(state="sent", sent_at=ASKED)
    assert unreached() == [waiting]
    assert numbers_in(client_of(agent).get(f"{LIST}?attention=unreached")) == [waiting.number]
    operations.reply_to_case(waiting, text="2.7", actor=requestor, now=ASKED + timedelta(hours=73))
    assert unreached() == []


def bulk(client: Client, action: str, *cases: Case, **data: Any) -> Any:
    chosen = {"action": action, "index": 0, "_selected_action": [case.pk for case in cases]}
    return client.post(f"{LIST}?state=all", {**chosen, **data}, follow=True)


def test_lead_claims_several_and_is_told_which_were_not_possible(
    case: Case, requestor: User, agent: User, lead: User
) -> None:
    owned = make_owned_case(requestor, agent=agent)
    response = bulk(client_of(lead), "claim_cases", case, owned)
    told = [str(message) for message in response.context["messages"]]
    assert told[0].startswith(f"{owned.number}: The case has an owner already.")
    assert told[1] == "1 case done."
    assert (current(case).owner, current(owned).owner) == (lead, agent)


def test_lead_assigns_and_closes_several_with_a_reason(
    case: Case, waiting: Case, agent: User, lead: User
) -> None:
    client = client_of(lead)
    asked = bulk(client, "assign_cases", case, waiting)
    assert "Assign cases" in asked.content.decode()
    bulk(client, "assign_cases", case, waiting, apply=1, owner=lead.pk)
    assert {current(case).owner, current(waiting).owner} == {lead}
    refused = bulk(
        client, "close_cases", case, waiting, apply=1, resolution="resolution_confirmed", reason=""
    )
    assert refused.status_code == 400
    assert current(case).status == Status.IN_PROGRESS
    bulk(
        client, "close_cases", case, waiting, apply=1, resolution="issue_obsolete", reason="Merged elsewhere"
    )
    assert {current(case).status, current(waiting).status} == {Status.CLOSED}
    assert CaseEvent.objects.filter(kind="closed").latest("pk").detail["reason"] == "Merged elsewhere"


def test_agents_neither_see_nor_reach_the_actions_on_several(case: Case, agent: User) -> None:
    client = client_of(agent)
    assert "claim_cases" not in client.get(LIST).content.decode()
    for action in ("claim_cases", "assign_cases", "close_cases"):
        response = bulk(
            client, action, case, apply=1, owner=agent.pk, resolution="issue_obsolete", reason="x"
        )
        assert response.status_code == 403
    assert (current(case).owner, current(case).status) == (None, Status.AWAITING_ASSIGNMENT)
