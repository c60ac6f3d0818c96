"""When regions work, and what a first response is promised in: the one computation of it (SPEC 3.2, 3.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from entitlements import business_time, targets, terms
from entitlements.business_time import Calendar, ClockKind, LedgerLine
from entitlements.languages import JAPANESE_REGION
from entitlements.models import DayOff, FrozenCalendar, License, RegionHours, ResponseTarget, Term
from entitlements.plans import Plan
from entitlements.queries.licenses import region_zone, term_in_force
from entitlements.targets import Priority, Service
from portal.accounts.models import Region

# SPEC 2.2: staff hear of a target when so much of its time has passed.
WARN_AFTER = 0.75


@dataclass(frozen=True, slots=True)
class RegionCalendar:
    """When a region works, as decided at an instant: the dated row of its hours, and its calendar."""

    region: Region
    hours: RegionHours
    calendar: Calendar

    def today(self, now: datetime) -> date:
        """Tell which day it is where the hours count: days off are such days, terms the region's own."""
        return terms.local_day(now, ZoneInfo(self.calendar.zone))

    def coming_days_off(self, now: datetime, most: int) -> list[tuple[date, str]]:
        """List the next days off with their names, today included."""
        today = self.today(now)
        return sorted(pair for pair in self.calendar.days_off.items() if pair[0] >= today)[:most]


def calendar_of(region: Region, now: datetime) -> RegionCalendar:
    """Read a region's hours in force and the days off known at `now`, in two statements."""
    days_off = dict(region.days_off.in_force().values_list("day", "name"))
    return _region_calendar(region, hours_in_force(region, now), days_off)


def hours_in_force(region: Region, now: datetime) -> RegionHours:
    """Read the row of a region's hours in force at `now`, in one statement."""
    return region.hours.filter(in_force_from__lte=now).order_by("-in_force_from")[:1].get()


def calendars_now(now: datetime) -> list[RegionCalendar]:
    """Answer `calendar_of` for every region, by its code, in three statements."""
    rows = RegionHours.objects.filter(in_force_from__lte=now).order_by("in_force_from")
    # A later row of a region writes over the earlier ones.
    hours = {row.region_id: row for row in rows}
    days_off: dict[str, dict[date, str]] = {}
    for code, day, name in DayOff.objects.in_force().values_list("region_id", "day", "name"):
        days_off.setdefault(code, {})[day] = name
    return [
        _region_calendar(region, hours[region.pk], days_off.get(region.pk, {}))
        for region in Region.objects.order_by("pk")
    ]


def _region_calendar(region: Region, hours: RegionHours, days_off: Mapping[date, str]) -> RegionCalendar:
    hours.region = region
    calendar = Calendar(zone=hours.zone_in_force, week=hours.stretches(), days_off=days_off)
    return RegionCalendar(region, hours, calendar)


def thawed(frozen: FrozenCalendar) -> RegionCalendar:
    """Read a calendar as a case kept it."""
    return RegionCalendar(frozen.hours.region, frozen.hours, frozen.rules())


@dataclass(frozen=True, slots=True)
class HoursNow:
    """Whether a region works at an instant, until or from when, and why not on a day that it would."""

    region: Region
    is_open: bool
    changes_at: datetime
    day_off: str = ""


def hours_now(when: RegionCalendar, now: datetime) -> HoursNow:
    """Tell whether a region works now, and when that changes."""
    name = when.calendar.days_off.get(when.today(now), "")
    if business_time.is_open(when.calendar, now):
        return HoursNow(when.region, True, business_time.next_closing(when.calendar, now))
    return HoursNow(when.region, False, business_time.next_opening(when.calendar, now), name)


def japanese_hours(now: datetime) -> HoursNow:
    """Tell whether cases are answered in Japanese now, and when that changes; costs three statements."""
    return hours_now(calendar_of(Region.objects.get(pk=JAPANESE_REGION), now), now)


@dataclass(frozen=True, slots=True)
class ResponsePromise:
    """Until when a first response is promised, and why: everything that decided it."""

    priority: Priority
    service: Service
    term: Term
    target: ResponseTarget
    when: RegionCalendar
    amount: timedelta
    counts_from: datetime
    due_at: datetime

    @property
    def warns_at(self) -> datetime:
        """When staff are told that most of the time has passed."""
        clock, amount = ClockKind(self.target.clock), self.amount * WARN_AFTER
        return business_time.due_at(self.when.calendar, clock, amount, self.counts_from)

    def ledger(self) -> tuple[LedgerLine, ...]:
        """The stretches that were counted and those that were not, from filing to the due instant."""
        return business_time.ledger(
            self.when.calendar, ClockKind(self.target.clock), self.amount, self.counts_from
        )


@dataclass(frozen=True, slots=True)
class ResponseBasis:
    """What decides the targets of a case, as it stands when it is filed: term, targets, calendar."""

    term: Term
    service: Service
    targets: tuple[ResponseTarget, ...]
    when: RegionCalendar

    def promise(self, priority: Priority, since: datetime) -> ResponsePromise:
        """Compute the target of a priority, counted from an instant; the one place for it."""
        target = next(target for target in self.targets if target.priority == priority)
        amount = target.amount(self.when.hours.full_day)
        return ResponsePromise(
            priority=priority,
            service=self.service,
            term=self.term,
            target=target,
            when=self.when,
            amount=amount,
            counts_from=since,
            due_at=business_time.due_at(self.when.calendar, ClockKind(target.clock), amount, since),
        )

    def promises(self, since: datetime) -> tuple[ResponsePromise, ...]:
        """Compute the target of every priority, P1 first."""
        return tuple(self.promise(priority, since) for priority in Priority)


def response_basis(license_: License, now: datetime) -> ResponseBasis | None:
    """Read what decides the targets of a case filed now; None where no term is in force.

    Costs four statements.
    """
    term = term_in_force(license_, now)
    if term is None:
        return None
    when = calendar_of(license_.account.country.region, now)
    service = service_under(license_, term)
    return ResponseBasis(term, service, targets_in_force(now)[service], when)


def bases_of(licenses: Sequence[License], now: datetime) -> dict[int, ResponseBasis]:
    """Answer `response_basis` for licenses of one account loaded by `licenses_of`, in three statements.

    Those without a term in force are left out.
    """
    if not licenses:
        return {}
    in_force, when = targets_in_force(now), calendar_of(licenses[0].account.country.region, now)
    found = {}
    for license_ in licenses:
        term = terms.in_force(license_.terms.all(), now, region_zone(license_))
        if term is not None:
            service = service_under(license_, term)
            found[license_.pk] = ResponseBasis(term, service, in_force[service], when)
    return found


def basis_kept(term: Term, service: Service, calendar: FrozenCalendar, filed_at: datetime) -> ResponseBasis:
    """Read what decided the targets of a case when it was filed, from what it kept.

    Rows of targets begin after they are made, so that those of then are still those. One statement.
    """
    return ResponseBasis(term, service, targets_in_force(filed_at)[service], thawed(calendar))


def response_promises(license_: License, *, filed_at: datetime) -> tuple[ResponsePromise, ...]:
    """Compute what a case filed at an instant is promised at each priority, P1 first.

    Empty where no term is in force. Costs four statements.
    """
    basis = response_basis(license_, filed_at)
    return () if basis is None else basis.promises(filed_at)


def service_under(license_: License, term: Term) -> Service:
    """Tell which column of the published table applies to a license under a term."""
    return targets.service_of(Plan(term.plan), product=license_.product.code, first_on=term.first_on)


def targets_in_force(now: datetime) -> dict[Service, tuple[ResponseTarget, ...]]:
    """Read every service's targets in force at `now`, P1 first, in one statement."""
    rows = ResponseTarget.objects.filter(in_force_from__lte=now).order_by("in_force_from")
    # A later row of a service and priority writes over the earlier ones.
    latest = {(row.service, row.priority): row for row in rows}
    return {service: tuple(latest[service, priority] for priority in Priority) for service in Service}
