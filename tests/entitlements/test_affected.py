"""Whom a dated row affects: terms by the day of their region, and those that begin later."""

from datetime import UTC, date, datetime, timedelta

import pytest

from entitlements.models import License
from entitlements.plans import Plan
from entitlements.queries import accounts_under
from entitlements.targets import Service
from tests.factories.people import make_account, make_license

pytestmark = pytest.mark.django_db

LONG_AGO, FAR = date(2020, 1, 1), date(2099, 12, 31)
DAY = date(2026, 6, 1)
# Midnight of 1 June in Tokyo and in Los Angeles: in both cases another day than in UTC, or another hour.
TOKYO, LOS_ANGELES = datetime(2026, 5, 31, 15, tzinfo=UTC), datetime(2026, 6, 1, 7, tzinfo=UTC)
STEP = timedelta(microseconds=1)


def make(name: str, country: str, first_on: date, last_on: date, plan: Plan = Plan.EXPERT) -> License:
    return make_license(make_account(name, country=country), plan=plan, first_on=first_on, last_on=last_on)


@pytest.mark.parametrize(("country", "midnight"), [("JP", TOKYO), ("US", LOS_ANGELES)])
def test_a_term_counts_until_midnight_after_its_last_day_in_the_region(
    country: str, midnight: datetime
) -> None:
    make("Kaze", country, LONG_AGO, DAY - timedelta(days=1))
    found = [accounts_under(Service.EXPERT, at) for at in (midnight - STEP, midnight, midnight + STEP)]
    assert found == [["Kaze"], [], []]


def test_a_term_in_tokyo_that_begins_that_day_is_affected_while_utc_has_the_day_before() -> None:
    make("Kaze", "JP", DAY, DAY)
    assert accounts_under(Service.EXPERT, TOKYO) == ["Kaze"]


def test_a_term_that_begins_later_is_affected_too() -> None:
    make("Kaze", "JP", date(2027, 1, 1), FAR)
    make("Northwind", "US", LONG_AGO, FAR)
    make("Over", "US", LONG_AGO, DAY - timedelta(days=2))
    assert accounts_under(Service.EXPERT, TOKYO) == ["Kaze", "Northwind"]


def test_only_terms_under_the_service_count() -> None:
    license_ = make("Northwind", "US", LONG_AGO, FAR, Plan.ULTIMATE)
    make_license(license_.account, "commerce-managed", plan=Plan.EXPERT, first_on=DAY)
    assert [accounts_under(service, TOKYO) for service in Service] == [[], ["Northwind"], ["Northwind"]]
