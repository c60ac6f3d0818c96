"""Words about hours, holidays and days off (SPEC 3.3)."""

import re
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entitlements.calendars import DaySource

_MINUTES = 60
DAY_OFF_SOURCES = [
    (DaySource.HOLIDAYS.value, gettext_lazy("library of holidays")),
    (DaySource.STAFF.value, gettext_lazy("staff")),
]


def clock_time(minutes: int) -> str:
    """Write minutes since midnight as a clock shows them: 09:00; midnight at the end of a day is 24:00."""
    return f"{minutes // _MINUTES:02d}:{minutes % _MINUTES:02d}"


class WeekLine(NamedTuple):
    """Neighbouring days with the same hours."""

    days: str
    hours: str


def week_lines(week: Sequence[Sequence[Sequence[int]]]) -> list[WeekLine]:
    """Write a week's hours, Monday first, neighbours with the same hours in one line."""
    lines = []
    for hours, group in groupby(enumerate(week), key=itemgetter(1)):
        days = [number for number, _hours in group]
        names = [str(WEEKDAYS[number]) for number in (days[0], days[-1])]
        lines.append(WeekLine(names[0] if len(days) == 1 else "–".join(names), _hours_text(hours)))
    return lines


def _hours_text(hours: Sequence[Sequence[int]]) -> str:
    stretches = [f"{clock_time(opens)}–{clock_time(closes)}" for opens, closes in hours]
    return ", ".join(stretches) or _("closed")


_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


def read_hours(text: str) -> list[list[int]]:
    """Read the hours of a day as people write them: 09:00-12:00, 13:00-17:00; nothing is a closed day.

    Raises ValueError where they cannot be read.
    """
    stretches = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = _HOURS.fullmatch(part)
        if found is None:
            raise ValueError(part)
        from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
        if max(from_minute, to_minute) >= _MINUTES:
            raise ValueError(part)
        stretches.append([from_hour * _MINUTES + from_minute, to_hour * _MINUTES + to_minute])
    return stretches
