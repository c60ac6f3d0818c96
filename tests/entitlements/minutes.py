"""Business time reckoned the slow way, minute by minute in UTC: what the engine is compared with."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from entitlements.business_time import Calendar

MINUTE = timedelta(minutes=1)
_QUARTER = timedelta(minutes=15)


class OpenMinutes:
    """Every minute from `first` to `end` on which a calendar is open by the clock on its wall.

    Clocks change at a quarter of an hour in UTC, so that within one the wall shows minutes in a row.
    """

    def __init__(self, calendar: Calendar, first: datetime, end: datetime) -> None:
        self.first = first
        zone = ZoneInfo(calendar.zone)
        shown = [
            {minute for hours in day for minute in range(hours.opens, hours.closes)} for day in calendar.week
        ]
        self.open = array("q")
        for quarter in range((end - first) // _QUARTER):
            wall = (first + quarter * _QUARTER).astimezone(zone)
            if wall.date() in calendar.days_off:
                continue
            begun, minute = quarter * 15, wall.hour * 60 + wall.minute
            today = shown[wall.weekday()]
            self.open.extend(begun + step for step in range(15) if minute + step in today)

    def due_at(self, amount: timedelta, since: datetime) -> datetime:
        """The end of the last of `amount` open minutes, one or more, from the minute of `since`."""
        begun = bisect_left(self.open, (since - self.first) // MINUTE)
        return self.first + (self.open[begun + amount // MINUTE - 1] + 1) * MINUTE


def minutes_of_wall(zone: str, day: date, minute: int) -> tuple[datetime, datetime]:
    """The first and the last instant at which the wall shows a minute of a day, or the next that it shows."""
    wall = datetime(day.year, day.month, day.day) + minute * MINUTE  # noqa: DTZ001 -- a wall's time
    showing = [at for at, shown in _walls(zone, day) if shown == wall]
    if showing:
        return showing[0], showing[-1]
    following = next(at for at, shown in _walls(zone, day) if shown > wall)
    return following, following


def _walls(zone: str, day: date) -> Iterator[tuple[datetime, datetime]]:
    """Each minute from 16 hours before a day to 40 hours after it, and what the wall shows at it."""
    local = ZoneInfo(zone)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    for step in range((16 + 24 + 40) * 60):
        at = start + step * MINUTE
        yield at, at.astimezone(local).replace(tzinfo=None, fold=0)
