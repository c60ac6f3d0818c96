"""SPEC 3.2's targets, computed a second time for the machine's one account: Ultimate, in the Americas.

Knows nothing of `entitlements.business_time`, `entitlements.targets` or `cases.response`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Los_Angeles")
OPENS, CLOSES = time(6), time(17, 30)
TICK = timedelta(microseconds=1)
# Minutes by priority; P1 counts around the clock, P4 is one business day.
MINUTES = {1: 15, 2: 30, 3: 60, 4: 690}
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Promise:
    """A target as it was decided."""

    cause: str
    priority: int
    made_at: datetime
    opened_at: datetime
    warns_at: datetime
    due_at: datetime


def promise(
    cause: str,
    priority: int,
    *,
    made_at: datetime,
    opened_at: datetime,
    since: datetime,
    off: Collection[date],
) -> Promise:
    """What a priority promises, counted from `since`."""
    amount = timedelta(minutes=MINUTES[priority])
    start = since.replace(second=0, microsecond=0)
    warns_at, due_at = (
        start + part if priority == 1 else _add(start, part, off) for part in (amount * 3 / 4, amount)
    )
    return Promise(cause, priority, made_at, opened_at, warns_at, due_at)


def _add(start: datetime, amount: timedelta, off: Collection[date]) -> datetime:
    """Day by day: what the hours of each leave of the amount."""
    day = start.astimezone(ZONE).date()
    while True:
        if day.weekday() < SATURDAY and day not in off:
            opens, closes = (datetime.combine(day, clock, ZONE).astimezone(UTC) for clock in (OPENS, CLOSES))
            begins = max(opens, start)
            if begins < closes:
                if begins + amount <= closes:
                    return begins + amount
                amount -= closes - begins
        day += timedelta(days=1)
