"""When cases are worked and when minutes of a target count: both are clocks (SPEC 3.1 and 3.2)."""

from collections.abc import Mapping
from itertools import groupby

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from entitlements.business_time import ClockKind
from entitlements.targets import Priority, Service, coverage
from entitlements.wording.words import Words

CLOCK_NAMES: Mapping[str, Words] = {
    ClockKind.ELAPSED: gettext_lazy("24x7"),
    ClockKind.WEEKDAYS: gettext_lazy("24x5"),
    ClockKind.BUSINESS: gettext_lazy("business hours"),
    ClockKind.BUSINESS_DAY: gettext_lazy("business day"),
}


def coverage_name(service: str, priority: int) -> Words:
    """Say when cases of a priority are worked."""
    return CLOCK_NAMES[coverage(Service(service), Priority(priority))]


def coverage_points(service: Service) -> tuple[Words, ...]:
    """Say when cases are worked, priorities of one clock together: P2, P3: 24x5."""
    return tuple(
        format_lazy(
            gettext_lazy("{priorities}: {clock}"),
            priorities=", ".join(priority.name for priority in alike),
            clock=CLOCK_NAMES[clock],
        )
        for clock, alike in groupby(Priority, key=lambda priority: coverage(service, priority))
    )
