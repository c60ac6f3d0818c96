"""Verbs about when regions work: hours, holidays and days off (SPEC 3.3). They change no case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.metadata import version
from zoneinfo import ZoneInfo

from django.db import transaction
from holidays import country_holidays

from entitlements.business_time import Calendar, Hours, InvalidCalendar
from entitlements.calendars import HOLIDAYS_OF, DaySource
from entitlements.models import DayOff, RegionHours
from entitlements.operations.changing import locked_region, require
from entitlements.permissions import entitlements_refusal
from entitlements.queries import hours_in_force
from entitlements.terms import EARLIEST_DAY, LATEST_DAY, local_day
from portal.accounts.models import Region, User, checked_name
from portal.accounts.zones import require_zone
from portal.errors import DomainError, FieldRefused

Week = list[list[list[int]]]


def add_region_hours(
    region: Region,
    *,
    in_force_from: datetime,
    week: Week,
    full_day_minutes: int,
    actor: User,
    now: datetime,
    zone: str = "",
) -> RegionHours:
    """Set a region's weekly hours from an instant to come; cases filed before it keep theirs.

    `week` is Monday first, each day a list of [opens, closes] in minutes since local midnight, which is
    that of `zone`, or of the region's where it is empty. Raises NotAllowed "not_for_your_role"; FieldRefused
    "unknown_zone", "row_in_the_past" or "row_taken"; DomainError "hours_invalid" or "hours_never_open".
    """
    require(entitlements_refusal(actor))
    require_zone(zone, "zone")
    if in_force_from <= now:
        raise FieldRefused("row_in_the_past", "in_force_from")
    _check_week(week)
    with transaction.atomic():
        locked = locked_region(region.pk)
        if locked.hours.filter(in_force_from=in_force_from).exists():
            raise FieldRefused("row_taken", "in_force_from")
        return RegionHours.objects.create(
            region=locked,
            in_force_from=in_force_from,
            zone=zone,
            week=week,
            full_day_minutes=full_day_minutes,
            made_by=actor,
        )


def _check_week(week: Week) -> None:
    try:
        days = tuple(tuple(Hours(opens, closes) for opens, closes in day) for day in week)
        Calendar(zone="UTC", week=days, days_off={})
    except InvalidCalendar as error:
        raise DomainError("hours_invalid") from error
    if not any(days):
        raise DomainError("hours_never_open")


def add_day_off(region: Region, day: date, name: str, *, actor: User, now: datetime) -> DayOff:
    """Add a day on which nobody works; cases filed before keep their target.

    Raises NotAllowed "not_for_your_role"; FieldRefused "name_missing", "name_too_long", "nul",
    "day_off_past" or "day_off_taken" with the other's name.
    """
    require(entitlements_refusal(actor))
    tidy = checked_name(name)
    if not tidy:
        raise FieldRefused("name_missing", "name")
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise FieldRefused("term_outside_calendar", "day", earliest=EARLIEST_DAY, latest=LATEST_DAY)
    if day < local_day(now, ZoneInfo(hours_in_force(region, now).zone_in_force)):
        raise FieldRefused("day_off_past", "day")
    with transaction.atomic():
        locked = locked_region(region.pk)
        if other := locked.days_off.filter(day=day, struck_at__isnull=True).first():
            raise FieldRefused("day_off_taken", "day", name=other.name)
        return DayOff.objects.create(
            region=locked, day=day, name=tidy, source=DaySource.STAFF, added_by=actor, added_at=now
        )


def confirm_day_off(day_off: DayOff, *, actor: User, now: datetime) -> DayOff:
    """Let a holiday count whose date was a guess.

    Raises NotAllowed "not_for_your_role"; DomainError "day_off_struck" or "day_off_is_certain".
    """
    require(entitlements_refusal(actor))
    with transaction.atomic():
        locked_region(day_off.region_id)
        current = _standing(day_off)
        if not current.is_estimated or current.confirmed_at is not None:
            raise DomainError("day_off_is_certain", name=current.name)
        current.confirmed_at, current.confirmed_by = now, actor
        current.save(update_fields=["confirmed_at", "confirmed_by"])
    return current


def strike_day_off(day_off: DayOff, *, actor: User, now: datetime) -> DayOff:
    """Let people work on a holiday or a day off; the row stays, and no import brings it back.

    Raises NotAllowed "not_for_your_role"; DomainError "day_off_struck".
    """
    require(entitlements_refusal(actor))
    with transaction.atomic():
        locked_region(day_off.region_id)
        current = _standing(day_off)
        current.struck_at, current.struck_by = now, actor
        current.save(update_fields=["struck_at", "struck_by"])
    return current


def _standing(day_off: DayOff) -> DayOff:
    current = DayOff.objects.get(pk=day_off.pk)
    if current.struck_at is not None:
        raise DomainError("day_off_struck", name=current.name)
    return current


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: days added, guesses that became certain, guesses that were wrong and are struck."""

    added: int
    confirmed: int
    struck: int


def import_holidays(years: Iterable[int], *, now: datetime) -> Imported:
    """Bring every region's public holidays of some years from the library, observed days included.

    A day whose date the library guesses waits for staff, and counts no sooner. What staff added or struck
    stays as it is; importing again changes nothing.
    """
    wanted = tuple(sorted(set(years)))
    counted = [
        _import_region(region, _public_holidays(region.pk, wanted), wanted, now)
        for region in Region.objects.filter(pk__in=HOLIDAYS_OF).order_by("pk")
    ]
    return Imported(*(sum(numbers) for numbers in zip(*counted, strict=True)))


def _import_region(
    region: Region, found: dict[date, "Holiday"], years: tuple[int, ...], now: datetime
) -> tuple[int, int, int]:
    with transaction.atomic():
        locked_region(region.pk)
        rows = region.days_off.filter(day__year__in=years)
        # Of a day that was struck and added anew, the standing row is the later one.
        known = {row.day: row for row in sorted(rows, key=lambda row: row.struck_at is None)}
        new = [
            DayOff(
                region=region,
                day=day,
                name=holiday.name,
                source=DaySource.HOLIDAYS,
                source_version=version("holidays"),
                is_estimated=holiday.is_estimated,
                added_at=now,
            )
            for day, holiday in found.items()
            if day not in known
        ]
        DayOff.objects.bulk_create(new)
        guesses = [
            row
            for row in known.values()
            if row.source == DaySource.HOLIDAYS
            and row.is_estimated
            and row.confirmed_at is None
            and row.struck_at is None
        ]
        right = [row.pk for row in guesses if row.day in found and not found[row.day].is_estimated]
        wrong = [row.pk for row in guesses if row.day not in found]
        DayOff.objects.filter(pk__in=right).update(confirmed_at=now)
        DayOff.objects.filter(pk__in=wrong).update(struck_at=now)
    return len(new), len(right), len(wrong)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday of the library."""

    name: str
    is_estimated: bool


@cache
def _public_holidays(region: str, years: tuple[int, ...]) -> dict[date, Holiday]:
    country, subdivision = HOLIDAYS_OF[region]
    named = country_holidays(country, subdiv=subdivision, years=years, language="en_US")
    return {day: _holiday(name) for day, name in sorted(named.items()) if day.year in years}


def _holiday(name: str) -> Holiday:
    is_estimated = "estimated)" in name
    plain = name.replace(" (estimated)", "").replace("observed, estimated)", "observed)")
    return Holiday(plain, is_estimated)
