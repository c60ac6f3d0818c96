"""The contacts as CSV, in and out: looked at first, row by row, and nothing more than by hand."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from entitlements.models import EntitlementEvent, Invitation, License
from entitlements.plans import Plan
from portal.accounts.models import User
from portal.notices.models import Notice
from portal.work.form_tokens import new_token
from tests.factories.browsers import client_of
from tests.factories.people import (
    make_account,
    make_administrator,
    make_agent,
    make_customer,
    make_license,
    make_person,
)

pytestmark = pytest.mark.django_db

EXPORT, LIST = "/entitlements/contacts/export/", "/entitlements/contacts/list/"


@pytest.fixture
def license_() -> License:
    return make_license(make_account(), "target", plan=Plan.EXPERT)


@pytest.fixture
def administrator(license_: License) -> User:
    return make_administrator(license_, name="=Amy")


def preview(client: Client, text: str) -> str:
    return client.post(LIST, {"form_token": new_token(), "text": text}).content.decode()


def carry_out(client: Client, text: str, token: str = "") -> object:
    sent = {"form_token": token or new_token(), "text": text, "confirmed": "yes"}
    return client.post(LIST, sent, follow=True)


def rows(*lines: str) -> str:
    return "\n".join(("email,product", *lines))


def test_every_seat_is_exported_and_no_cell_is_a_formula(license_: License, administrator: User) -> None:
    make_customer(license_, email="bo@customer.example", name="Bo", sees_account_cases=True)
    make_customer(name="Somebody else")
    answer = client_of(administrator).post(EXPORT)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert answer["Content-Disposition"] == 'attachment; filename="contacts.csv"'
    found = list(csv.DictReader(StringIO(answer.content.decode())))
    assert [(row["name"], row["product"], row["sees_account_cases"]) for row in found] == [
        ("Bo", "Target", "yes"),
        ("'=Amy", "Target", "no"),
    ]


def test_the_day_since_when_is_the_readers(license_: License, administrator: User) -> None:
    license_.seats.update(added_at=datetime(2026, 3, 1, 20, tzinfo=UTC))
    days = []
    for zone in ("Europe/London", "Asia/Tokyo"):
        User.objects.filter(pk=administrator.pk).update(time_zone=zone)
        (row,) = csv.DictReader(StringIO(client_of(administrator).post(EXPORT).content.decode()))
        days.append(row["since"])
    assert days == ["2026-03-01", "2026-03-02"]


def test_more_exports_than_the_hour_allows_are_refused_with_the_wait(administrator: User, settings) -> None:
    settings.PORTAL_LIMITS_PER_HOUR = {**settings.PORTAL_LIMITS_PER_HOUR, "export": 2}
    client = client_of(administrator)
    assert [client.post(EXPORT).status_code for _ in range(3)] == [200, 200, 429]
    assert 0 < int(client.post(EXPORT)["Retry-After"]) <= 3601


def test_a_list_is_looked_at_first_and_nobody_is_invited(license_: License, administrator: User) -> None:
    colleague = make_person(license_.account)
    agent = make_agent()
    page = preview(
        client_of(administrator),
        rows(
            "new@customer.example,Target",
            f"{colleague.email},target",
            "nobody,Target",
            "x@customer.example,Magic",
            f"{agent.email},Target",
        ),
    )
    for words in (
        "2 rows can be carried out",
        "Is invited",
        "Gets the seat at once",
        "This is not an e-mail address",
        "Your account has no product “Magic”",
        "This address cannot be invited",
    ):
        assert words in page
    assert (Invitation.objects.count(), license_.seats.count()) == (0, 1)
    assert not EntitlementEvent.objects.filter(kind="contact_invited").exists()
    assert not Notice.objects.filter(kind="invitation").exists()


def test_the_capacity_counts_row_by_row(license_: License, administrator: User) -> None:
    text = rows(*(f"p{number}@customer.example,Target" for number in range(4)))
    client = client_of(administrator)
    page = preview(client, text)
    assert ("3 rows can be carried out" in page, "Every seat is taken" in page) == (True, True)
    carry_out(client, text)
    assert sorted(Invitation.objects.values_list("address", flat=True)) == [
        f"p{number}@customer.example" for number in range(3)
    ]


def test_a_list_is_carried_out_once_and_says_what_was_refused(license_: License, administrator: User) -> None:
    text, token = rows("new@customer.example,Target", "nobody,Target"), new_token()
    client = client_of(administrator)
    page = carry_out(client, text, token).content.decode()
    assert ("1 person was invited or seated." in page, "Line 3, nobody: " in page) == (True, True)
    carry_out(client, text, token)
    assert Invitation.objects.count() == 1


def test_rows_count_as_invitations_of_the_hour(license_: License, administrator: User, settings) -> None:
    settings.PORTAL_LIMITS_PER_HOUR = {**settings.PORTAL_LIMITS_PER_HOUR, "invitation": 2}
    text = rows(*(f"p{number}@customer.example,Target" for number in range(3)))
    client = client_of(administrator)
    assert "2 rows can be carried out" in preview(client, text)
    carry_out(client, text)
    assert Invitation.objects.count() == 2
    assert "0 rows can be carried out" in preview(client, rows("q@customer.example,Target"))


def test_the_form_names_how_many_invitations_an_hour_allows(administrator: User, settings) -> None:
    settings.PORTAL_LIMITS_PER_HOUR = {**settings.PORTAL_LIMITS_PER_HOUR, "invitation": 7}
    page = client_of(administrator).get(LIST).content.decode()
    assert "An hour allows 7 invitations, from lists and one by one together." in page


def test_a_colleague_who_is_seated_at_once_is_no_invitation_of_the_hour(
    license_: License, administrator: User, settings
) -> None:
    settings.PORTAL_LIMITS_PER_HOUR = {**settings.PORTAL_LIMITS_PER_HOUR, "invitation": 1}
    colleagues = [make_person(license_.account) for _number in range(2)]
    text = rows(
        *(f"{person.email},Target" for person in colleagues),
        f"{administrator.email},Target",
        "new@customer.example,Target",
    )
    client = client_of(administrator)
    page = preview(client, text)
    assert ("3 rows can be carried out" in page, "more than 1 in an hour" in page) == (True, False)
    carry_out(client, text)
    assert set(license_.seats.values_list("user", flat=True)) == {
        administrator.pk,
        *(person.pk for person in colleagues),
    }
    assert Invitation.objects.get().address == "new@customer.example"


def test_an_invitation_beyond_the_hour_keeps_no_seat_and_mails_nothing(
    license_: License, administrator: User, settings
) -> None:
    settings.PORTAL_LIMITS_PER_HOUR = {**settings.PORTAL_LIMITS_PER_HOUR, "invitation": 0}
    text = rows("new@customer.example,Target")
    client = client_of(administrator)
    assert "That is more than 0 in an hour" in preview(client, text)
    carry_out(client, text)
    assert not Invitation.objects.exists()
    assert not Notice.objects.filter(kind="invitation").exists()


def test_who_tries_addresses_out_by_lists_runs_out_of_tries(
    license_: License, administrator: User, settings
) -> None:
    settings.PORTAL_LIMITS_PER_HOUR = {**settings.PORTAL_LIMITS_PER_HOUR, "invitation": 2}
    client, agents = client_of(administrator), [make_agent() for _number in range(3)]
    page = preview(client, rows(*(f"{agent.email},Target" for agent in agents)))
    assert page.count("This address cannot be invited") == 2
    assert "That is more than 2 in an hour" in page
    page = preview(client, rows(f"{agents[0].email},Target", "new@customer.example,Target"))
    assert "This address cannot be invited" not in page
    assert "0 rows can be carried out" in page


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"text": ""}, "The first line names the columns"),
        ({"text": "email,product"}, "There is no row"),
        ({"text": rows(*["a@b.example,Target"] * 101)}, "at most 100 rows"),
        ({"file": SimpleUploadedFile("a.csv", b"\x00" * 10)}, "The first line names the columns"),
        ({"file": SimpleUploadedFile("a.csv", b"x" * 100_001)}, "The first line names the columns"),
    ],
)
def test_what_is_no_list_is_refused_on_the_form(
    administrator: User, sent: dict[str, object], words: str
) -> None:
    answer = client_of(administrator).post(LIST, {"form_token": new_token(), **sent})
    assert (answer.status_code, words in answer.content.decode()) == (400, True)


def test_a_file_in_another_encoding_is_read(license_: License, administrator: User) -> None:
    file = SimpleUploadedFile(
        "a.csv", "name;email;product\nRené;rene@customer.example;Target".encode("latin-1")
    )
    page = client_of(administrator).post(LIST, {"form_token": new_token(), "file": file}).content.decode()
    assert "1 row can be carried out" in page


def test_nobody_but_the_administrator(license_: License, administrator: User) -> None:
    for person, status in ((make_customer(license_), 403), (make_agent(), 404)):
        client = client_of(person)
        assert [client.post(EXPORT).status_code, client.get(LIST).status_code] == [status, status]
    other = make_administrator(make_license())
    carry_out(client_of(other), rows("new@customer.example,Target"))
    assert Invitation.objects.count() == 0
