"""Which published target applies, and how long it is."""

from datetime import date, timedelta

import pytest

from entitlements.business_time import ClockKind
from entitlements.plans import Plan
from entitlements.targets import PUBLISHED, Priority, Service, amount, coverage, service_of

BEFORE, SINCE = date(2021, 9, 19), date(2021, 9, 20)


@pytest.mark.parametrize(
    ("plan", "product", "first_on", "service"),
    [
        (Plan.EXPERT, "analytics", SINCE, Service.EXPERT),
        (Plan.ULTIMATE, "analytics", SINCE, Service.ULTIMATE),
        (Plan.EXPERT, "commerce", SINCE, Service.EXPERT),
        (Plan.EXPERT, "commerce-managed", BEFORE, Service.EXPERT),
        (Plan.EXPERT, "commerce-managed", SINCE, Service.MANAGED_SERVICES),
        (Plan.EXPERT, "commerce-managed", date(2026, 1, 1), Service.MANAGED_SERVICES),
        # Ultimate keeps its own, faster targets.
        (Plan.ULTIMATE, "commerce-managed", SINCE, Service.ULTIMATE),
    ],
)
def test_managed_services_replace_the_column_of_expert_from_their_day_on(
    plan: Plan, product: str, first_on: date, service: Service
) -> None:
    assert service_of(plan, product=product, first_on=first_on) is service


def test_the_published_table_is_the_specifications() -> None:
    table = {(row.service.value, row.priority.value): (row.clock.value, row.minutes) for row in PUBLISHED}
    assert table == {
        ("expert", 1): ("elapsed", 60),
        ("expert", 2): ("business", 120),
        ("expert", 3): ("business", 240),
        ("expert", 4): ("business_day", None),
        ("ultimate", 1): ("elapsed", 15),
        ("ultimate", 2): ("business", 30),
        ("ultimate", 3): ("business", 60),
        ("ultimate", 4): ("business_day", None),
        ("managed_services", 1): ("elapsed", 30),
        ("managed_services", 2): ("business", 60),
        ("managed_services", 3): ("business", 120),
        ("managed_services", 4): ("business_day", None),
    }
    assert len(PUBLISHED) == len(Service) * len(Priority)


def test_cases_are_worked_as_the_plan_says_and_managed_services_change_nothing_of_it() -> None:
    worked = {service.value: [coverage(service, each).value for each in Priority] for service in Service}
    assert worked == {
        "expert": ["elapsed", "business", "business", "business"],
        "ultimate": ["elapsed", "weekdays", "weekdays", "business"],
        "managed_services": ["elapsed", "business", "business", "business"],
    }


@pytest.mark.parametrize("full_day", [timedelta(minutes=690), timedelta(minutes=480)])
def test_a_business_day_is_as_long_as_the_regions(full_day: timedelta) -> None:
    assert amount(ClockKind.BUSINESS_DAY, None, full_day=full_day) == full_day
    assert amount(ClockKind.BUSINESS, 30, full_day=full_day) == timedelta(minutes=30)
