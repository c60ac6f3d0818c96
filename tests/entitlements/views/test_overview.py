"""What we have, and the plans side by side."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entitlements import operations
from entitlements.models import License
from entitlements.plans import Plan
from entitlements.queries import holdings_of
from portal.accounts.models import User
from tests.factories.people import (
    EPOCH,
    make_account,
    make_administrator,
    make_agent,
    make_bare_license,
    make_customer,
    make_license,
    make_person,
    make_superuser,
)

pytestmark = pytest.mark.django_db

OVERVIEW, PLANS = "/entitlements/", "/entitlements/plans/"
# Thanksgiving week in the Americas: Wednesday 10:00 in Los Angeles.
WEDNESDAY = datetime(2026, 11, 25, 18, tzinfo=UTC)
THANKSGIVING = datetime(2026, 11, 26, 18, tzinfo=UTC)


@pytest.fixture
def contact() -> User:
    operations.import_holidays([2026, 2027], now=WEDNESDAY)
    account = make_account("Northwind", country="US")
    license_ = make_license(account, plan=Plan.ULTIMATE, first_on=EPOCH.date(), last_on=date(2026, 12, 31))
    make_administrator(license_, email="boss@northwind.example", name="Ada Boss")
    return make_customer(license_)


def shown(person: User, address: str) -> str:
    client = Client()
    client.force_login(person)
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@time_machine.travel(WEDNESDAY, tick=False)
def test_the_page_says_plan_term_targets_and_hours(contact: User) -> None:
    page = shown(contact, OVERVIEW)
    for words in (
        "Ultimate Success Plan",
        "to the end of 31 Dec 2026",
        "15 min, 24x7",
        "30 min, business hours",
        '<span class="exact">Coverage: 24x5</span>',
        "1 business day",
        "Open now",
        "closes in 7 h 30 min",
        "Monday–Friday",
        "06:00–17:30",
        "Thanksgiving Day",
        "Ada Boss",
        "You are a named contact",
    ):
        assert words in page, words


@time_machine.travel(THANKSGIVING, tick=False)
def test_on_a_holiday_it_names_the_holiday_and_the_next_opening(contact: User) -> None:
    page = shown(contact, OVERVIEW)
    assert "Closed now" in page
    assert "Today is a day off there: Thanksgiving Day." in page
    assert "Fri 27 Nov 2026, 06:00 PST" in page


@time_machine.travel(WEDNESDAY, tick=False)
def test_licenses_that_have_not_begun_have_ended_or_have_no_term_say_so(contact: User) -> None:
    root = make_superuser()
    days = {
        "target": (date(2027, 1, 1), date(2027, 12, 31)),
        "campaign": (date(2025, 1, 1), date(2025, 12, 31)),
    }
    for product, (first_on, last_on) in days.items():
        license_ = make_bare_license(contact.account, product)
        operations.add_term(
            license_, Plan.EXPERT, first_on=first_on, last_on=last_on, actor=root, now=WEDNESDAY
        )
    make_bare_license(contact.account, "workfront")
    page = shown(contact, OVERVIEW)
    assert "Expert Success Plan from 1 Jan 2027." in page
    assert "Until the end of 31 Dec 2025." in page
    assert "Our staff add the term." in page


@time_machine.travel(WEDNESDAY, tick=False)
def test_a_renewal_that_is_entered_already_is_shown(contact: User) -> None:
    license_ = contact.seats.get().license
    assert "Continues from" not in shown(contact, OVERVIEW)
    add_term(license_, Plan.EXPERT, date(2028, 1, 1), date(2028, 12, 31))
    add_term(license_, Plan.ULTIMATE, date(2027, 1, 1), date(2027, 12, 31))
    page = shown(contact, OVERVIEW)
    # The term in force, and the one after it.
    assert "From 6 Jan 2025 to the end of 31 Dec 2026" in page
    assert "Continues from 1 Jan 2027 to the end of 31 Dec 2027 as Ultimate Success Plan." in page
    assert "2028" not in page


@time_machine.travel(WEDNESDAY, tick=False)
def test_a_plan_that_changes_in_the_middle_of_a_term_is_shown(contact: User) -> None:
    license_ = contact.seats.get().license
    day = date(2026, 12, 1)
    operations.change_plan(license_, Plan.EXPERT, from_day=day, actor=make_superuser(), now=WEDNESDAY)
    page = shown(contact, OVERVIEW)
    assert "to the end of 30 Nov 2026" in page
    assert "Continues from 1 Dec 2026 to the end of 31 Dec 2026 as Expert Success Plan." in page


@time_machine.travel(WEDNESDAY, tick=False)
def test_what_comes_after_a_term_that_has_not_begun_is_shown_and_nothing_after_the_last(
    contact: User,
) -> None:
    coming, ended = (
        make_bare_license(contact.account, "target"),
        make_bare_license(contact.account, "campaign"),
    )
    add_term(coming, Plan.EXPERT, date(2027, 1, 1), date(2027, 1, 31))
    add_term(coming, Plan.ULTIMATE, date(2027, 3, 1), date(2027, 3, 31))
    add_term(ended, Plan.EXPERT, date(2025, 1, 1), date(2025, 12, 31))
    found = [
        (one.license.product.code, one.state.value, one.following and one.following.first_on)
        for one in holdings_of(contact, WEDNESDAY)
    ]
    assert found == [
        ("analytics", "in_force", None),
        ("target", "coming", date(2027, 3, 1)),
        ("campaign", "ended", None),
    ]
    assert "Continues from 1 Mar 2027" in shown(contact, OVERVIEW)


def add_term(license_: License, plan: Plan, first_on: date, last_on: date) -> None:
    days = {"first_on": first_on, "last_on": last_on}
    operations.add_term(license_, plan, **days, actor=make_superuser(), now=WEDNESDAY)


def test_an_account_without_a_license_is_told_what_comes_next() -> None:
    assert "No product yet" in shown(make_person(), OVERVIEW)


@time_machine.travel(WEDNESDAY, tick=False)
def test_the_plans_mark_what_one_has_for_each_product(contact: User) -> None:
    license_ = make_bare_license(contact.account, "commerce-managed")
    operations.add_term(
        license_,
        Plan.EXPERT,
        first_on=date(2026, 1, 1),
        last_on=date(2026, 12, 31),
        actor=make_superuser(),
        now=WEDNESDAY,
    )
    page = shown(contact, PLANS)
    assert page.count("Yours: Analytics") == 2
    assert page.count("Yours: Commerce on Managed Services") == 2
    # A narrow page hides the head of the tables.
    for mine in ("Ultimate", "Ultimate Success Plan", "Commerce on Managed Services", "Expert Success Plan"):
        assert f'data-label="{mine} (yours)"' in page, mine
    assert 'data-label="Expert"' in page
    for words in ("1 h, 24x7", "2 h, business hours", "A Mutual Action Plan", "Named contacts per product"):
        assert words in page, words


def test_staff_compare_the_plans_with_nothing_marked() -> None:
    assert "Yours:" not in shown(make_agent(), PLANS)


@pytest.mark.parametrize("address", [PLANS, "/how-support-works/"])
def test_the_notes_under_the_targets_are_the_rules(contact: User, address: str) -> None:
    text = " ".join(re.sub(r"<[^>]*>", " ", shown(contact, address)).split())
    # As `golden_hours.py` has it: filed before the hours, as they open, within and after them.
    assert (
        "A business day is a whole one: filed within the hours, a case has until the same clock time on the"
        " next business day; filed outside them or in their first minute, until the end of the next whole"
        " business day."
    ) in text
    assert (
        "Commerce on Managed Services: these targets replace those of Expert, for this product alone, under a"
        " term whose first day, also of a renewal, is 20 Sep 2021 or later. When it was signed does not"
        " count. Ultimate keeps its own targets, and nothing else of support changes."
    ) in text


@time_machine.travel(WEDNESDAY, tick=False)
@pytest.mark.parametrize(("address", "cost"), [(OVERVIEW, 17), (PLANS, 9)])
def test_a_page_costs_the_same_for_one_license_and_for_all(contact: User, address: str, cost: int) -> None:
    client = Client()
    client.force_login(contact)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for product in ("target", "campaign", "workfront", "marketo-engage", "commerce"):
        make_bare_license(contact.account, product)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert (len(one), len(many)) == (cost, cost)
