"""Words about priorities and what a first response is promised in (SPEC 3.2)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entitlements.business_time import ClockKind, LedgerLine, LineKind
from entitlements.targets import MANAGED_SERVICES_SINCE, Priority, Service
from entitlements.wording.coverage import CLOCK_NAMES
from entitlements.wording.days import day, weekday_and_day
from entitlements.wording.words import Words

SERVICE_NAMES: Mapping[str, Words] = {
    Service.EXPERT: gettext_lazy("Expert"),
    Service.ULTIMATE: gettext_lazy("Ultimate"),
    Service.MANAGED_SERVICES: gettext_lazy("Commerce on Managed Services"),
}
SERVICES = [(service.value, SERVICE_NAMES[service]) for service in Service]
PRIORITY_NAMES: Mapping[int, Words] = {
    Priority.P1: gettext_lazy("P1 Critical"),
    Priority.P2: gettext_lazy("P2 Urgent"),
    Priority.P3: gettext_lazy("P3 Important"),
    Priority.P4: gettext_lazy("P4 Minor"),
}
PRIORITIES = [(priority.value, PRIORITY_NAMES[priority]) for priority in Priority]
# SPEC 3.2, the column *Impact*.
PRIORITY_IMPACTS: Mapping[int, Words] = {
    Priority.P1: gettext_lazy("Production is down, or data is being lost or badly damaged."),
    Priority.P2: gettext_lazy("Major degradation, data may be lost, or a major feature is hit."),
    Priority.P3: gettext_lazy("Minor degradation; a workaround keeps your business going."),
    Priority.P4: gettext_lazy("A question, or a wish for an enhancement."),
}
# SPEC 3.2, the column of the customer's commitment: a point each.
_NAMED_CONTACTS_ONLY = gettext_lazy("Support speaks with named contacts only, in business hours.")
_MAY_BE_LOWERED = gettext_lazy(
    "Without vital information from the named contacts, support may lower the priority."
)
PRIORITY_COMMITMENTS: Mapping[int, tuple[Words, ...]] = {
    Priority.P1: (
        gettext_lazy("You work on it with support around the clock, until the effect is contained."),
        _MAY_BE_LOWERED,
    ),
    Priority.P2: (_NAMED_CONTACTS_ONLY, _MAY_BE_LOWERED),
    Priority.P3: (_NAMED_CONTACTS_ONLY,),
    Priority.P4: (_NAMED_CONTACTS_ONLY,),
}
CLOCKS = [(clock.value, CLOCK_NAMES[clock]) for clock in ClockKind]


def length(minutes: int) -> str:
    """Write a length of time in hours and minutes: 30 min, 1 h, 1 h 30 min."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": rest}
    if not rest:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": rest}


def target_text(clock: str, minutes: int | None) -> str:
    """Write a target with its clock: 30 min, 24x7; 2 h, business hours; 1 business day."""
    if minutes is None:
        return _("1 business day")
    return _("%(length)s, %(clock)s") % {"length": length(minutes), "clock": CLOCK_NAMES[clock]}


class _Promised(Protocol):
    """A target in force: of which priority, on which clock, and how long."""

    @property
    def priority(self) -> int: ...
    @property
    def clock(self) -> str: ...
    @property
    def minutes(self) -> int | None: ...


class TargetRow(NamedTuple):
    """A priority with its impact, what each service promises at it, and what it asks of the customer."""

    name: Words
    impact: Words
    # The name of each service, with its target.
    cells: tuple[tuple[Words, str], ...]
    commitments: tuple[Words, ...]


def target_rows(in_force: Mapping[Service, Sequence[_Promised]]) -> list[TargetRow]:
    """Write the targets in force as a table, P1 first."""
    return [
        TargetRow(
            PRIORITY_NAMES[priority],
            PRIORITY_IMPACTS[priority],
            tuple(
                (SERVICE_NAMES[service], target_text(row.clock, row.minutes))
                for service in Service
                for row in in_force[service]
                if row.priority == priority
            ),
            PRIORITY_COMMITMENTS[priority],
        )
        for priority in Priority
    ]


def about_managed_services() -> str:
    """Say to whom the targets of Commerce on Managed Services apply, as `targets.service_of` decides it."""
    return _(
        "Commerce on Managed Services: these targets replace those of Expert, for this product alone, under a"
        " term whose first day, also of a renewal, is %(since)s or later. When it was signed does not count."
        " Ultimate keeps its own targets, and nothing else of support changes."
    ) % {"since": day(MANAGED_SERVICES_SINCE)}


class LedgerRow(NamedTuple):
    """A stretch of a ledger in words; `counted` is empty where it was skipped, for the `reason`."""

    day: str
    since: str
    until: str
    counted: str
    reason: str


class Ledger(NamedTuple):
    """A ledger in words, its clock times in a zone."""

    zone: str
    lines: tuple[LedgerRow, ...]
    total: str


def ledger_in_words(lines: Sequence[LedgerLine], zone: str) -> Ledger:
    """Write a ledger as it is shown: each stretch, and the sum, which is the target."""
    total = sum((line.counted for line in lines), timedelta())
    return Ledger(zone, tuple(_ledger_row(line, ZoneInfo(zone)) for line in lines), length(total // _MINUTE))


def _ledger_row(line: LedgerLine, zone: ZoneInfo) -> LedgerRow:
    since, until = line.since.astimezone(zone), line.until.astimezone(zone)
    counted = line.counted // _MINUTE
    return LedgerRow(
        day=weekday_and_day(since.date()),
        since=f"{since:%H:%M}",
        until=_clock_or_day(until, since.date()),
        counted=length(counted) if counted else "",
        reason=_reason(line),
    )


def _clock_or_day(until: datetime, since: date) -> str:
    """The clock time alone on the same day; another day is named."""
    clock = f"{until:%H:%M}"
    return clock if until.date() == since else f"{weekday_and_day(until.date())}, {clock}"


def _reason(line: LedgerLine) -> str:
    if line.kind is LineKind.DAY_OFF:
        return line.name
    return str(_LINE_NAMES.get(line.kind, ""))


_LINE_NAMES: Mapping[str, Words] = {
    LineKind.NIGHT: gettext_lazy("outside the hours"),
    LineKind.WEEKEND: gettext_lazy("weekend"),
}
_MINUTE = timedelta(minutes=1)
