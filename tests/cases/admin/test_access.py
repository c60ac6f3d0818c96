"""Who gets to the staff's pages of cases, what the index counts, and what becomes of a leaver's cases."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.lifecycle import Status
from cases.models import Case
from cases.queries import queue_summary
from portal.accounts.models import User
from tests.cases.admin.pages import ADD, ADD_POLICY, LIST, POLICIES, act, numbers_in, page_of
from tests.factories.browsers import client_of
from tests.factories.cases import (
    ASKED,
    current,
    make_owned_case,
    make_waiting_case,
)
from tests.factories.people import (
    make_person,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db


def addresses(case: Case) -> list[str]:
    return [
        LIST,
        ADD,
        f"{ADD}?license={case.license_id}",
        f"{ADD}?follows={case.pk}",
        page_of(case),
        POLICIES,
    ]


def test_agents_and_leads_see_queue_case_and_policies(case: Case, agent: User, lead: User) -> None:
    for person in (agent, lead):
        statuses = [client_of(person).get(address).status_code for address in addresses(case)]
        # A case that is open is not followed up.
        assert statuses == [200, 200, 200, 409, 200, 200]


def test_staff_without_a_role_see_nothing(case: Case) -> None:
    nobody = make_staff(name="Nora Nobody")
    nobody.groups.clear()
    client = client_of(User.objects.get(pk=nobody.pk))
    statuses = [client.get(address).status_code for address in addresses(case)]
    assert statuses == [403, 403, 403, 403, 404, 403]
    assert "cases/case" not in client.get(reverse("admin:index")).content.decode().replace(
        "/admin/cases/case/", "", 1
    )
    assert act(client, case, "claim").status_code == 404
    assert current(case).owner is None


def test_customers_and_strangers_are_kept_out(case: Case, requestor: User) -> None:
    for client in (Client(), client_of(requestor)):
        for address in [*addresses(case), ADD_POLICY]:
            assert client.get(address).status_code in (302, 403, 404)
        assert act(client, case, "claim").status_code in (302, 403, 404)
    assert current(case).owner is None


def test_nothing_of_a_case_is_deleted_or_edited_by_hand(case: Case) -> None:
    client = client_of(make_superuser())
    for path in ("delete/", "history/", ""):
        assert client.get(f"{LIST}{case.pk}/{path}").status_code == 404
    assert client.post(page_of(case), {"title": "Changed"}).status_code == 405
    assert client.post(LIST, {"action": "delete_selected", "_selected_action": [case.pk]}).status_code == 302
    assert current(case).title == "Reports stay empty"


def test_index_counts_what_waits_for_who_looks(waiting: Case, case: Case, agent: User) -> None:
    make_person()
    summary = queue_summary(agent, ASKED + timedelta(hours=120))
    assert (summary.unowned, summary.mine, summary.escalated, summary.closing_today) == (1, 1, 0, 1)
    assert queue_summary(agent, ASKED + timedelta(hours=120, seconds=-1)).closing_today == 0
    assert "My queue" in client_of(agent).get(reverse("admin:index")).content.decode()


def test_cases_that_close_within_24_hours_are_found(
    waiting: Case, requestor: User, agent: User, time_machine: Any
) -> None:
    make_waiting_case(requestor, agent=agent, now=ASKED + timedelta(seconds=1))
    time_machine.move_to(ASKED + timedelta(hours=120), tick=False)
    found = numbers_in(client_of(agent).get(f"{LIST}?owner=me&attention=closing"))
    assert found == [waiting.number]


def test_open_cases_of_staff_who_leave_are_released(waiting: Case, requestor: User, agent: User) -> None:
    working = make_owned_case(requestor, agent=agent)
    page = reverse("admin:accounts_staffmember_change", args=[agent.pk])
    said = {
        "email": agent.email,
        "name": agent.name,
        "language": "en",
        "time_zone": "",
        "staff_groups": "Agent",
    }
    assert client_of(make_superuser()).post(page, said).status_code == 302
    left = {case.pk: (case.owner, case.status) for case in Case.objects.all()}
    assert left == {
        waiting.pk: (None, Status.PENDING_RESPONSE),
        working.pk: (None, Status.AWAITING_ASSIGNMENT),
    }
