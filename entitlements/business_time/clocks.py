"""The clocks of targets, and what pages ask a calendar: open now, and until when. Pure."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from entitlements.business_time.calendars import Calendar
from entitlements.business_time.hours import ALWAYS, NeverCloses, NeverOpen
from entitlements.business_time.stretches import NOTHING, Table

_SECONDS = tuple(timedelta(seconds=second) for second in range(60))
_MICROSECOND = timedelta(microseconds=1)


class ClockKind(StrEnum):
    """Which minutes count towards a target. The values are stored.

    Elapsed time (24x7); the region's days from Monday to Friday, holidays included (24x5); its hours. A
    business day is an amount, the region's full-day minutes, counted in its hours (SPEC 3.2).
    """

    ELAPSED = "elapsed"
    WEEKDAYS = "weekdays"
    BUSINESS = "business"
    BUSINESS_DAY = "business_day"


# To look a member up in its class takes longer than a search in a table.
_ELAPSED, _WEEKDAYS = ClockKind.ELAPSED, ClockKind.WEEKDAYS


def due_at(calendar: Calendar, clock: ClockKind, amount: timedelta, since: datetime) -> datetime:
    """This will find the earliest instant at which the time counted from `since` reaches `amount`.

    `since` is cut to its whole minute first; where `amount` is 0 that is the answer. The instant may be a
    closing one. Raises NeverOpen, OutOfCalendar, and ValueError for a negative amount or a naive instant.
    """
    start = whole_minute(since)
    if amount < NOTHING:
        raise ValueError("an amount of time is not negative")
    if clock is _ELAPSED:
        return start + amount
    return (calendar.weekdays if clock is _WEEKDAYS else calendar.business).add(start, amount)


def add(calendar: Calendar, since: datetime, amount: timedelta) -> datetime:
    """This will find the earliest instant at which `amount` of the hours has passed; nothing is cut.

    Raises NeverOpen, OutOfCalendar, and ValueError for a negative amount or a naive instant.
    """
    if amount < NOTHING:
        raise ValueError("an amount of time is not negative")
    return calendar.business.add(_utc(since), amount)


def subtract(calendar: Calendar, until: datetime, amount: timedelta) -> datetime:
    """This will find the latest instant from which `amount` of hours passes until another.

    Raises NeverOpen, OutOfCalendar, and ValueError for a negative amount or a naive instant.
    """
    if amount < NOTHING:
        raise ValueError("an amount of time is not negative")
    return calendar.business.subtract(_utc(until), amount)


def count(calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    """This will count the hours in [since, until); negative where `until` is the earlier one.

    Raises OutOfCalendar, and ValueError for a naive instant.
    """
    return calendar.business.count(_utc(since), _utc(until))


def is_open(calendar: Calendar, at: datetime) -> bool:
    """This will tell whether an instant lies within the hours; raises OutOfCalendar, ValueError."""
    at = _utc(at)
    stretch = next(calendar.business.stretches(at), None)
    return stretch is not None and stretch[0] <= at


def next_opening(calendar: Calendar, at: datetime) -> datetime:
    """This will find the first instant after `at` at which the calendar opens.

    Hours that go on over midnight do not open anew. Raises NeverOpen, OutOfCalendar, ValueError.
    """
    closed_since = _utc(at)
    if _never_closes(calendar):
        raise NeverOpen("it is always open")
    for opens, closes in calendar.business.stretches(closed_since):
        if opens > closed_since:
            return opens
        closed_since = closes
    raise NeverOpen("it does not open after this instant")


def next_closing(calendar: Calendar, at: datetime) -> datetime:
    """This will find the first instant after `at` at which the calendar closes.

    Hours that go on over midnight do not close there. Raises NeverOpen where it does not open before,
    NeverCloses, OutOfCalendar, ValueError.
    """
    at = _utc(at)
    if _never_closes(calendar):
        raise NeverCloses("it is always open")
    closing: datetime | None = None
    for opens, closes in calendar.business.stretches(at):
        if closing is not None and opens > closing:
            return closing
        closing = closes
    if closing is None:
        raise NeverOpen("it does not open after this instant")
    raise NeverCloses("it does not close after this instant")


def whole_minute(instant: datetime) -> datetime:
    """This will cut an aware instant to its whole minute, in UTC."""
    if instant.tzinfo is not UTC:
        instant = _utc(instant)
    return instant - _SECONDS[instant.second] - _MICROSECOND * instant.microsecond


def table_of(calendar: Calendar, clock: ClockKind) -> Table:
    """This will find the stretches that count by any clock but elapsed time."""
    return calendar.weekdays if clock is _WEEKDAYS else calendar.business


def _never_closes(calendar: Calendar) -> bool:
    return calendar.week == ALWAYS and not calendar.days_off


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise ValueError("an instant is aware")
    return instant.astimezone(UTC)
