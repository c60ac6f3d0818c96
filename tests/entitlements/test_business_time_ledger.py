"""The ledger that explains a target, line by line (SPEC 3.2)."""

from datetime import date, timedelta

import pytest

from entitlements.business_time import Calendar, ClockKind, LedgerLine, LineKind, due_at, ledger
from tests.entitlements.golden_hours import ROWS, Row
from tests.entitlements.regions import FULL_DAY, REGIONS, hours, local, week

AMER, EMEA, JP, LUNCH = (REGIONS[name] for name in ("AMER", "EMEA", "JP", "LUNCH"))


def lines(calendar: Calendar, text: str) -> tuple[LedgerLine, ...]:
    """Lines written `kind from to minutes name`, in local time; the day of `to` where it is another."""
    found = []
    for line in text.strip().splitlines():
        kind, day, since, until_day, until, minutes, *name = line.split(maxsplit=6)
        found.append(
            LedgerLine(
                LineKind(kind),
                local(calendar, f"{day} {since}"),
                local(calendar, f"{until_day} {until}"),
                timedelta(minutes=int(minutes)),
                *name,
            )
        )
    return tuple(found)


def test_a_night_is_skipped_by_name() -> None:
    since = local(EMEA, "2026-03-03 16:30") + timedelta(seconds=59)
    assert ledger(EMEA, ClockKind.BUSINESS, timedelta(hours=2), since) == lines(
        EMEA,
        """
        counted 2026-03-03 16:30 2026-03-03 17:00 30
        night   2026-03-03 17:00 2026-03-04 09:00 0
        counted 2026-03-04 09:00 2026-03-04 10:30 90
        """,
    )


def test_a_holiday_and_the_weekend_after_it_are_two_lines() -> None:
    assert ledger(AMER, ClockKind.BUSINESS_DAY, FULL_DAY["AMER"], local(AMER, "2026-07-02 10:00")) == lines(
        AMER,
        """
        counted 2026-07-02 10:00 2026-07-02 17:30 450
        day_off 2026-07-02 17:30 2026-07-04 00:00 0 Independence Day (observed)
        weekend 2026-07-04 00:00 2026-07-06 06:00 0
        counted 2026-07-06 06:00 2026-07-06 10:00 240
        """,
    )


def test_golden_week_names_each_of_its_days() -> None:
    assert ledger(JP, ClockKind.BUSINESS, timedelta(hours=4), local(JP, "2026-05-01 16:00")) == lines(
        JP,
        """
        counted 2026-05-01 16:00 2026-05-01 17:00 60
        weekend 2026-05-01 17:00 2026-05-04 00:00 0
        day_off 2026-05-04 00:00 2026-05-05 00:00 0 Greenery Day
        day_off 2026-05-05 00:00 2026-05-06 00:00 0 Children's Day
        day_off 2026-05-06 00:00 2026-05-07 09:00 0 Substitute Holiday
        counted 2026-05-07 09:00 2026-05-07 12:00 180
        """,
    )


def test_days_off_of_one_name_are_one_line() -> None:
    closed = {date(2026, 3, day): "Moving house" for day in (3, 4)}
    calendar = Calendar("Europe/London", week(hours("09:00", "17:00")), closed)
    assert ledger(
        calendar, ClockKind.BUSINESS, timedelta(hours=1), local(calendar, "2026-03-03 10:00")
    ) == lines(
        calendar,
        """
        day_off 2026-03-03 10:00 2026-03-05 09:00 0 Moving house
        counted 2026-03-05 09:00 2026-03-05 10:00 60
        """,
    )


def test_a_target_filed_on_a_weekend_begins_with_it() -> None:
    assert ledger(EMEA, ClockKind.BUSINESS, timedelta(hours=1), local(EMEA, "2026-03-29 12:00")) == lines(
        EMEA,
        """
        weekend 2026-03-29 12:00 2026-03-30 09:00 0
        counted 2026-03-30 09:00 2026-03-30 10:00 60
        """,
    )


def test_a_break_at_noon_is_closed_time_of_a_working_day() -> None:
    assert ledger(LUNCH, ClockKind.BUSINESS, timedelta(hours=1), local(LUNCH, "2026-05-12 11:30")) == lines(
        LUNCH,
        """
        counted 2026-05-12 11:30 2026-05-12 12:00 30
        night   2026-05-12 12:00 2026-05-12 13:00 0
        counted 2026-05-12 13:00 2026-05-12 13:30 30
        """,
    )


def test_24x5_counts_day_by_day_through_holidays_and_skips_the_weekend() -> None:
    assert ledger(AMER, ClockKind.WEEKDAYS, timedelta(hours=32), local(AMER, "2026-07-02 18:00")) == lines(
        AMER,
        """
        counted 2026-07-02 18:00 2026-07-03 00:00 360
        counted 2026-07-03 00:00 2026-07-04 00:00 1440
        weekend 2026-07-04 00:00 2026-07-06 00:00 0
        counted 2026-07-06 00:00 2026-07-06 02:00 120
        """,
    )


def test_elapsed_time_is_one_line_and_nothing_is_none() -> None:
    since = local(AMER, "2026-03-07 23:30")
    assert ledger(AMER, ClockKind.ELAPSED, timedelta(hours=1), since) == lines(
        AMER, "counted 2026-03-07 23:30 2026-03-08 00:30 60"
    )
    assert [ledger(AMER, clock, timedelta(0), since) for clock in ClockKind] == [()] * 4


def test_a_ledger_begun_after_the_first_of_two_midnights_goes_forward() -> None:
    # At 00:01 on Sunday 7 November 2010 the wall went back to 23:01 on Saturday.
    open_sunday = (*((hours("09:00", "17:00"),),) * 5, (), (hours("09:00", "17:00"),))
    calendar = Calendar("America/St_Johns", open_sunday, {date(2010, 11, 7): "Stocktaking"})
    since = local(calendar, "2010-11-06 23:30*")
    assert ledger(calendar, ClockKind.BUSINESS, timedelta(hours=1), since) == lines(
        calendar,
        """
        day_off 2010-11-06 23:30* 2010-11-08 09:00 0 Stocktaking
        counted 2010-11-08 09:00 2010-11-08 10:00 60
        """,
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text)
def test_every_row_of_the_table_is_explained_to_the_minute(row: Row) -> None:
    found = ledger(row.calendar, row.clock, row.amount, row.since)
    assert sum((line.counted for line in found), timedelta(0)) == row.amount
    ends = [row.since.replace(second=0, microsecond=0), *(line.until for line in found)]
    assert ends[:-1] == [line.since for line in found]
    assert ends[-1] == row.due == due_at(row.calendar, row.clock, row.amount, row.since)
