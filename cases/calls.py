"""When support can call a customer who asks for it (SPEC 2): P1 now, P2 and P3 in business hours. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from entitlements.business_time import Calendar

# A slot is so long and begins at a multiple of it; nobody is called sooner than after the notice.
SLOT = timedelta(minutes=30)
NOTICE = timedelta(minutes=15)
# Slots are offered on the first days that have any, not further ahead than this.
DAYS_OFFERED = 3
HORIZON = timedelta(days=14)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CallOutcome(StrEnum):
    """How a requested call ended. The values are stored."""

    MADE = "made"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Slot:
    """Half-open, wholly in business hours; in UTC."""

    starts_at: datetime
    ends_at: datetime


def slots(calendar: Calendar, now: datetime) -> Iterator[Slot]:
    """This will give the slots that a customer can choose at `now`, in order."""
    days: set[date] = set()
    for opens, closes in calendar.business.stretches(now):
        if opens > now + HORIZON:
            return
        day = opens.astimezone(calendar.business.zone).date()
        found = list(_slots_of(max(opens, now + NOTICE), closes))
        if found and day not in days and len(days) == DAYS_OFFERED:
            return
        if found:
            days.add(day)
        yield from found


def _slots_of(since: datetime, until: datetime) -> Iterator[Slot]:
    starts_at = since + -(since - _EPOCH) % SLOT
    while starts_at + SLOT <= until:
        yield Slot(starts_at, starts_at + SLOT)
        starts_at += SLOT
