"""SPEC 2's calls, told a second time: what was asked for, and when support can call.

P1 now; P2 and P3 a half hour of the region's hours, a quarter of an hour ahead at least, on one of the next
three days that have any. Knows nothing of `cases.calls`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tests.machine.targets import CLOSES, OPENS, SATURDAY, ZONE

HALF_AN_HOUR = timedelta(minutes=30)
QUARTER = timedelta(minutes=15)
DAYS = 3


@dataclass(eq=False, slots=True)
class Call:
    """A call that somebody of the customer asked for; P1's has no end."""

    asked_by: int
    asked_at: datetime
    starts_at: datetime
    ends_at: datetime | None
    ended_at: datetime | None = None
    outcome: str = ""


def half_hours(now: datetime, off: Collection[date]) -> list[datetime]:
    """When a call can begin, as it stands now."""
    day = now.astimezone(ZONE).date()
    found: list[datetime] = []
    days = 0
    while days < DAYS:
        if day.weekday() < SATURDAY and day not in off:
            left = [at for at in _of_a_day(day) if at >= now + QUARTER]
            found += left
            days += bool(left)
        day += timedelta(days=1)
    return found


def _of_a_day(day: date) -> list[datetime]:
    opens, closes = (datetime.combine(day, clock, ZONE).astimezone(UTC) for clock in (OPENS, CLOSES))
    return [opens + n * HALF_AN_HOUR for n in range((closes - opens) // HALF_AN_HOUR)]
