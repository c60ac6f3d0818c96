"""What a first response is promised in: the published targets and which of them applies (SPEC 3.2). Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import NamedTuple

from entitlements.business_time import ClockKind
from entitlements.plans import Plan
from entitlements.products import MANAGED_SERVICES


class Priority(IntEnum):
    """P1 is the most urgent. The values are stored."""

    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4


class Service(StrEnum):
    """A column of the published table: the two plans, and Commerce on Managed Services under Expert."""

    EXPERT = "expert"
    ULTIMATE = "ultimate"
    MANAGED_SERVICES = "managed_services"


# Terms that begin on this day or later, first or renewed; the day of signing does not count.
MANAGED_SERVICES_SINCE = date(2021, 9, 20)
MOST_MINUTES = 60 * 24 * 30


class PublishedTarget(NamedTuple):
    """A target as the portal is delivered; `minutes` is None where it is one business day."""

    service: Service
    priority: Priority
    clock: ClockKind
    minutes: int | None


PUBLISHED: tuple[PublishedTarget, ...] = (
    PublishedTarget(Service.EXPERT, Priority.P1, ClockKind.ELAPSED, 60),
    PublishedTarget(Service.EXPERT, Priority.P2, ClockKind.BUSINESS, 120),
    PublishedTarget(Service.EXPERT, Priority.P3, ClockKind.BUSINESS, 240),
    PublishedTarget(Service.EXPERT, Priority.P4, ClockKind.BUSINESS_DAY, None),
    PublishedTarget(Service.ULTIMATE, Priority.P1, ClockKind.ELAPSED, 15),
    PublishedTarget(Service.ULTIMATE, Priority.P2, ClockKind.BUSINESS, 30),
    PublishedTarget(Service.ULTIMATE, Priority.P3, ClockKind.BUSINESS, 60),
    PublishedTarget(Service.ULTIMATE, Priority.P4, ClockKind.BUSINESS_DAY, None),
    PublishedTarget(Service.MANAGED_SERVICES, Priority.P1, ClockKind.ELAPSED, 30),
    PublishedTarget(Service.MANAGED_SERVICES, Priority.P2, ClockKind.BUSINESS, 60),
    PublishedTarget(Service.MANAGED_SERVICES, Priority.P3, ClockKind.BUSINESS, 120),
    PublishedTarget(Service.MANAGED_SERVICES, Priority.P4, ClockKind.BUSINESS_DAY, None),
)


# SPEC 3.1, the row *Coverage*: when cases of a priority are worked. When minutes of its target count is the
# target's own clock, which may be another (SPEC 3.2). Commerce on Managed Services changes only targets.
_EXPERT_COVERAGE: Mapping[Priority, ClockKind] = {
    Priority.P1: ClockKind.ELAPSED,
    Priority.P2: ClockKind.BUSINESS,
    Priority.P3: ClockKind.BUSINESS,
    Priority.P4: ClockKind.BUSINESS,
}
_COVERAGE: Mapping[Service, Mapping[Priority, ClockKind]] = {
    Service.EXPERT: _EXPERT_COVERAGE,
    Service.ULTIMATE: {
        Priority.P1: ClockKind.ELAPSED,
        Priority.P2: ClockKind.WEEKDAYS,
        Priority.P3: ClockKind.WEEKDAYS,
        Priority.P4: ClockKind.BUSINESS,
    },
    Service.MANAGED_SERVICES: _EXPERT_COVERAGE,
}


def coverage(service: Service, priority: Priority) -> ClockKind:
    """Tell when cases of a priority are worked."""
    return _COVERAGE[service][priority]


def service_of(plan: Plan, *, product: str, first_on: date) -> Service:
    """Tell which column applies to a license: `product` is its code, `first_on` its term's first day."""
    if plan is Plan.ULTIMATE:
        return Service.ULTIMATE
    if product == MANAGED_SERVICES and first_on >= MANAGED_SERVICES_SINCE:
        return Service.MANAGED_SERVICES
    return Service.EXPERT


def amount(clock: ClockKind, minutes: int | None, *, full_day: timedelta) -> timedelta:
    """Tell how long a target is: one business day is the full day of the region's hours."""
    if clock is ClockKind.BUSINESS_DAY:
        return full_day
    assert minutes is not None, "only a business day has no minutes"
    return timedelta(minutes=minutes)
