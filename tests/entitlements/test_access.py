"""Remote access: who grants it, until when, and how it ends (SPEC 3.3)."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from entitlements import operations
from entitlements.models import AccessGrant, EntitlementEvent, License
from entitlements.queries import access_in_force, grants_of
from portal.accounts.models import User
from portal.errors import DomainError, FieldRefused, NotAllowed
from tests.cases.records import refused
from tests.factories.browsers import client_of
from tests.factories.cases import make_case
from tests.factories.people import (
    make_account,
    make_administrator,
    make_agent,
    make_customer,
    make_license,
    make_person,
)

pytestmark = pytest.mark.django_db

# Already the third of March in Paris, where the account counts its days.
NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
TODAY = date(2026, 3, 3)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


@pytest.fixture
def license_() -> License:
    return make_license(make_account(country="FR", time_zone="Europe/Paris"))


@pytest.fixture
def contact(license_: License) -> User:
    return make_customer(license_)


def grant(license_: License, actor: User, *, last_on: date = TODAY, **facts: str) -> AccessGrant:
    said = {"environment": " Stage  EU ", "scope": "Logs, read only", **facts}
    return operations.grant_access(license_, **said, last_on=last_on, actor=actor, now=NOW)


def test_a_contact_grants_access_until_the_end_of_a_day_in_the_accounts_zone(
    license_: License, contact: User
) -> None:
    made = grant(license_, contact)
    end = datetime(2026, 3, 4, tzinfo=ZoneInfo("Europe/Paris"))
    assert (made.environment, made.granted_by, made.granted_at, made.until) == (
        "Stage EU",
        contact,
        NOW,
        end,
    )
    event = EntitlementEvent.objects.latest("pk")
    after = {"environment": "Stage EU", "scope": "Logs, read only", "last_on": "2026-03-03"}
    assert (event.kind, event.actor, event.license, event.detail) == (
        "access_granted",
        contact,
        license_,
        {"after": after},
    )


def test_it_ends_at_its_instant(license_: License, contact: User) -> None:
    made = grant(license_, contact)
    for at, is_there in ((made.until - TICK, True), (made.until, False)):
        assert made.is_in_force(at) is AccessGrant.objects.in_force(at).exists() is is_there
        assert [len(rows) for rows in grants_of(contact, at)] == [int(is_there), int(not is_there)]


@pytest.mark.parametrize("days", [0, 90])
def test_the_first_and_the_last_day_that_may_be_chosen(license_: License, contact: User, days: int) -> None:
    assert grant(license_, contact, last_on=TODAY + days * DAY).is_in_force(NOW)


@pytest.mark.parametrize(
    ("last_on", "code"), [(TODAY - DAY, "access_in_the_past"), (TODAY + 91 * DAY, "access_too_long")]
)
def test_a_day_outside_is_refused(license_: License, contact: User, last_on: date, code: str) -> None:
    with refused(FieldRefused, code):
        grant(license_, contact, last_on=last_on)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"environment": "  "}, "environment_missing"),
        ({"scope": ""}, "scope_missing"),
        ({"environment": "x" * 61}, "too_long"),
        ({"scope": "x" * 501}, "too_long"),
        ({"scope": "a\x00b"}, "nul"),
    ],
)
def test_what_is_not_said_is_refused(
    license_: License, contact: User, facts: dict[str, str], code: str
) -> None:
    with refused(FieldRefused, code):
        grant(license_, contact, **facts)


def test_the_administrator_grants_for_every_product_and_others_do_not(
    license_: License, contact: User
) -> None:
    target = make_license(license_.account, "target")
    administrator = make_administrator(license_)
    assert grant(target, administrator).license == target
    outsider = make_customer()
    for person, product in (
        (contact, target),
        (make_person(license_.account), license_),
        (outsider, license_),
    ):
        with refused(NotAllowed, "not_for_access"):
            grant(product, person)


def test_it_is_ended_once_by_any_contact_of_the_product(license_: License, contact: User) -> None:
    made, colleague, stranger = grant(license_, contact), make_customer(license_), make_customer()
    with refused(NotAllowed, "not_for_access"):
        operations.revoke_access(made, actor=stranger, now=NOW)
    ended = operations.revoke_access(made, actor=colleague, now=NOW + DAY / 48)
    assert (ended.revoked_by, ended.is_in_force(NOW + DAY / 48)) == (colleague, False)
    with refused(DomainError, "access_is_over"):
        operations.revoke_access(made, actor=contact, now=NOW + DAY / 24)


def test_access_that_has_ended_by_itself_is_not_revoked(license_: License, contact: User) -> None:
    made = grant(license_, contact)
    with refused(DomainError, "access_is_over"):
        operations.revoke_access(made, actor=contact, now=made.until)


def test_the_grants_in_force_of_a_license_are_listed_by_their_end(
    license_: License, contact: User, django_assert_num_queries: Any
) -> None:
    later = grant(license_, contact, environment="Stage", last_on=TODAY + DAY)
    sooner, revoked = grant(license_, contact), grant(license_, contact)
    operations.revoke_access(revoked, actor=contact, now=NOW)
    grant(make_license(license_.account, "target"), make_administrator(license_))
    with django_assert_num_queries(1):
        assert access_in_force(license_.pk, NOW) == [sooner, later]
    assert access_in_force(license_.pk, sooner.until - TICK) == [sooner, later]
    assert access_in_force(license_.pk, sooner.until) == [later]
    assert access_in_force(license_.pk, later.until) == []


@pytest.mark.parametrize("reader", ["customer", "staff"])
def test_the_case_names_each_environment_that_support_may_look_into(
    license_: License, contact: User, reader: str
) -> None:
    case = make_case(contact, now=NOW)
    pages = {
        "customer": (contact, reverse("cases:case", args=[case.pk])),
        "staff": (make_agent(), reverse("admin:cases_case_change", args=[case.pk])),
    }
    person, address = pages[reader]

    def says(at: datetime) -> str:
        with time_machine.travel(at, tick=False):
            page = client_of(person).get(address).content.decode()
        heading = {"customer": "Support access", "staff": "Remote access"}[reader]
        facts = re.search(rf"<dt>{heading}</dt><dd>(.*?)((<div>)?<a |</dd>)", page, re.DOTALL)
        assert facts
        return " ".join(re.sub(r"<[^>]*>", " ", facts[1]).split())

    nothing = {"customer": "Not granted", "staff": "Not granted: ask the customer in a message"}[reader]
    assert says(NOW) == nothing
    grant(license_, contact, environment="<b>Production</b>", last_on=TODAY + DAY)
    made = grant(license_, contact)
    ends = {
        "customer": ("Wed 4 Mar 2026, 00:00 CET", "Thu 5 Mar 2026, 00:00 CET"),
        "staff": ("Tue 3 Mar 2026, 23:00 UTC", "Wed 4 Mar 2026, 23:00 UTC"),
    }[reader]
    production = f"&lt;b&gt;Production&lt;/b&gt;: Logs, read only, until {ends[1]}"
    assert says(NOW) == f"Stage EU: Logs, read only, until {ends[0]} {production}"
    assert says(made.until) == production
    operations.revoke_access(made, actor=contact, now=NOW)
    assert says(NOW) == production
