"""What would apply: staff choose an account, then a product, and see what an imagined filing is promised."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from entitlements import operations
from entitlements.business_time import ClockKind
from entitlements.calendars import PUBLISHED_HOURS
from entitlements.models import License, Product
from entitlements.plans import Plan
from entitlements.targets import MOST_MINUTES, Priority, Service
from portal.accounts.models import User
from tests.factories.browsers import client_of
from tests.factories.people import (
    EPOCH,
    make_account,
    make_agent,
    make_bare_license,
    make_customer,
    make_license,
    make_superuser,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 22, 12, tzinfo=UTC)
WHAT_APPLIES = "/admin/entitlements/responsetarget/what-applies/"


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def license_() -> License:
    operations.import_holidays([2026, 2027], now=NOW)
    made = make_license(
        make_account("Northwind", country="US"),
        plan=Plan.EXPERT,
        first_on=EPOCH.date(),
        last_on=date(2026, 12, 31),
    )
    make_customer(made, email="contact@northwind.example")
    return made


@pytest.fixture
def agent() -> Client:
    return client_of(make_agent())


def shown(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def asked(license_: License, filed_at: str, priority: str = "2") -> dict[str, Any]:
    chosen = {"account": license_.account_id, "product": license_.product_id}
    return {**chosen, "priority": priority, "filed_at": filed_at}


# --- Choosing ---------------------------------------------------------------------------------------


def names_found(response: Any) -> list[str]:
    return re.findall(r'<li><a href="\?account=\d+">([^<]*)</a></li>', response.content.decode())


def test_accounts_are_found_by_a_part_of_their_name_and_few_are_offered_at_once(agent: Client) -> None:
    for number in range(26):
        make_account(f"Shop {number:02d}")
    kaze = make_account("Kaze & Co")
    first = agent.get(WHAT_APPLIES)
    assert names_found(first) == ["Kaze &amp; Co", *[f"Shop {number:02d}" for number in range(24)]]
    assert "There are more. Write more of the name." in shown(first)
    for search in ("kaze", "e & c"):
        found = agent.get(WHAT_APPLIES, {"search": search})
        assert (names_found(found), "There are more" in shown(found)) == (["Kaze &amp; Co"], False)
        assert f'href="?account={kaze.pk}"' in found.content.decode()
    assert "No account has that in its name." in shown(agent.get(WHAT_APPLIES, {"search": "%"}))


def test_only_products_of_the_account_are_offered(agent: Client, license_: License) -> None:
    make_license(make_account("Kaze"), "target")
    page = agent.get(WHAT_APPLIES, {"account": license_.account_id})
    assert re.findall(r'<option value="\d+">(\w+)</option>', page.content.decode()) == ["Analytics"]
    assert "This field is required." not in shown(page)
    # A product that only another account has is none of the choices.
    other = {**asked(license_, ""), "product": Product.objects.get(code="target").pk}
    refused = agent.get(WHAT_APPLIES, other)
    assert "That choice is not one of the available choices." in shown(refused)
    assert "Northwind" in shown(refused)


def test_an_account_without_a_license_says_so(agent: Client) -> None:
    page = agent.get(WHAT_APPLIES, {"account": make_account("Kaze").pk})
    assert "The account has no license yet, so nothing can be filed." in shown(page)


# --- What applies -----------------------------------------------------------------------------------


def test_it_shows_what_a_filing_is_promised_and_why(agent: Client, license_: License) -> None:
    page = shown(agent.get(WHAT_APPLIES, asked(license_, "2026-05-22T23:40")))
    for words in (
        "First response due Tue 26 May 2026, 14:10 UTC",
        "Success plan Expert Success Plan",
        "Term 6 Jan 2025 – 31 Dec 2026",
        "2 h, business hours",
        "Memorial Day",
        "weekend",
        "50 min",
        "1 h 10 min",
        "Monday–Friday 06:00–17:30",
        "Saturday–Sunday closed",
        "Zone America/Los_Angeles",
        "25 May 2026 Memorial Day 19 Jun 2026 Juneteenth National Independence Day",
        "contact@northwind.example",
    ):
        assert words in page, words


def test_it_counts_and_prints_by_the_clock_of_the_zone_in_force(agent: Client, license_: License) -> None:
    operations.add_region_hours(
        license_.account.country.region,
        in_force_from=NOW + timedelta(hours=1),
        week=PUBLISHED_HOURS["AMER"].week,
        full_day_minutes=690,
        zone="Asia/Tokyo",
        actor=make_superuser(),
        now=NOW,
    )
    # 08:40 on Saturday in Tokyo.
    page = shown(agent.get(WHAT_APPLIES, asked(license_, "2026-05-22T23:40")))
    # 08:00 on the Tuesday after Memorial Day.
    assert "First response due Mon 25 May 2026, 23:00 UTC" in page
    assert "Clock times in Asia/Tokyo." in page
    assert "Zone Asia/Tokyo" in page


def test_the_days_off_are_those_from_the_day_of_the_filing_in_the_region(
    agent: Client, license_: License
) -> None:
    """At 06:00 UTC on 26 May it is still Memorial Day in the Americas, and from 07:00 on no more."""
    on_it = shown(agent.get(WHAT_APPLIES, asked(license_, "2026-05-26T06:59")))
    assert "Next days off 25 May 2026 Memorial Day" in on_it
    after = shown(agent.get(WHAT_APPLIES, asked(license_, "2026-05-26T07:00")))
    assert "Next days off 19 Jun 2026" in after


def test_an_empty_instant_is_now(agent: Client, license_: License) -> None:
    assert "Filed at Fri 22 May 2026, 12:00 UTC" in shown(agent.get(WHAT_APPLIES, asked(license_, "")))


def test_it_says_where_nothing_is_promised_and_shows_the_calendar_all_the_same(
    agent: Client, license_: License
) -> None:
    page = shown(agent.get(WHAT_APPLIES, asked(license_, "2027-02-01T10:00", "1")))
    for words in ("Nothing is promised", "Monday–Friday 06:00–17:30", "15 Feb 2027"):
        assert words in page, words


# --- Bad input --------------------------------------------------------------------------------------

_YEARS = "Choose a year from 1990 to 2199."


@pytest.mark.parametrize(
    ("filed_at", "text"),
    [
        ("9999-12-31T23:59", _YEARS),
        ("2200-01-01T00:00", _YEARS),
        ("1989-12-30T23:59", _YEARS),
        ("0001-01-02T00:00", _YEARS),
        ("0000-01-01T00:00", "Enter a valid date/time."),
        ("yesterday", "Enter a valid date/time."),
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_an_instant_outside_the_calendar_is_an_error_of_the_form(
    license_: License, filed_at: str, text: str, zone: str
) -> None:
    staff = make_agent()
    User.objects.filter(pk=staff.pk).update(time_zone=zone)
    response = client_of(User.objects.get(pk=staff.pk)).get(WHAT_APPLIES, asked(license_, filed_at))
    assert (response.status_code, "First response due" in shown(response)) == (200, False)
    assert text in shown(response)


@pytest.mark.parametrize(
    ("filed_at", "priority", "text"),
    [
        ("1990-01-01T00:00", "1", "Nothing is promised"),
        ("1990-01-01T08:00", "1", "First response due Mon 1 Jan 1990, 09:00 UTC"),
        ("2199-12-30T18:00", "4", "First response due Tue 31 Dec 2199, 18:00 UTC"),
        ("2199-12-31T00:00", "1", "First response due Tue 31 Dec 2199, 01:00 UTC"),
        ("2199-12-30T18:00", "3", "The calendar ends before such a target is reached."),
    ],
)
def test_the_ends_of_the_calendar_are_answered(
    agent: Client, filed_at: str, priority: str, text: str
) -> None:
    license_ = make_bare_license(make_account("Northwind"))
    days = {"first_on": date(1990, 1, 1), "last_on": date(2199, 12, 31)}
    root = make_superuser()
    operations.add_term(license_, Plan.EXPERT, **days, actor=root, now=NOW)
    operations.add_response_target(
        Service.EXPERT,
        Priority.P3,
        clock=ClockKind.BUSINESS,
        minutes=MOST_MINUTES,
        in_force_from=NOW + timedelta(days=1),
        actor=root,
        now=NOW,
    )
    page = agent.get(WHAT_APPLIES, asked(license_, filed_at, priority))
    assert (page.status_code, text in shown(page)) == (200, True)


@pytest.mark.parametrize("name", ["search", "account", "product", "priority", "filed_at"])
def test_a_nul_is_refused(agent: Client, license_: License, name: str) -> None:
    assert agent.get(WHAT_APPLIES, {**asked(license_, ""), name: "\x00"}).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"account": "x"},
        {"account": "999999999999999999999"},
        {"search": "a" * 201},
        {"account": "x", "product": "1", "priority": "2"},
    ],
)
def test_an_account_that_is_none_leads_to_the_search(agent: Client, query: dict[str, str]) -> None:
    response = agent.get(WHAT_APPLIES, query)
    assert response.status_code == 200
    assert "Find the account" in shown(response)


@pytest.mark.parametrize(
    "query",
    [
        {"product": "x", "priority": "2"},
        {"product": "999999999999999999999", "priority": "2"},
        {"product": "", "priority": "9", "filed_at": "yesterday"},
    ],
)
def test_bad_input_of_a_filing_is_an_error_beside_its_field(
    agent: Client, license_: License, query: dict[str, str]
) -> None:
    response = agent.get(WHAT_APPLIES, {"account": license_.account_id, **query})
    assert (response.status_code, "has-error" in response.content.decode()) == (200, True)


def test_it_is_for_staff(license_: License) -> None:
    assert client_of(make_customer(license_)).get(WHAT_APPLIES).status_code == 302
