"""The ledger of a target: which stretches counted, and why the others did not (SPEC 3.2). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from entitlements.business_time.calendars import Calendar
from entitlements.business_time.clocks import ClockKind, due_at, table_of, whole_minute
from entitlements.business_time.stretches import DAY, NOTHING, Table


class LineKind(StrEnum):
    """Why a stretch of the ledger counts or does not. The values are stored.

    NIGHT is any closed time of a working day, a break at noon included; WEEKEND a day of the week that has
    no hours; DAY_OFF one that has, but on which a holiday or day off takes them away.
    """

    COUNTED = "counted"
    NIGHT = "night"
    WEEKEND = "weekend"
    DAY_OFF = "day_off"


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One stretch, [since, until) in UTC; `counted` is 0 where it is skipped, `name` a day off's."""

    kind: LineKind
    since: datetime
    until: datetime
    counted: timedelta
    name: str = ""


def ledger(
    calendar: Calendar, clock: ClockKind, amount: timedelta, since: datetime
) -> tuple[LedgerLine, ...]:
    """This will list what counts and what is skipped from the whole minute of `since` to the due instant.

    Each line begins where the one before ends, and what they count sums to `amount`. A counted line stays
    within one local day; elapsed time is one line. The evening before closed days and the morning after
    them belong to them. Raises as `due_at` does.
    """
    start, due = whole_minute(since), due_at(calendar, clock, amount, since)
    if clock is ClockKind.ELAPSED and start < due:
        return (_counted(start, due),)
    lines: list[LedgerLine] = []
    at = start
    while at < due:
        opens, closes = next(table_of(calendar, clock).stretches(at))
        if at < opens:
            lines += _skipped(calendar, table_of(calendar, clock), at, opens)
        lines.append(_counted(max(opens, at), min(closes, due)))
        at = closes
    return tuple(lines)


def _counted(since: datetime, until: datetime) -> LedgerLine:
    return LedgerLine(LineKind.COUNTED, since, until, until - since)


def _skipped(calendar: Calendar, table: Table, since: datetime, until: datetime) -> Iterator[LedgerLine]:
    """The lines of one closed stretch: one for each run of closed days alike."""
    kind, name = LineKind.NIGHT, ""
    for day in _days(table, since, until):
        found = _reason(calendar, table, day)
        if found in {None, (kind, name)}:
            continue
        # A midnight that comes twice may lie before the start.
        midnight = table.opening(day, 0)
        if kind is not LineKind.NIGHT and since < midnight:
            yield LedgerLine(kind, since, midnight, NOTHING, name)
            since = midnight
        kind, name = found
    yield LedgerLine(kind, since, until, NOTHING, name)


def _days(table: Table, since: datetime, until: datetime) -> Iterator[date]:
    """The local days that a stretch touches."""
    day, last = (instant.astimezone(table.zone).date() for instant in (since, until))
    while day <= last:
        yield day
        day += DAY


def _reason(calendar: Calendar, table: Table, day: date) -> tuple[LineKind, str] | None:
    """Why a day is closed as a whole; None where it is not."""
    if not table.week[day.weekday()]:
        return LineKind.WEEKEND, ""
    if day in table.days_off:
        return LineKind.DAY_OFF, calendar.days_off[day]
    return None
