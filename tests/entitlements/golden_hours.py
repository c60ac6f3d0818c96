"""Due instants worked out by hand with a calendar on the table; all times are the region's own.

Each row: region, clock and amount, filed, due. `4h` and `30m` are business hours, `1d` one business day,
`24x7 1h` elapsed time, `24x5 1h` Monday to Friday; `*` marks the second of a repeated hour.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from entitlements.business_time import Calendar, ClockKind
from tests.entitlements.regions import FULL_DAY, REGIONS, local

TABLE = """
# The Americas: around opening and closing on a Tuesday
AMER | 2h | 2026-03-03 05:59 | 2026-03-03 08:00
AMER | 2h | 2026-03-03 06:00 | 2026-03-03 08:00
AMER | 2h | 2026-03-03 06:01 | 2026-03-03 08:01
AMER | 2h | 2026-03-03 15:30 | 2026-03-03 17:30
AMER | 2h | 2026-03-03 15:30:59.999999 | 2026-03-03 17:30
AMER | 2h | 2026-03-03 15:31 | 2026-03-04 06:01
AMER | 2h | 2026-03-03 17:29 | 2026-03-04 07:59
AMER | 2h | 2026-03-03 17:29:59 | 2026-03-04 07:59
AMER | 2h | 2026-03-03 17:30 | 2026-03-04 08:00
AMER | 2h | 2026-03-03 17:31 | 2026-03-04 08:00
AMER | 0m | 2026-03-07 12:00:30 | 2026-03-07 12:00
# one business day: the same time on the next, or the closing of the next
AMER | 1d | 2026-03-04 05:59 | 2026-03-04 17:30
AMER | 1d | 2026-03-04 06:00 | 2026-03-04 17:30
AMER | 1d | 2026-03-04 06:01 | 2026-03-05 06:01
AMER | 1d | 2026-03-04 10:00 | 2026-03-05 10:00
AMER | 1d | 2026-03-04 17:29 | 2026-03-05 17:29
AMER | 1d | 2026-03-04 17:30 | 2026-03-05 17:30
AMER | 1d | 2026-03-04 17:31 | 2026-03-05 17:30
AMER | 1d | 2026-03-07 12:00 | 2026-03-09 17:30
# summer time begins on Sunday 8 March and ends on Sunday 1 November
AMER | 4h | 2026-03-06 16:30 | 2026-03-09 09:00
AMER | 1h | 2026-03-07 12:00 | 2026-03-09 07:00
AMER | 30m | 2026-03-08 03:00 | 2026-03-09 06:30
AMER | 1d | 2026-03-06 10:00 | 2026-03-09 10:00
AMER | 1h | 2026-10-30 17:00 | 2026-11-02 06:30
AMER | 4h | 2026-11-01 01:30 | 2026-11-02 10:00
AMER | 4h | 2026-11-01 01:30* | 2026-11-02 10:00
AMER | 24x7 1h | 2026-03-07 23:30 | 2026-03-08 00:30
AMER | 24x7 1h | 2026-03-08 01:30 | 2026-03-08 03:30
AMER | 24x7 2h | 2026-11-01 00:30 | 2026-11-01 01:30*
AMER | 24x7 1h | 2026-11-01 01:30 | 2026-11-01 01:30*
AMER | 24x7 15m | 2026-07-03 17:29:59 | 2026-07-03 17:44
# holidays: 3 July (observed), Thanksgiving, Christmas, year ends
AMER | 2h | 2026-07-02 16:00 | 2026-07-06 06:30
AMER | 30m | 2026-07-03 10:00 | 2026-07-06 06:30
AMER | 1d | 2026-07-02 10:00 | 2026-07-06 10:00
AMER | 1d | 2026-07-03 10:00 | 2026-07-06 17:30
AMER | 1h | 2026-11-25 17:00 | 2026-11-27 06:30
AMER | 1h | 2026-12-24 17:00 | 2026-12-28 06:30
AMER | 1d | 2025-12-31 17:29 | 2026-01-02 17:29
AMER | 2h | 2026-12-31 17:00 | 2027-01-04 07:30
AMER | 4h | 2027-12-23 17:00 | 2027-12-27 09:30
AMER | 1h | 2027-12-30 17:00 | 2028-01-03 06:30
# leap days
AMER | 1h | 2024-02-28 17:00 | 2024-02-29 06:30
AMER | 1h | 2024-02-29 17:00 | 2024-03-01 06:30
AMER | 1h | 2028-02-28 17:00 | 2028-02-29 06:30
AMER | 1d | 2028-02-29 12:00 | 2028-03-01 12:00
# 24x5: from Monday 00:00 to Saturday 00:00, holidays included
AMER | 24x5 4h | 2026-03-06 22:00 | 2026-03-09 02:00
AMER | 24x5 1h | 2026-03-06 23:00 | 2026-03-07 00:00
AMER | 24x5 1h | 2026-03-06 23:59 | 2026-03-09 00:59
AMER | 24x5 1h | 2026-03-07 00:00 | 2026-03-09 01:00
AMER | 24x5 1h | 2026-03-08 23:59 | 2026-03-09 01:00
AMER | 24x5 1h | 2026-03-09 00:00 | 2026-03-09 01:00
AMER | 24x5 4h | 2026-07-03 10:00 | 2026-07-03 14:00
AMER | 24x5 36h | 2026-03-05 18:00 | 2026-03-09 06:00
# Europe, Middle East and Africa: summer time from 29 March to 25 October
EMEA | 2h | 2026-03-03 08:59 | 2026-03-03 11:00
EMEA | 2h | 2026-03-03 09:00 | 2026-03-03 11:00
EMEA | 2h | 2026-03-03 09:01 | 2026-03-03 11:01
EMEA | 2h | 2026-03-03 15:00 | 2026-03-03 17:00
EMEA | 2h | 2026-03-03 16:59 | 2026-03-04 10:59
EMEA | 2h | 2026-03-03 17:00 | 2026-03-04 11:00
EMEA | 2h | 2026-03-03 17:01 | 2026-03-04 11:00
EMEA | 4h | 2026-03-27 16:00 | 2026-03-30 12:00
EMEA | 1d | 2026-03-27 11:30 | 2026-03-30 11:30
EMEA | 2h | 2026-10-23 16:00 | 2026-10-26 10:00
EMEA | 24x7 1h | 2026-03-29 00:30 | 2026-03-29 02:30
EMEA | 24x7 1h | 2026-10-25 00:30 | 2026-10-25 01:30
EMEA | 24x7 2h | 2026-10-25 00:30 | 2026-10-25 01:30*
EMEA | 24x5 2h | 2026-03-27 23:00 | 2026-03-30 01:00
EMEA | 24x5 1h | 2026-05-04 10:00 | 2026-05-04 11:00
EMEA | 1h | 2026-04-02 16:30 | 2026-04-07 09:30
EMEA | 1d | 2026-04-03 12:00 | 2026-04-07 17:00
EMEA | 1d | 2026-05-01 16:00 | 2026-05-05 16:00
EMEA | 4h | 2026-12-24 16:00 | 2026-12-29 12:00
EMEA | 30m | 2026-12-31 16:59 | 2027-01-04 09:29
EMEA | 2h | 2027-12-24 16:00 | 2027-12-29 10:00
EMEA | 2h | 2027-12-31 16:00 | 2028-01-04 10:00
EMEA | 4h | 2024-02-29 16:00 | 2024-03-01 12:00
# Asia Pacific: Chinese New Year, holidays observed on Monday
APAC | 1h | 2026-03-03 08:59 | 2026-03-03 10:00
APAC | 1h | 2026-03-03 09:00 | 2026-03-03 10:00
APAC | 1h | 2026-03-03 09:01 | 2026-03-03 10:01
APAC | 1h | 2026-03-03 16:01 | 2026-03-04 09:01
APAC | 1h | 2026-03-03 16:59 | 2026-03-04 09:59
APAC | 1h | 2026-03-03 17:00 | 2026-03-04 10:00
APAC | 1h | 2026-03-03 17:01 | 2026-03-04 10:00
APAC | 4h | 2026-02-16 16:00 | 2026-02-19 12:00
APAC | 30m | 2026-04-30 16:59 | 2026-05-04 09:29
APAC | 1d | 2026-05-26 12:00 | 2026-05-28 12:00
APAC | 1h | 2026-05-29 16:30 | 2026-06-02 09:30
APAC | 2h | 2026-08-07 16:00 | 2026-08-11 10:00
APAC | 1h | 2026-11-06 17:00 | 2026-11-10 10:00
APAC | 2h | 2024-02-09 16:00 | 2024-02-13 10:00
APAC | 1h | 2024-02-28 16:30 | 2024-02-29 09:30
APAC | 30m | 2025-12-31 16:59 | 2026-01-02 09:29
APAC | 2h | 2026-12-31 16:00 | 2027-01-04 10:00
APAC | 1d | 2026-12-31 12:00 | 2027-01-04 12:00
APAC | 24x7 30m | 2026-12-31 23:45 | 2027-01-01 00:15
APAC | 24x5 1h | 2026-02-17 12:00 | 2026-02-17 13:00
# Japan: Golden Week, the citizens' holiday between two others, substitute holidays
JP | 30m | 2026-05-07 08:59 | 2026-05-07 09:30
JP | 30m | 2026-05-07 09:00 | 2026-05-07 09:30
JP | 30m | 2026-05-07 09:01 | 2026-05-07 09:31
JP | 30m | 2026-05-07 16:59 | 2026-05-08 09:29
JP | 30m | 2026-05-07 17:00 | 2026-05-08 09:30
JP | 30m | 2026-05-07 17:01 | 2026-05-08 09:30
JP | 1h | 2026-04-28 16:30 | 2026-04-30 09:30
JP | 4h | 2026-05-01 16:00 | 2026-05-07 12:00
JP | 1d | 2026-05-01 10:00 | 2026-05-07 10:00
JP | 30m | 2026-05-04 10:00 | 2026-05-07 09:30
JP | 2h | 2026-09-18 16:00 | 2026-09-24 10:00
JP | 1d | 2026-09-22 12:00 | 2026-09-24 17:00
JP | 2h | 2026-01-09 16:00 | 2026-01-13 10:00
JP | 2h | 2026-12-31 16:00 | 2027-01-04 10:00
JP | 1d | 2026-12-31 17:00 | 2027-01-04 17:00
JP | 1h | 2027-03-19 16:30 | 2027-03-23 09:30
JP | 4h | 2028-02-29 16:00 | 2028-03-01 12:00
JP | 24x5 2h | 2026-05-06 10:00 | 2026-05-06 12:00
JP | 24x5 1h | 2026-05-01 23:30 | 2026-05-04 00:30
# a break from 12:00 to 13:00
LUNCH | 1h | 2026-05-12 11:00 | 2026-05-12 12:00
LUNCH | 1h | 2026-05-12 11:01 | 2026-05-12 13:01
LUNCH | 1h | 2026-05-12 11:30 | 2026-05-12 13:30
LUNCH | 30m | 2026-05-12 12:00 | 2026-05-12 13:30
LUNCH | 30m | 2026-05-12 12:59 | 2026-05-12 13:30
LUNCH | 30m | 2026-05-12 13:00 | 2026-05-12 13:30
LUNCH | 4h | 2026-05-12 16:30 | 2026-05-13 13:30
LUNCH | 1d | 2026-05-12 11:30 | 2026-05-13 11:30
LUNCH | 1d | 2026-05-12 12:30 | 2026-05-13 12:00
"""
_CLOCKS = {"24x7": ClockKind.ELAPSED, "24x5": ClockKind.WEEKDAYS}
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}


@dataclass(frozen=True)
class Row:
    text: str
    calendar: Calendar
    clock: ClockKind
    amount: timedelta
    since: datetime
    due: datetime


def _row(text: str) -> Row:
    region, target, since, due = (part.strip() for part in text.split("|"))
    calendar = REGIONS[region]
    *clock, amount = target.split()
    count, unit = int(amount[:-1]), amount[-1]
    if unit == "d":
        kind, length = ClockKind.BUSINESS_DAY, FULL_DAY[region] * count
    else:
        kind, length = _CLOCKS[clock[0]] if clock else ClockKind.BUSINESS, _UNITS[unit] * count
    return Row(text, calendar, kind, length, local(calendar, since), local(calendar, due))


ROWS = [_row(line) for line in TABLE.strip().splitlines() if not line.startswith("#")]
