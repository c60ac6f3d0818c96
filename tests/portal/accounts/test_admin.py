"""Regions, countries, people of staff and duties in the admin."""

from datetime import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts.groups import StaffGroup, staff_groups
from portal.accounts.models import Country, Duty, Region, StaffMember, User
from tests.factories.browsers import client_of
from tests.factories.people import (
    make_agent,
    make_customer,
    make_duty,
    make_lead,
    make_person,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db

NAMES = ["accounts_region", "accounts_country", "accounts_staffmember", "accounts_duty"]


@pytest.fixture
def root() -> Client:
    return client_of(make_superuser())


def _rows() -> dict[str, Any]:
    agent = make_agent(email="agent@staff.example", name="Agnes Agent")
    return {
        "accounts_region": Region.objects.get(pk="JP"),
        "accounts_country": Country.objects.get(pk="JP"),
        "accounts_staffmember": agent,
        "accounts_duty": make_duty(agent, "JP", time(9), time(17)),
    }


def _change(name: str, row: Any) -> str:
    return reverse(f"admin:{name}_change", args=[row.pk])


def _state() -> list[list[dict[str, Any]]]:
    people = User.objects.order_by("pk").values("pk", "email", "name", "is_active", "language", "time_zone")
    roles = User.groups.through.objects.order_by("pk").values()
    return [
        list(people),
        list(roles),
        list(Duty.objects.order_by("pk").values()),
        list(Region.objects.values()),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_agents_and_leads_read_and_change_nothing(name: str) -> None:
    address, people = _change(name, _rows()[name]), (make_agent(), make_lead())
    before = _state()
    for client in map(client_of, people):
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
        page = client.get(address)
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()
        assert client.get(reverse(f"admin:{name}_add")).status_code == 403
        for wanted in (reverse(f"admin:{name}_add"), address, address.replace("change", "delete")):
            assert client.post(wanted, {"post": "yes", "name": "x"}).status_code == 403
    assert _state() == before


@pytest.mark.parametrize("name", NAMES)
def test_the_superuser_opens_every_page(root: Client, name: str) -> None:
    assert root.get(_change(name, _rows()[name])).status_code == 200
    for query in ({}, {"q": "a"}, {"p": "9999"}, {"o": "x.99"}, {"nonsense": "1"}):
        assert root.get(reverse(f"admin:{name}_changelist"), query, follow=True).status_code == 200
    can_add = name in {"accounts_staffmember", "accounts_duty"}
    assert root.get(reverse(f"admin:{name}_add")).status_code == (200 if can_add else 403)


def test_neither_groups_nor_a_second_list_of_addresses_are_edited_by_hand(root: Client) -> None:
    assert not admin.site.is_registered(Group)
    assert not admin.site.is_registered(EmailAddress)
    assert root.get("/admin/").status_code == 200


def _staff(**facts: Any) -> dict[str, Any]:
    return {
        "email": "new@staff.example",
        "name": "New",
        "language": "en",
        "time_zone": "",
        "staff_groups": ["Agent"],
        **facts,
    }


def test_a_person_of_staff_is_added_with_their_roles(root: Client) -> None:
    typed = _staff(staff_groups=["Agent", "Lead"], time_zone="Asia/Tokyo", language="ja")
    response = root.post(reverse("admin:accounts_staffmember_add"), typed)
    person = User.objects.get(email="new@staff.example")
    assert (response.status_code, person.is_staff, staff_groups(person)) == (
        302,
        True,
        {StaffGroup.AGENT, StaffGroup.LEAD},
    )
    assert (person.time_zone, person.language, person.has_usable_password()) == ("Asia/Tokyo", "ja", False)


@pytest.mark.parametrize(
    ("facts", "status", "text"),
    [
        ({"email": "ADA@customer.example"}, 400, "Somebody already uses this e-mail address"),
        ({"email": "nowhere"}, 200, "Enter a valid email address"),
        ({"email": "new@cömpany.example"}, 400, "not an e-mail address that we can write to"),
        ({"name": " "}, 200, "This field is required"),
        ({"name": "x" * 201}, 200, "at most 200 characters"),
        ({"name": "A\x00"}, 200, "Null characters are not allowed"),
        ({"time_zone": "Asia/\x00Tokyo"}, 200, "Select a valid choice"),
        ({"staff_groups": ["Ag\x00ent"]}, 200, "Select a valid choice"),
        ({"time_zone": "Mars/Olympus"}, 200, "Select a valid choice"),
        ({"language": "tlh"}, 200, "Select a valid choice"),
        ({"staff_groups": ["Auditor"]}, 200, "Select a valid choice"),
    ],
)
def test_a_person_of_staff_is_refused_beside_the_field(
    root: Client, facts: dict[str, Any], status: int, text: str
) -> None:
    make_person(email="ada@customer.example")
    agent = make_agent(email="agent@staff.example")
    before = _state()
    for address in (reverse("admin:accounts_staffmember_add"), _change("accounts_staffmember", agent)):
        response = root.post(address, _staff(**facts, is_active="on"))
        assert response.status_code == status
        assert text in response.content.decode()
    assert _state() == before


def test_a_person_of_staff_is_changed(root: Client) -> None:
    agent = make_agent(email="agent@staff.example")
    typed = _staff(email="Lead@Staff.example", name="Lea", staff_groups=["Lead"], is_active="on")
    assert root.post(_change("accounts_staffmember", agent), typed).status_code == 302
    person = User.objects.get(pk=agent.pk)
    assert (person.email, person.name, person.staff_mail, person.is_active) == (
        "lead@staff.example",
        "Lea",
        False,
        True,
    )
    assert staff_groups(person) == {StaffGroup.LEAD}
    assert root.post(_change("accounts_staffmember", agent), _staff()).status_code == 302
    assert not User.objects.get(pk=agent.pk).is_active


def test_the_superuser_does_not_lock_themselves_out(root: Client) -> None:
    superuser = make_superuser()
    response = root.post(_change("accounts_staffmember", superuser), _staff())
    assert response.status_code == 400
    assert "You cannot end your own sign-in" in response.content.decode()
    stored = User.objects.get(pk=superuser.pk)
    assert (stored.is_active, stored.email) == (True, superuser.email)


def test_who_only_reads_sees_the_roles_and_no_way_to_the_password() -> None:
    agent = make_staff(StaffGroup.AGENT, StaffGroup.LEAD, email="agent@staff.example")
    page = client_of(make_lead()).get(_change("accounts_staffmember", agent)).content.decode()
    assert "Agent, Lead" in page
    assert "../password/" not in page
    password = _change("accounts_staffmember", agent).replace("change", "password")
    assert client_of(make_lead()).get(password).status_code == 403


def test_a_password_of_staff_is_set_on_its_own_page(root: Client) -> None:
    agent, secret = make_agent(), "a-long-and-new-secret"
    typed = {"password1": secret, "password2": secret, "usable_password": "true", "set-password": "1"}
    address = _change("accounts_staffmember", agent)
    response = root.post(address.replace("change", "password"), typed)
    assert (response.status_code, response["Location"]) == (302, address)
    assert User.objects.get(pk=agent.pk).check_password(secret)


def test_customers_are_not_listed_among_staff(root: Client) -> None:
    customer = make_customer(email="ada@customer.example")
    page = root.get(reverse("admin:accounts_staffmember_changelist")).content.decode()
    assert "ada@customer.example" not in page
    assert root.get(_change("accounts_staffmember", customer)).status_code == 302


def test_a_duty_is_kept_with_hours_that_can_be_and_for_staff_only(root: Client) -> None:
    agent, customer = make_agent(), make_customer()
    add = reverse("admin:accounts_duty_add")
    typed = {"user": str(agent.pk), "region": "JP", "starts": "09:00", "ends": "17:00"}
    for wrong in (
        {"ends": "09:00"},
        {"user": str(customer.pk)},
        {"region": "MARS"},
        {"region": "J\x00P"},
        {"starts": "25:00"},
    ):
        response = root.post(add, {**typed, **wrong})
        assert response.status_code == 200
        assert "errornote" in response.content.decode()
    assert not Duty.objects.exists()
    assert root.post(add, typed).status_code == 302
    duty = Duty.objects.get()
    assert (duty.user, duty.region_id, duty.starts, duty.ends) == (agent, "JP", time(9), time(17))
    assert "errornote" in root.post(add, typed).content.decode()
    gone = root.post(reverse("admin:accounts_duty_delete", args=[duty.pk]), {"post": "yes"})
    assert gone.status_code == 302
    assert not Duty.objects.exists()


@pytest.mark.parametrize("name", ["accounts_staffmember", "accounts_duty"])
def test_a_list_takes_as_many_statements_for_one_row_as_for_six(root: Client, name: str) -> None:
    address = reverse(f"admin:{name}_changelist")
    make_duty(make_agent(), "JP", time(9), time(17))
    first = _statements(root, address)
    for _ in range(5):
        make_duty(make_staff(StaffGroup.AGENT, StaffGroup.LEAD), "JP", time(9), time(17))
    assert _statements(root, address) == first


def _statements(client: Client, address: str) -> int:
    client.get(address)  # so that what Django remembers for good is there each time
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_staff_members_are_people_of_staff() -> None:
    assert issubclass(StaffMember, User)
    assert StaffMember._meta.proxy


def test_a_hotline_is_set_in_the_admin_and_shown_where_a_case_is_filed(root: Client) -> None:
    region = Region.objects.get(pk="AMER")
    refused = root.post(_change("accounts_region", region), {"hotline": "call us"})
    assert (refused.status_code, "Write a telephone number" in refused.content.decode()) == (400, True)
    assert 'value="call us"' in refused.content.decode()
    assert root.post(_change("accounts_region", region), {"hotline": "+1 555 0142"}).status_code == 302
    page = client_of(make_customer()).get("/cases/new/").content.decode()
    assert '<a href="tel:+15550142"><strong>+1 555 0142</strong></a>' in page


def test_no_hotline_is_shown_where_none_is_set() -> None:
    assert "Production down?" not in client_of(make_customer()).get("/cases/new/").content.decode()
