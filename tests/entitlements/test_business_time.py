"""When targets fall due: instants worked out by hand, and what a calendar answers and refuses (SPEC 3.2)."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import holidays
import pytest

from entitlements.business_time import (
    Calendar,
    ClockKind,
    Hours,
    InvalidCalendar,
    NeverCloses,
    NeverOpen,
    OutOfCalendar,
    add,
    count,
    due_at,
    is_open,
    ledger,
    next_closing,
    next_opening,
    subtract,
)
from tests.entitlements.golden_hours import ROWS, Row
from tests.entitlements.regions import REGIONS, hours, local, week

MINUTE = timedelta(minutes=1)
STEP = timedelta(microseconds=1)
AMER, EMEA, JP, LUNCH = (REGIONS[name] for name in ("AMER", "EMEA", "JP", "LUNCH"))
ALWAYS = Calendar("Europe/London", ((Hours(0, 1440),),) * 7, {})
NEVER = Calendar("Europe/London", ((),) * 7, {})
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)

Rule = Callable[[Calendar, ClockKind, timedelta, datetime], datetime]


def wrong(rule: Rule) -> list[str]:
    return [row.text for row in ROWS if rule(row.calendar, row.clock, row.amount, row.since) != row.due]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text)
def test_a_target_falls_due_as_worked_out_by_hand(row: Row) -> None:
    due = due_at(row.calendar, row.clock, row.amount, row.since)
    assert (due, due.tzinfo) == (row.due, UTC)


def closing_minute_counts(calendar: Calendar, *target: object) -> datetime:
    longer = tuple(tuple(Hours(day.opens, day.closes + 1) for day in days) for days in calendar.week)
    return due_at(replace(calendar, week=longer), *target)


def opening_minute_does_not_count(calendar: Calendar, *target: object) -> datetime:
    shorter = tuple(tuple(Hours(day.opens + 1, day.closes) for day in days) for days in calendar.week)
    return due_at(replace(calendar, week=shorter), *target)


def no_holidays(calendar: Calendar, *target: object) -> datetime:
    return due_at(replace(calendar, days_off={}), *target)


def no_holiday_is_observed(calendar: Calendar, *target: object) -> datetime:
    kept = {day: name for day, name in calendar.days_off.items() if "observed" not in name}
    return due_at(replace(calendar, days_off=kept), *target)


def no_citizens_holiday(calendar: Calendar, *target: object) -> datetime:
    kept = {day: name for day, name in calendar.days_off.items() if name != "National Holiday"}
    return due_at(replace(calendar, days_off=kept), *target)


def no_summer_time(calendar: Calendar, *target: object) -> datetime:
    winter = {"America/Los_Angeles": "Etc/GMT+8", "Europe/London": "Etc/GMT"}
    return due_at(replace(calendar, zone=winter.get(calendar.zone, calendar.zone)), *target)


def due_only_at_an_opening(
    calendar: Calendar, clock: ClockKind, amount: timedelta, since: datetime
) -> datetime:
    due = due_at(calendar, clock, amount, since)
    by_hours = clock in {ClockKind.BUSINESS, ClockKind.BUSINESS_DAY}
    return due if not by_hours or is_open(calendar, due) else next_opening(calendar, due)


def seconds_count(calendar: Calendar, clock: ClockKind, amount: timedelta, since: datetime) -> datetime:
    by_hours = clock in {ClockKind.BUSINESS, ClockKind.BUSINESS_DAY}
    return add(calendar, since, amount) if by_hours else due_at(calendar, clock, amount, since)


def weekdays_are_24x7(calendar: Calendar, clock: ClockKind, *target: object) -> datetime:
    return due_at(calendar, ClockKind.ELAPSED if clock is ClockKind.WEEKDAYS else clock, *target)


def weekdays_are_hours(calendar: Calendar, clock: ClockKind, *target: object) -> datetime:
    return due_at(calendar, ClockKind.BUSINESS if clock is ClockKind.WEEKDAYS else clock, *target)


def weekdays_without_holidays(calendar: Calendar, clock: ClockKind, *target: object) -> datetime:
    if clock is not ClockKind.WEEKDAYS:
        return due_at(calendar, clock, *target)
    return due_at(replace(calendar, week=week(Hours(0, 1440))), ClockKind.BUSINESS, *target)


def elapsed_is_hours(calendar: Calendar, clock: ClockKind, *target: object) -> datetime:
    return due_at(calendar, ClockKind.BUSINESS if clock is ClockKind.ELAPSED else clock, *target)


@pytest.mark.parametrize(
    "mutant",
    [
        closing_minute_counts,
        opening_minute_does_not_count,
        no_holidays,
        no_holiday_is_observed,
        no_citizens_holiday,
        no_summer_time,
        due_only_at_an_opening,
        seconds_count,
        weekdays_are_24x7,
        weekdays_are_hours,
        weekdays_without_holidays,
        elapsed_is_hours,
    ],
    ids=lambda mutant: mutant.__name__,
)
def test_the_table_catches_a_rule_that_is_broken(mutant: Rule) -> None:
    assert wrong(due_at) == []
    assert wrong(mutant) != []


@pytest.mark.parametrize(
    ("region", "published"),
    [
        ("AMER", lambda: holidays.country_holidays("US", years=2026)),
        ("EMEA", lambda: holidays.country_holidays("GB", subdiv="ENG", years=2026)),
        ("APAC", lambda: holidays.country_holidays("SG", years=2026)),
        ("JP", lambda: holidays.country_holidays("JP", years=2026)),
    ],
)
def test_the_holidays_of_2026_written_by_hand_are_those_of_the_library(
    region: str, published: Callable[[], dict[date, str]]
) -> None:
    by_hand = {day: name for day, name in REGIONS[region].days_off.items() if day.year == 2026}
    assert by_hand == {day: name for day, name in published().items() if day.weekday() < 5}


def test_opening_and_closing_are_half_open() -> None:
    opening, closing = local(EMEA, "2026-03-03 09:00"), local(EMEA, "2026-03-03 17:00")
    around = [edge + step for edge in (opening, closing) for step in (-STEP, timedelta(0), STEP)]
    assert [is_open(EMEA, at) for at in around] == [False, True, True, True, False, False]
    assert [next_closing(EMEA, at) for at in (opening - STEP, opening, closing - STEP)] == [closing] * 3
    assert next_opening(EMEA, opening - STEP) == opening
    next_day = [local(EMEA, f"2026-03-04 {text}") for text in ("09:00", "17:00")]
    assert [[next_opening(EMEA, at), next_closing(EMEA, at)] for at in (closing, closing + STEP)] == [
        next_day
    ] * 2
    assert next_opening(EMEA, opening) == next_day[0]


def test_a_page_names_the_next_opening_over_weekend_and_holidays() -> None:
    assert next_opening(JP, local(JP, "2026-05-01 17:00")) == local(JP, "2026-05-07 09:00")
    assert next_closing(JP, local(JP, "2026-05-01 17:00")) == local(JP, "2026-05-07 17:00")
    assert next_closing(LUNCH, local(LUNCH, "2026-05-12 11:00")) == local(LUNCH, "2026-05-12 12:00")
    assert next_opening(LUNCH, local(LUNCH, "2026-05-12 12:00")) == local(LUNCH, "2026-05-12 13:00")
    assert next_opening(AMER, local(AMER, "2026-12-31 17:30")) == local(AMER, "2027-01-04 06:00")


def test_hours_over_midnight_neither_close_nor_open_there() -> None:
    late = Calendar("Asia/Tokyo", ((hours("00:00", "02:00"), Hours(22 * 60, 1440)),) * 7, {})
    evening = local(late, "2026-12-31 23:00")
    assert next_closing(late, evening) == local(late, "2027-01-01 02:00")
    for at in (evening, local(late, "2027-01-01 00:00")):
        assert next_opening(late, at) == local(late, "2027-01-01 22:00")
    assert due_at(late, ClockKind.BUSINESS, timedelta(hours=4), evening) == local(late, "2027-01-01 23:00")


def test_a_day_off_closes_a_calendar_that_is_always_open() -> None:
    closed = replace(ALWAYS, days_off={date(2026, 12, 31): "Stocktaking"})
    assert next_closing(closed, NOON) == datetime(2026, 12, 31, tzinfo=UTC)
    assert next_opening(closed, NOON) == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_calendar_that_never_opens_says_so() -> None:
    for ask in (
        lambda: due_at(NEVER, ClockKind.BUSINESS, MINUTE, NOON),
        lambda: add(NEVER, NOON, MINUTE),
        lambda: subtract(NEVER, NOON, MINUTE),
        lambda: ledger(NEVER, ClockKind.BUSINESS_DAY, MINUTE, NOON),
        lambda: next_opening(NEVER, NOON),
        lambda: next_closing(NEVER, NOON),
    ):
        with pytest.raises(NeverOpen):
            ask()
    assert not is_open(NEVER, NOON)
    assert count(NEVER, NOON, NOON + timedelta(days=900)) == timedelta(0)
    assert due_at(NEVER, ClockKind.WEEKDAYS, MINUTE, NOON) == NOON + MINUTE
    assert due_at(NEVER, ClockKind.ELAPSED, MINUTE, NOON) == NOON + MINUTE


def test_a_calendar_that_never_closes_says_so() -> None:
    with pytest.raises(NeverCloses):
        next_closing(ALWAYS, NOON)
    with pytest.raises(NeverOpen):
        next_opening(ALWAYS, NOON)
    assert due_at(ALWAYS, ClockKind.BUSINESS, timedelta(days=900), NOON) == NOON + timedelta(days=900)


def test_the_years_that_the_engine_knows_have_an_end() -> None:
    with pytest.raises(NeverOpen):
        add(EMEA, datetime(2199, 12, 31, tzinfo=UTC), timedelta(hours=9))
    with pytest.raises(NeverOpen):
        subtract(EMEA, datetime(1970, 1, 1, tzinfo=UTC), MINUTE)
    for at in (datetime(2200, 1, 1, tzinfo=UTC), datetime(1969, 12, 31, 22, tzinfo=UTC)):
        with pytest.raises(OutOfCalendar):
            is_open(EMEA, at)


def test_an_amount_is_not_negative_and_an_instant_is_aware() -> None:
    naive = NOON.replace(tzinfo=None)
    for ask in (
        lambda: due_at(EMEA, ClockKind.BUSINESS, -STEP, NOON),
        lambda: due_at(EMEA, ClockKind.ELAPSED, -STEP, NOON),
        lambda: add(EMEA, NOON, -STEP),
        lambda: subtract(EMEA, NOON, -STEP),
        lambda: due_at(EMEA, ClockKind.ELAPSED, MINUTE, naive),
        lambda: count(EMEA, NOON, naive),
        lambda: is_open(EMEA, naive),
    ):
        with pytest.raises(ValueError, match=r"not negative|aware"):
            ask()


@pytest.mark.parametrize("pair", [(0, 0), (60, 60), (61, 60), (-1, 60), (60, 1441)])
def test_hours_lie_within_a_day(pair: tuple[int, int]) -> None:
    with pytest.raises(InvalidCalendar, match="hours_not_in_a_day"):
        Hours(*pair)
    assert (Hours(0, 1), Hours(1439, 1440)) == (Hours(0, 1), Hours(opens=1439, closes=1440))


@pytest.mark.parametrize(
    ("zone", "days", "code"),
    [
        ("Europe/Atlantis", EMEA.week, "zone_unknown"),
        ("", EMEA.week, "zone_unknown"),
        ("../etc/passwd", EMEA.week, "zone_unknown"),
        ("Europe/London", EMEA.week[:6], "week_not_seven_days"),
        ("Europe/London", week(Hours(60, 120), Hours(120, 180)), "hours_not_ascending"),
        ("Europe/London", week(Hours(60, 120), Hours(90, 180)), "hours_not_ascending"),
        ("Europe/London", week(Hours(200, 300), Hours(60, 120)), "hours_not_ascending"),
    ],
)
def test_a_calendar_that_breaks_a_rule_is_refused(
    zone: str, days: tuple[tuple[Hours, ...], ...], code: str
) -> None:
    with pytest.raises(InvalidCalendar, match=code):
        Calendar(zone, days, {})


def test_a_calendar_is_a_value() -> None:
    off = {date(2026, 3, 5): "Stocktaking"}
    one, other = (Calendar("Europe/London", EMEA.week, dict(off)) for _ in range(2))
    assert (one == other, hash(one) == hash(other)) == (True, True)
    assert one != replace(one, days_off={date(2026, 3, 5): "Outing"})
    assert [pickle.loads(pickle.dumps(one)), copy.deepcopy(one)] == [one, one]
    changed = Calendar("Europe/London", EMEA.week, off)
    off.clear()
    assert changed == one
    with pytest.raises(TypeError):
        one.days_off[date(2026, 3, 6)] = "Late"


def test_the_viewers_zone_changes_nothing() -> None:
    abroad = timezone(timedelta(hours=5, minutes=45))
    for row in ROWS:
        assert due_at(row.calendar, row.clock, row.amount, row.since.astimezone(abroad)) == row.due
