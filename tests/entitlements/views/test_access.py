"""The page of remote access: granted, read and ended in the browser."""

from datetime import UTC, date, datetime, timedelta

import pytest

from entitlements import operations
from entitlements.models import AccessGrant, License
from portal.accounts.models import User
from portal.clock import business_now
from portal.work.form_tokens import new_token
from tests.factories.browsers import client_of
from tests.factories.people import make_customer, make_license, make_person

pytestmark = pytest.mark.django_db

PAGE = "/entitlements/access/"


@pytest.fixture
def license_() -> License:
    return make_license()


@pytest.fixture
def contact(license_: License) -> User:
    return make_customer(license_)


def said(license_: License, **facts: str) -> dict[str, object]:
    until = (business_now() + timedelta(days=5)).date().isoformat()
    return {
        "form_token": new_token(),
        "license": license_.pk,
        "environment": "Stage",
        "scope": "Logs",
        "last_on": until,
        **facts,
    }


def test_a_contact_grants_and_ends_access(license_: License, contact: User) -> None:
    client = client_of(contact)
    assert "No access is granted now" in client.get(PAGE).content.decode()
    assert client.post(PAGE, said(license_)).status_code == 302
    page = client.get(PAGE).content.decode()
    assert "Stage" in page
    assert "End it now" in page
    grant = AccessGrant.objects.get()
    assert client.post(f"{PAGE}{grant.pk}/revoke/", {"form_token": new_token()}).status_code == 302
    assert "No access is granted now" in client.get(PAGE).content.decode()
    again = client.post(f"{PAGE}{grant.pk}/revoke/", {"form_token": new_token()})
    assert (again.status_code, "ended already" in again.content.decode()) == (409, True)


def test_a_form_sent_twice_grants_once(license_: License, contact: User) -> None:
    client, data = client_of(contact), said(license_)
    assert [client.post(PAGE, data).status_code for _ in range(2)] == [302, 302]
    assert AccessGrant.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"environment": ""}, "Name the environment."),
        ({"scope": ""}, "Say what support may look at."),
        ({"last_on": "soon"}, "Write a day like 2026-03-31."),
        ({"last_on": "2020-01-01"}, "Choose today or a later day"),
        ({"last_on": "2199-01-01"}, "at most 90 days ahead"),
        ({"license": "0"}, "Choose one of the list."),
        ({"environment": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_a_bad_field_is_refused_beside_it_and_what_was_typed_is_kept(
    license_: License, contact: User, facts: dict[str, str], words: str
) -> None:
    sent = {**said(license_), "scope": "Only the logs", **facts}
    answer = client_of(contact).post(PAGE, sent)
    text = answer.content.decode()
    assert (answer.status_code in (400, 409), words in text) == (True, True)
    assert facts.get("scope", "Only the logs") in text
    assert not AccessGrant.objects.exists()


def test_who_has_no_seat_reads_and_grants_nothing(license_: License, contact: User) -> None:
    now = datetime.now(UTC)
    grant = operations.grant_access(
        license_,
        "Stage",
        scope="Logs",
        last_on=date.fromordinal(now.date().toordinal() + 3),
        actor=contact,
        now=now,
    )
    reader = client_of(make_person(license_.account))
    page = reader.get(PAGE).content.decode()
    assert ("Stage" in page, "End it now" in page, "Grant access" in page) == (True, False, False)
    assert reader.post(PAGE, said(license_)).status_code == 403
    assert reader.post(f"{PAGE}{grant.pk}/revoke/", {"form_token": new_token()}).status_code == 403
    stranger = client_of(make_customer())
    assert "Stage" not in stranger.get(PAGE).content.decode()
    assert stranger.post(PAGE, said(license_)).status_code == 400
    assert stranger.post(f"{PAGE}{grant.pk}/revoke/", {"form_token": new_token()}).status_code == 404
    assert AccessGrant.objects.filter(revoked_at=None).count() == 1
