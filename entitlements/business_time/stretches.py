"""A week's hours as instants: computed once for each year, then found by binary search. Pure.

Each block holds the opening and closing instants of one local year and how much is counted at the end of each
stretch. They are kept as instants and durations, not as numbers: turning one into the other costs more
than a search.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from entitlements.business_time.hours import Hours, InvalidCalendar, NeverOpen, OutOfCalendar, Week

NOTHING = timedelta(0)
DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- a local time on purpose
# The engine knows these years, the first included and the last not. Terms end before it, too.
_FIRST_YEAR, _END_YEAR = 1970, 2200
# What is kept of all calendars together; a block takes some 50 kB.
_BLOCKS_KEPT = 256
_TABLES_KEPT = 64
# For how many years a table finds its block without a search.
_YEARS_AT_HAND = 8


@dataclass(frozen=True, slots=True)
class Block:
    """The stretches of [start, end), ascending, and how much is counted at the end of each."""

    number: int
    start: datetime
    end: datetime
    opens: list[datetime]
    closes: list[datetime]
    counted: list[timedelta]
    total: timedelta

    def before(self, instant: datetime) -> timedelta:
        """How much of the block lies before an instant."""
        latest = bisect_right(self.opens, instant) - 1
        if latest < 0:
            return NOTHING
        closes = self.closes[latest]
        return self.counted[latest] if closes <= instant else self.counted[latest] - (closes - instant)


class Table:
    """The stretches of one week with days off in one zone. Raises InvalidCalendar("zone_unknown")."""

    def __init__(self, zone: str, week: Week, days_off: frozenset[date]) -> None:
        try:
            self.zone = ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise InvalidCalendar("zone_unknown") from error
        self.week = week
        self.days_off = days_off
        # Where the blocks begin; the last is the end of what the engine knows.
        self.starts = [self.opening(date(year, 1, 1), 0) for year in range(_FIRST_YEAR, _END_YEAR + 1)]
        self._recent: dict[int, Block] = {}

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """The earliest instant at which `amount` has been counted from `start`."""
        block = self._block_at(start)
        if not amount:
            return start
        wanted = block.before(start) + amount
        while wanted > block.total:
            wanted -= block.total
            block = self._block(block.number + 1)
        last = bisect_left(block.counted, wanted)
        return block.closes[last] - (block.counted[last] - wanted)

    def subtract(self, end: datetime, amount: timedelta) -> datetime:
        """The latest instant from which `amount` is counted to `end`."""
        block = self._block_at(end)
        if not amount:
            return end
        wanted = block.before(end) - amount
        while wanted < NOTHING:
            block = self._block(block.number - 1)
            wanted += block.total
        first = bisect_right(block.counted, wanted)
        return block.closes[first] - (block.counted[first] - wanted)

    def count(self, start: datetime, end: datetime) -> timedelta:
        """How much is counted in [start, end); negative where `end` is the earlier one."""
        if end < start:
            return -self.count(end, start)
        first, last = self._block_at(start), self._block_at(end)
        between = sum((_compute(self, number).total for number in range(first.number, last.number)), NOTHING)
        return between + last.before(end) - first.before(start)

    def stretches(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches that close after an instant, in order, to the end of what the engine knows."""
        first = self._block_at(start).number
        if not any(self.week):
            return
        for number in range(first, len(self.starts) - 1):
            block = self._block(number)
            unclosed = bisect_right(block.closes, start)
            yield from zip(block.opens[unclosed:], block.closes[unclosed:], strict=True)

    def opening(self, day: date, minute: int) -> datetime:
        """The instant of a local minute: the first of a repeated one, the next after a skipped one."""
        return self._instant(day, minute, fold=0)

    def closing(self, day: date, minute: int) -> datetime:
        """The instant of a local minute: the second of a repeated one, the next after a skipped one."""
        return self._instant(day, minute, fold=1)

    def _instant(self, day: date, minute: int, *, fold: int) -> datetime:
        hour, minute = divmod(minute, 60)
        local = datetime(day.year, day.month, day.day) + timedelta(hours=hour, minutes=minute)  # noqa: DTZ001
        offsets = [self._offset(local.replace(fold=side)) for side in (0, 1)]
        if offsets[0] >= offsets[1]:
            return _EPOCH + (local - offsets[fold] - _LOCAL_EPOCH)
        # The clocks skip it: the gap ends where the later offset begins.
        earliest = _EPOCH + (local - offsets[1] - _LOCAL_EPOCH)
        seconds = range((offsets[1] - offsets[0]) // _SECOND)
        skipped = bisect_left(
            seconds, offsets[1], key=lambda at: self._offset((earliest + at * _SECOND).astimezone(self.zone))
        )
        return earliest + skipped * _SECOND

    def _offset(self, local: datetime) -> timedelta:
        offset = self.zone.utcoffset(local)
        assert offset is not None
        return offset

    def _block_at(self, instant: datetime) -> Block:
        recent = self._recent.get(instant.year)
        if recent is not None and recent.start <= instant < recent.end:
            return recent
        number = bisect_right(self.starts, instant) - 1
        if not 0 <= number < len(self.starts) - 1:
            raise OutOfCalendar(f"{instant} is not in the years {_FIRST_YEAR} to {_END_YEAR - 1}")
        block = _compute(self, number)
        if len(self._recent) >= _YEARS_AT_HAND:
            self._recent = {}
        self._recent[instant.year] = block
        return block

    def _block(self, number: int) -> Block:
        if not any(self.week) or not 0 <= number < len(self.starts) - 1:
            raise NeverOpen(f"not open for so long in the years {_FIRST_YEAR} to {_END_YEAR - 1}")
        return _compute(self, number)


@lru_cache(maxsize=_TABLES_KEPT)
def table(zone: str, week: Week, days_off: frozenset[date]) -> Table:
    """This will find the table that all equal calendars share."""
    return Table(zone, week, days_off)


@lru_cache(maxsize=_BLOCKS_KEPT)
def _compute(table: Table, number: int) -> Block:
    """A stretch begins where the one before ended, should a repeated hour make the two overlap."""
    start, end = table.starts[number : number + 2]
    opens: list[datetime] = []
    closes: list[datetime] = []
    counted = [NOTHING]
    for day, hours in _days(table, number):
        since = max([table.opening(day, hours.opens), start, *closes[-1:]])
        until = min(table.closing(day, hours.closes), end)
        if since < until:
            opens.append(since)
            closes.append(until)
            counted.append(counted[-1] + (until - since))
    return Block(number, start, end, opens, closes, counted[1:], counted[-1])


def _days(table: Table, number: int) -> Iterator[tuple[date, Hours]]:
    year = _FIRST_YEAR + number
    day, end = date(year, 1, 1), date(year + 1, 1, 1)
    while day < end:
        if day not in table.days_off:
            yield from ((day, hours) for hours in table.week[day.weekday()])
        day += DAY
