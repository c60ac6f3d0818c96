"""Business time: when minutes count, until when a target runs, and the ledger of it (SPEC 3.3). Pure.

Instants are aware; what comes out is in UTC. Hours are half-open: the opening instant counts, the closing
one does not. Local hours become instants day by day: an opening or closing that a change of the clocks skips
moves forward to the first instant that exists; of a repeated time an opening takes the first, a closing the
second.
"""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo


class ClockKind(StrEnum):
    """When the minutes of a target count. The values are stored."""

    ELAPSED = "elapsed"  # 24x7
    WEEKDAYS = "weekdays"  # 24x5: Monday 00:00 to Saturday 00:00 in the region's zone, holidays included
    BUSINESS = "business"
    BUSINESS_DAY = "business_day"  # counts as business hours do; the amount is the region's full day


class InvalidCalendar(ValueError):  # noqa: N818 -- errors say what happened (STYLE 4)
    """Hours that do not ascend, overlap, touch, or lie outside a day."""


class NeverOpen(ValueError):  # noqa: N818 -- as above
    """The calendar does not open within the years that are looked at."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of a day, half-open, in minutes since local midnight; 1440 is the midnight at its end."""

    opens: int
    closes: int


@dataclass(frozen=True)
class Calendar:
    """Weekly hours in a zone, Monday first, and the days off with their names.

    Raises InvalidCalendar.
    """

    zone: str
    week: tuple[tuple[Hours, ...], ...]
    days_off: Mapping[date, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse hours that make no sense, and let nobody change the days off."""
        if len(self.week) != _DAYS_OF_A_WEEK:
            raise InvalidCalendar(f"a week of {len(self.week)} days")
        for day in self.week:
            edges = [0, *(edge for hours in day for edge in (hours.opens, hours.closes)), _MINUTES_OF_A_DAY]
            if any(hours.opens >= hours.closes for hours in day) or any(
                later.opens <= earlier.closes for earlier, later in pairwise(day)
            ):
                raise InvalidCalendar(str(day))
            if edges != sorted(edges):
                raise InvalidCalendar(str(day))
        object.__setattr__(self, "days_off", MappingProxyType(dict(self.days_off)))

    def __hash__(self) -> int:
        """Equal calendars have equal zones and weeks; days off need not be looked at."""
        return hash((self.zone, self.week))

    @cached_property
    def business(self) -> "_Instants":
        """The hours as instants."""
        return _Instants(self)

    @cached_property
    def weekdays(self) -> "_Instants":
        """Monday 00:00 to Saturday 00:00 as instants."""
        return _Instants(Calendar(self.zone, _WEEKDAYS))


_DAYS_OF_A_WEEK = 7
_MINUTES_OF_A_DAY = 1440
_WHOLE_DAY = (Hours(0, _MINUTES_OF_A_DAY),)
_WEEKDAYS = (*(_WHOLE_DAY,) * 5, (), ())

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = 60_000_000
_DAY = timedelta(days=1)
# A calendar that opens at all, opens within so many years.
_MOST_YEARS = 30
_KEPT_YEARS = 12


def due_at(calendar: Calendar, clock: ClockKind, amount: timedelta, since: datetime) -> datetime:
    """Find the earliest instant at which the time counted from the minute of `since` reaches `amount`.

    Raises NeverOpen.
    """
    start = (since - _EPOCH) // _MICROSECOND
    start -= start % _MINUTE
    if clock is ClockKind.ELAPSED:
        return _EPOCH + timedelta(microseconds=start) + amount
    instants = calendar.weekdays if clock is ClockKind.WEEKDAYS else calendar.business
    return _EPOCH + timedelta(microseconds=instants.after(start, amount // _MICROSECOND))


def add(calendar: Calendar, since: datetime, amount: timedelta) -> datetime:
    """Find the earliest instant at which the business time from `since` on is `amount`. Raises NeverOpen."""
    return _instant(calendar.business.after(_micro(since), amount // _MICROSECOND))


def subtract(calendar: Calendar, until: datetime, amount: timedelta) -> datetime:
    """Find the latest instant from which the business time to `until` is `amount`. Raises NeverOpen."""
    return _instant(calendar.business.before(_micro(until), amount // _MICROSECOND))


def count(calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    """Count the business time between two instants; nothing where they are the other way round."""
    found = calendar.business.between(_micro(since), _micro(until))
    return timedelta(microseconds=sum(closes - opens for opens, closes in found))


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Tell whether an instant lies within the hours."""
    return calendar.business.stretch_at(_micro(at)) is not None


def next_opening(calendar: Calendar, at: datetime) -> datetime:
    """Find the first opening after an instant. Raises NeverOpen."""
    return _instant(calendar.business.next_opening(_micro(at)))


def next_closing(calendar: Calendar, at: datetime) -> datetime:
    """Find the first closing after an instant. Raises NeverOpen."""
    return _instant(calendar.business.next_closing(_micro(at)))


class LineKind(StrEnum):
    """What a line of the ledger is: time that counted, or why it did not."""

    COUNTED = "counted"
    NIGHT = "night"  # outside the hours of a day that has some
    WEEKEND = "weekend"  # a day of the week without hours
    DAY_OFF = "day_off"


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A stretch from `since` to `until`, in UTC, and how much of it counted: all of it or nothing."""

    kind: LineKind
    since: datetime
    until: datetime
    counted: timedelta = timedelta()
    name: str = ""


def ledger(
    calendar: Calendar, clock: ClockKind, amount: timedelta, since: datetime
) -> tuple[LedgerLine, ...]:
    """Explain a due instant: lines without a gap from the minute of `since` to it, whose sum is `amount`."""
    until = due_at(calendar, clock, amount, since)
    start = _instant(_micro(since) - _micro(since) % _MINUTE)
    if clock is ClockKind.ELAPSED:
        return (LedgerLine(LineKind.COUNTED, start, until, amount),)
    instants = calendar.weekdays if clock is ClockKind.WEEKDAYS else calendar.business
    lines: list[LedgerLine] = []
    reached = start
    for opens, closes in instants.between(_micro(start), _micro(until)):
        lines += _skipped(instants.calendar, reached, _instant(opens))
        lines += _counted(instants.calendar, _instant(opens), _instant(closes))
        reached = _instant(closes)
    return tuple(lines)


def _counted(calendar: Calendar, since: datetime, until: datetime) -> Iterator[LedgerLine]:
    """One line a local day."""
    for _day, began, ended in _by_day(calendar, since, until):
        yield LedgerLine(LineKind.COUNTED, began, ended, ended - began)


def _skipped(calendar: Calendar, since: datetime, until: datetime) -> list[LedgerLine]:
    """The days of a stretch that did not count, neighbours of one kind in one line."""
    lines: list[LedgerLine] = []
    for day, began, ended in _by_day(calendar, since, until):
        kind, name = _why_closed(calendar, day)
        is_same = lines and (lines[-1].kind, lines[-1].name) == (kind, name)
        lines.append(LedgerLine(kind, lines.pop().since if is_same else began, ended, name=name))
    return lines


def _why_closed(calendar: Calendar, day: date) -> tuple[LineKind, str]:
    if not calendar.week[day.weekday()]:
        return LineKind.WEEKEND, ""
    if day in calendar.days_off:
        return LineKind.DAY_OFF, calendar.days_off[day]
    return LineKind.NIGHT, ""


def _by_day(
    calendar: Calendar, since: datetime, until: datetime
) -> Iterator[tuple[date, datetime, datetime]]:
    """A stretch cut at every local midnight."""
    zone = ZoneInfo(calendar.zone)
    while since < until:
        day = since.astimezone(zone).date()
        ends = min(_opening(zone, day + _DAY, 0), until)
        yield day, since, ends
        since = ends


def _micro(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _instant(micro: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micro)


def _opening(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    return _first_at(zone, day, minutes, fold=0)


def _closing(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    return _first_at(zone, day, minutes, fold=1)


def _first_at(zone: ZoneInfo, day: date, minutes: int, *, fold: int) -> datetime:
    """The instant of a local time; of a repeated one the first or, with fold 1, the second."""
    local = datetime.combine(day, time(), zone) + timedelta(minutes=minutes)
    earlier, later = (local.replace(fold=each).astimezone(UTC) for each in (0, 1))
    if earlier > later:
        # A skipped time: what exists next lies between both.
        return _change_between(zone, later, earlier)
    return later if fold else earlier


def _change_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The instant of a change of the clocks, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle <= before:
            break
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


@dataclass(frozen=True, slots=True)
class _Year:
    """The stretches of a UTC year in microseconds since 1970, with the time counted before each."""

    opens: list[int]
    closes: list[int]
    # Counted before each stretch since the year began; one more than there are stretches.
    before: list[int]


class _Instants:
    """A calendar as instants, computed year by year as they are asked for; the latest asked are kept."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = ZoneInfo(calendar.zone)
        self._years: OrderedDict[int, _Year] = OrderedDict()

    def after(self, start: int, amount: int) -> int:
        """The earliest instant at which the time counted from `start` reaches `amount`."""
        number = _year_of(start)
        year = self._years.get(number) or self._make(number)
        position = bisect_right(year.closes, start)
        wanted = year.before[position] + amount
        if position < len(year.opens):
            wanted += max(start - year.opens[position], 0)
        for _ in range(_MOST_YEARS):
            total = year.before[-1]
            if 0 < wanted <= total:
                found = bisect_left(year.before, wanted) - 1
                return year.opens[found] + wanted - year.before[found]
            if wanted <= 0 and position < len(year.opens):
                return max(start, year.opens[position])
            wanted, number, position = wanted - total, number + 1, 0
            year = self._years.get(number) or self._make(number)
        raise NeverOpen(self.calendar.zone)

    def before(self, end: int, amount: int) -> int:
        """The latest instant from which the time counted to `end` is `amount`."""
        number = _year_of(end)
        year = self._years.get(number) or self._make(number)
        position = bisect_left(year.opens, end)
        counted = year.before[position]
        if position:
            counted -= max(year.closes[position - 1] - end, 0)
        wanted = counted - amount
        for _ in range(_MOST_YEARS):
            if wanted >= 0 and year.opens and (amount == 0 or wanted < year.before[-1]):
                found = min(bisect_right(year.before, wanted), len(year.opens)) - 1
                return min(year.opens[found] + wanted - year.before[found], end)
            number -= 1
            year = self._years.get(number) or self._make(number)
            wanted += year.before[-1]
        raise NeverOpen(self.calendar.zone)

    def between(self, start: int, end: int) -> list[tuple[int, int]]:
        """The stretches from `start` to `end`, cut at both; those that touch are one."""
        found: list[tuple[int, int]] = []
        for number in range(_year_of(start), _year_of(end) + 1):
            year = self._years.get(number) or self._make(number)
            first, last = bisect_right(year.closes, start), bisect_left(year.opens, end)
            for opens, closes in zip(year.opens[first:last], year.closes[first:last], strict=True):
                cut = max(opens, start), min(closes, end)
                if found and found[-1][1] == cut[0]:
                    cut = found.pop()[0], cut[1]
                found.append(cut)
        return found

    def stretch_at(self, at: int) -> tuple[int, int] | None:
        """The stretch that an instant lies in."""
        year = self._years.get(_year_of(at)) or self._make(_year_of(at))
        position = bisect_right(year.opens, at) - 1
        if position < 0 or year.closes[position] <= at:
            return None
        return year.opens[position], year.closes[position]

    def next_opening(self, at: int) -> int:
        """The first opening after an instant."""
        for opens, _closes in self._from(at):
            if opens > at and self.stretch_at(opens - 1) is None:
                return opens
        raise NeverOpen(self.calendar.zone)

    def next_closing(self, at: int) -> int:
        """The first closing after an instant."""
        for _opens, closes in self._from(at):
            if closes > at and self.stretch_at(closes) is None:
                return closes
        raise NeverOpen(self.calendar.zone)

    def _from(self, at: int) -> Iterator[tuple[int, int]]:
        """The stretches from the one that an instant lies in on."""
        first = _year_of(at)
        for number in range(first, first + _MOST_YEARS):
            year = self._years.get(number) or self._make(number)
            position = bisect_right(year.closes, at)
            yield from zip(year.opens[position:], year.closes[position:], strict=True)

    def _make(self, number: int) -> _Year:
        begins, ends = (_micro(datetime(year, 1, 1, tzinfo=UTC)) for year in (number, number + 1))
        opens: list[int] = []
        closes: list[int] = []
        before = [0]
        day, last = date(number, 1, 1) - 2 * _DAY, date(number, 12, 31) + 2 * _DAY
        while day <= last:
            for since, until in self._stretches(day):
                cut_since, cut_until = max(since, begins), min(until, ends)
                if cut_since < cut_until:
                    opens.append(cut_since)
                    closes.append(cut_until)
                    before.append(before[-1] + cut_until - cut_since)
            day += _DAY
        year = _Year(opens, closes, before)
        self._years[number] = year
        if len(self._years) > _KEPT_YEARS:
            self._years.popitem(last=False)
        return year

    def _stretches(self, day: date) -> Iterator[tuple[int, int]]:
        if day in self.calendar.days_off:
            return
        for hours in self.calendar.week[day.weekday()]:
            since = _micro(_opening(self._zone, day, hours.opens))
            if hours.closes == _MINUTES_OF_A_DAY:
                until = _micro(_opening(self._zone, day + _DAY, 0))
            else:
                until = _micro(_closing(self._zone, day, hours.closes))
            yield since, until


_MICROSECONDS_OF_A_DAY = 86_400_000_000


def _year_of(micro: int) -> int:
    return date.fromordinal(_EPOCH.toordinal() + micro // _MICROSECONDS_OF_A_DAY).year
