"""Questions about licenses, their terms and seats."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from entitlements import business_time, plans, targets, terms
from entitlements.business_time import Calendar, ClockKind, LedgerLine
from entitlements.models import Invitation, License, RegionHours, ResponseTarget, Seat, Term
from entitlements.plans import Plan
from entitlements.targets import Priority, Service
from portal.accounts.models import Account, Region, User

_CACHE = "_active_license_ids"


@dataclass(frozen=True, slots=True)
class RegionCalendar:
    """When a region works, as decided at an instant: the dated row of its hours, and its calendar."""

    region: Region
    hours: RegionHours
    calendar: Calendar

    def coming_days_off(self, now: datetime, most: int) -> list[tuple[date, str]]:
        """List the next days off with their names, today included."""
        today = terms.local_day(now, ZoneInfo(self.region.time_zone))
        return sorted(pair for pair in self.calendar.days_off.items() if pair[0] >= today)[:most]


def calendar_of(region: Region, now: datetime) -> RegionCalendar:
    """Read a region's hours in force and the days off known at `now`, in two statements."""
    hours = region.hours.filter(in_force_from__lte=now).order_by("-in_force_from")[:1].get()
    days_off = dict(region.days_off.in_force().values_list("day", "name"))
    calendar = Calendar(zone=region.time_zone, week=hours.stretches(), days_off=days_off)
    return RegionCalendar(region, hours, calendar)


@dataclass(frozen=True, slots=True)
class HoursNow:
    """Whether a region works at an instant, until or from when, and why not on a day that it would."""

    region: Region
    is_open: bool
    changes_at: datetime
    day_off: str = ""


def hours_now(when: RegionCalendar, now: datetime) -> HoursNow:
    """Tell whether a region works now, and when that changes."""
    today = terms.local_day(now, ZoneInfo(when.region.time_zone))
    name = when.calendar.days_off.get(today, "")
    if business_time.is_open(when.calendar, now):
        return HoursNow(when.region, True, business_time.next_closing(when.calendar, now))
    return HoursNow(when.region, False, business_time.next_opening(when.calendar, now), name)


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

    def ledger(self) -> tuple[LedgerLine, ...]:
        """The stretches that were counted and those that were not, from filing to the due instant."""
        return business_time.ledger(
            self.when.calendar, ClockKind(self.target.clock), self.amount, self.counts_from
        )


def response_promises(license_: License, *, filed_at: datetime) -> tuple[ResponsePromise, ...]:
    """Compute what a case filed at an instant is promised at each priority, P1 first; the one place for it.

    Empty where no term is in force. Costs four statements.
    """
    term = term_in_force(license_, filed_at)
    if term is None:
        return ()
    in_force = targets_in_force(filed_at)[service_under(license_, term)]
    when = calendar_of(license_.account.country.region, filed_at)
    return tuple(_promise(target, term, when, filed_at) for target in in_force)


def service_under(license_: License, term: Term) -> Service:
    """Tell which column of the published table applies to a license under a term."""
    return targets.service_of(Plan(term.plan), product=license_.product.code, first_on=term.first_on)


def targets_in_force(now: datetime) -> dict[Service, tuple[ResponseTarget, ...]]:
    """Read every service's targets in force at `now`, P1 first, in one statement."""
    rows = ResponseTarget.objects.filter(in_force_from__lte=now).order_by("in_force_from")
    # A later row of a service and priority writes over the earlier ones.
    latest = {(row.service, row.priority): row for row in rows}
    return {service: tuple(latest[service, priority] for priority in Priority) for service in Service}


def _promise(target: ResponseTarget, term: Term, when: RegionCalendar, filed_at: datetime) -> ResponsePromise:
    amount = target.amount(when.hours.full_day)
    return ResponsePromise(
        priority=Priority(target.priority),
        service=Service(target.service),
        term=term,
        target=target,
        when=when,
        amount=amount,
        counts_from=filed_at,
        due_at=business_time.due_at(when.calendar, ClockKind(target.clock), amount, filed_at),
    )


def region_zone(license_: License) -> ZoneInfo:
    """Find the zone that a license's terms count in: its account's region's.

    No statement of its own where the license was loaded `for_display()`.
    """
    return ZoneInfo(license_.account.country.region.time_zone)


def term_in_force(license_: License, now: datetime) -> Term | None:
    """Find the term that `now` falls into; None before the first, in a gap, and after the last."""
    today = terms.local_day(now, region_zone(license_))
    return license_.terms.filter(first_on__lte=today, last_on__gte=today).first()


def plan_in_force(license_: License, now: datetime) -> Plan | None:
    """Find the success plan of the term in force, if there is one."""
    term = term_in_force(license_, now)
    return Plan(term.plan) if term else None


def term_ended_on(license_: License, now: datetime) -> date | None:
    """Find the last day of the last term once that has ended; None while a term runs or is to come.

    No statement of its own where the terms were prefetched.
    """
    last = max((term.last_on for term in license_.terms.all()), default=None)
    if last is None or last >= terms.local_day(now, region_zone(license_)):
        return None
    return last


def active_license_ids(user: Any) -> frozenset[int]:
    """Tell the licenses on which a person has a seat; read once per user object.

    Who may not sign in has none, nor has anybody anonymous.
    """
    if not (getattr(user, "is_active", False) and getattr(user, "account_id", None)):
        return frozenset()
    cached: frozenset[int] | None = getattr(user, _CACHE, None)
    if cached is None:
        cached = frozenset(Seat.objects.active().filter(user=user).values_list("license_id", flat=True))
        setattr(user, _CACHE, cached)
    return cached


def forget_seats(user: User) -> None:
    """Let the next question about a person's seats be asked of the database again."""
    if hasattr(user, _CACHE):
        delattr(user, _CACHE)


def has_seat(user: User, license_id: int) -> bool:
    """Tell whether a person is an active named contact of a license."""
    return license_id in active_license_ids(user)


def contacts_of(license_id: int) -> QuerySet[User]:
    """Find the active named contacts of a license, ordered by name."""
    seats = Seat.objects.active().filter(license_id=license_id)
    return User.objects.filter(is_active=True, pk__in=seats.values("user_id")).order_by("name", "email", "pk")


def licenses_of(user: User) -> list[License]:
    """List the licenses of a person's account, with their terms loaded, in the order of the products."""
    return list(
        License.objects.visible_to(user)
        .filter(account__people=user)
        .for_display()
        .prefetch_related("terms")
        .order_by("product__position", "pk")
    )


def accounts_in_region(region: Region) -> list[str]:
    """List the names of the accounts that a region serves."""
    return list(
        Account.objects.filter(country__region=region).order_by("name").values_list("name", flat=True)
    )


def accounts_under(service: Service, at: datetime) -> list[str]:
    """List the names of the accounts with a license under a service at an instant, from now on."""
    day = at.date()
    running = Term.objects.filter(first_on__lte=day, last_on__gte=day)
    under = {
        term.license.account.name
        for term in running.select_related("license__account", "license__product")
        if service_under(term.license, term) is service
    }
    return sorted(under)


class HoldingState(StrEnum):
    """Where a license stands: its term in force, else the next one, else the last, else none."""

    IN_FORCE = "in_force"
    COMING = "coming"
    ENDED = "ended"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Holding:
    """A license of a person's account, with the term that says where it stands."""

    license: License
    term: Term | None
    state: HoldingState
    is_contact: bool


def holdings_of(user: User, now: datetime) -> list[Holding]:
    """List what a person's account has, in the order of the products; costs three statements."""
    return [_holding(license_, user, now) for license_ in licenses_of(user)]


def _holding(license_: License, user: User, now: datetime) -> Holding:
    every, zone = list(license_.terms.all()), region_zone(license_)
    today = terms.local_day(now, zone)
    found = (
        (terms.in_force(every, now, zone), HoldingState.IN_FORCE),
        (terms.next_after(every, today), HoldingState.COMING),
        (terms.last_before(every, today), HoldingState.ENDED),
    )
    term, state = next((pair for pair in found if pair[0]), (None, HoldingState.NONE))
    return Holding(license_, term, state, is_contact=license_.pk in active_license_ids(user))


@dataclass(frozen=True)
class Capacity:
    """How many seats of a license are taken, of how many; `limit` is None while no term is in force.

    An open invitation takes a seat as a contact does (SPEC 3.4).
    """

    contacts: int
    limit: int | None
    invited: int = 0

    @property
    def taken(self) -> int:
        """Contacts and open invitations."""
        return self.contacts + self.invited

    @property
    def over(self) -> int:
        """How many more are taken than the plan allows: after a fall from Ultimate to Expert."""
        return max(self.taken - self.limit, 0) if self.limit is not None else 0

    @property
    def free(self) -> int:
        """How many can still be added."""
        return max(self.limit - self.taken, 0) if self.limit is not None else 0

    @property
    def is_full(self) -> bool:
        """Nobody can be added now."""
        return self.limit is None or self.taken >= self.limit


def capacity_of(license_: License, now: datetime, *, apart_from: str = "") -> Capacity:
    """Count the active seats and open invitations of a license against the plan of the term in force.

    The one rule for pages, admin and verbs; a verb asks it under the license's lock. The invitation of the
    address `apart_from` is not counted: its seat is the one that is asked for.
    """
    plan = plan_in_force(license_, now)
    contacts = license_.seats.filter(removed_at__isnull=True).count()
    invited = Invitation.objects.open_at(now).filter(license=license_).exclude(address=apart_from).count()
    return Capacity(contacts, plans.capacity(plan) if plan else None, invited)


def capacities_of(licenses: Iterable[License], now: datetime) -> dict[int, Capacity]:
    """Answer `capacity_of` for licenses loaded by `licenses_of`, in two statements for however many."""
    every = list(licenses)
    keys = [license_.pk for license_ in every]
    seats = _counted(Seat.objects.active().filter(license__in=keys))
    invited = _counted(Invitation.objects.open_at(now).filter(license__in=keys))
    found = {}
    for license_ in every:
        term = terms.in_force(license_.terms.all(), now, region_zone(license_))
        limit = plans.capacity(Plan(term.plan)) if term else None
        found[license_.pk] = Capacity(seats.get(license_.pk, 0), limit, invited.get(license_.pk, 0))
    return found


def _counted(rows: QuerySet[Any]) -> dict[int, int]:
    return dict(rows.order_by().values_list("license_id").annotate(rows=Count("pk")))


def has_other_seat(user_id: int, *, than: Seat) -> bool:
    """Tell whether a person has an active seat besides this one."""
    return Seat.objects.active().filter(~Q(pk=than.pk), user_id=user_id).exists()
