"""Dates of a term, and the instants they mean in the zone of the account's region (SPEC 1). Pure."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol, TypeVar

# Terms lie between these days, both included: far enough for every contract, near enough for the calendar.
EARLIEST_DAY = date(1990, 1, 1)
LATEST_DAY = date(2199, 12, 31)
# Dated rows begin between these instants, both included: the first reference rows at the earliest.
EARLIEST_AT = datetime.combine(EARLIEST_DAY, time(), UTC)
LATEST_AT = datetime.combine(LATEST_DAY, time(), UTC)


class Days(Protocol):
    """A stretch of whole days, the first and the last included."""

    @property
    def first_on(self) -> date: ...  # noqa: D102 -- the class says it
    @property
    def last_on(self) -> date: ...  # noqa: D102 -- the class says it


DaysT = TypeVar("DaysT", bound=Days)


def local_day(now: datetime, zone: tzinfo) -> date:
    """Tell the day that an aware instant falls on in a zone."""
    return now.astimezone(zone).date()


def starts_at(first_on: date, zone: tzinfo) -> datetime:
    """Find the instant of 00:00 of a term's first day, in UTC; the term has begun at it.

    A midnight that a change of the clocks skips moves forward; of a repeated one it is the first.
    """
    return datetime.combine(first_on, time(), zone).astimezone(UTC)


def ends_at(last_on: date, zone: tzinfo) -> datetime:
    """Find the instant of 24:00 of a term's last day, in UTC; the term is over at it."""
    return starts_at(last_on + timedelta(days=1), zone)


def term_columns(first_on: date, last_on: date, zone: tzinfo) -> dict[str, date | datetime]:
    """Give the columns of a grant's term: its days, and the instants at which it begins and ends."""
    return {
        "first_on": first_on,
        "last_on": last_on,
        "begins_at": starts_at(first_on, zone),
        "ends_at": ends_at(last_on, zone),
    }


def holds(term: Days, day: date) -> bool:
    """Tell whether a day lies in a term."""
    return term.first_on <= day <= term.last_on


def on_day(terms: Iterable[DaysT], day: date) -> DaysT | None:
    """Find the term that holds a day; there is at most one, for terms never overlap."""
    return next((term for term in terms if holds(term, day)), None)


def in_force(terms: Iterable[DaysT], now: datetime, zone: tzinfo) -> DaysT | None:
    """Find the term that an instant falls into."""
    return on_day(terms, local_day(now, zone))


def overlapping(terms: Iterable[DaysT], first_on: date, last_on: date) -> DaysT | None:
    """Find a term that shares a day with the days from `first_on` to `last_on`, the earliest of them."""
    shared = [term for term in terms if term.first_on <= last_on and first_on <= term.last_on]
    return min(shared, key=lambda term: term.first_on, default=None)


def next_after(terms: Iterable[DaysT], today: date) -> DaysT | None:
    """Find the earliest term that begins after a day."""
    return min(
        (term for term in terms if term.first_on > today), key=lambda term: term.first_on, default=None
    )


def last_before(terms: Iterable[DaysT], today: date) -> DaysT | None:
    """Find the latest term that ended before a day."""
    return max((term for term in terms if term.last_on < today), key=lambda term: term.last_on, default=None)
