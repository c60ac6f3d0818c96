"""Where licenses stand in the admin: the plan in force and the seats, in the list and on the page of one."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from entitlements import operations
from entitlements.models import License
from entitlements.plans import Plan
from portal.accounts.groups import StaffGroup
from portal.clock import machine_now
from tests.factories.browsers import client_of
from tests.factories.people import (
    EPOCH,
    make_account,
    make_agent,
    make_customer,
    make_license,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 22, 12, tzinfo=UTC)
LIST = reverse("admin:entitlements_license_changelist")
NO_TERM = "no term is in force"


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def manager() -> Client:
    return client_of(make_staff(StaffGroup.ENTITLEMENT_MANAGER))


def licensed(name: str, plan: Plan, *, contacts: int, last_on: date = date(2026, 12, 31)) -> License:
    made = make_license(make_account(name), plan=plan, first_on=EPOCH.date(), last_on=last_on)
    for _ in range(contacts):
        make_customer(made)
    return made


def column(page: str, name: str) -> list[str]:
    cells = re.findall(rf'<td class="field-{name}">(.*?)</td>', page)
    return [re.sub(r"<[^>]*>", "", cell) for cell in cells]


def test_staff_see_the_plan_in_force_and_the_seats_of_each_license() -> None:
    invited = licensed("A", Plan.EXPERT, contacts=3)
    operations.invite_contact(invited, "new@a.example", actor=make_superuser(), now=machine_now())
    over = licensed("B", Plan.ULTIMATE, contacts=6)
    over.terms.update(plan=Plan.EXPERT)
    licensed("C", Plan.ULTIMATE, contacts=14)
    licensed("D", Plan.EXPERT, contacts=1, last_on=date(2026, 5, 21))
    page = client_of(make_agent()).get(LIST).content.decode()
    expert, ultimate = "Expert Success Plan", "Ultimate Success Plan"
    assert column(page, "plan") == [expert, expert, ultimate, NO_TERM]
    assert column(page, "seats_taken") == ["4 of 4", "6 of 4 · Over capacity by 2", "14 of 15", "1"]

    one = client_of(make_agent()).get(reverse("admin:entitlements_license_change", args=[over.pk]))
    shown = " ".join(re.sub(r"<[^>]*>", " ", one.content.decode()).split())
    assert f"Success plan: {expert} Seats: 6 of 4 · Over capacity by 2 Added at:" in shown


def statements(client: Client, address: str) -> int:
    client.get(address)  # so that what Django remembers for good is there each time
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_list_and_a_page_cost_the_same_for_one_license_and_for_many(manager: Client) -> None:
    one = licensed("A", Plan.EXPERT, contacts=2)
    page = reverse("admin:entitlements_license_change", args=[one.pk])
    costs = statements(manager, LIST), statements(manager, page)
    for name in "BCDEF":
        licensed(name, Plan.ULTIMATE, contacts=2)
    make_customer(one)
    assert (statements(manager, LIST), statements(manager, page)) == costs == (20, 24)
