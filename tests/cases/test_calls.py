"""The slots in which support can call, by hand on the Americas' hours; pure (SPEC 2, 3.3)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cases.calls import DAYS_OFFERED, HORIZON, SLOT, Slot, slots
from entitlements.business_time import Calendar, Hours

TICK = timedelta(microseconds=1)
_DAY = (Hours(6 * 60, 17 * 60 + 30),)
WEEK = (_DAY, _DAY, _DAY, _DAY, _DAY, (), ())
AMERICAS = Calendar("America/Los_Angeles", WEEK, {})


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant in March 2026, UTC; Los Angeles is 8 hours behind until the 8th."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def starts(calendar: Calendar, now: datetime) -> list[datetime]:
    return [slot.starts_at for slot in slots(calendar, now)]


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (at(3, 13, 44), at(3, 14)),  # before opening: the opening itself
        (at(3, 14), at(3, 14, 30)),  # the notice of a quarter of an hour is not given any more
        (at(3, 14, 15), at(3, 14, 30)),
        (at(3, 14, 15) + TICK, at(3, 15)),
        (at(4, 0, 45), at(4, 1)),  # 16:45: the last slot ends with the hours
        (at(4, 0, 45) + TICK, at(4, 14)),  # the next day's first
        (at(7, 1), at(9, 13)),  # Friday evening: Monday, an hour earlier in UTC since the clocks changed
    ],
)
def test_the_first_slot_begins_on_a_half_hour_in_business_hours(now: datetime, first: datetime) -> None:
    assert starts(AMERICAS, now)[0] == first


def test_slots_of_the_first_three_days_that_have_any_are_offered() -> None:
    offered = list(slots(AMERICAS, at(5, 22)))  # Thursday, 14:00
    days = [slot.starts_at.astimezone(AMERICAS.business.zone).date() for slot in offered]
    assert sorted(set(days)) == [date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 9)]
    assert len(set(days)) == DAYS_OFFERED
    assert [days.count(day) for day in sorted(set(days))] == [6, 23, 23]
    assert all(slot.ends_at - slot.starts_at == SLOT for slot in offered)
    assert offered[-1] == Slot(at(10, 0), at(10, 0, 30))


def test_a_break_and_a_day_off_have_no_slot() -> None:
    split = (Hours(9 * 60, 12 * 60), Hours(13 * 60, 14 * 60))
    calendar = Calendar("UTC", (split,) * 7, {date(2026, 3, 4): "Founders' Day"})
    found = starts(calendar, at(3, 11))
    assert found[:5] == [at(3, 11, 30), at(3, 13), at(3, 13, 30), at(5, 9), at(5, 9, 30)]


def test_hours_too_short_for_a_slot_are_passed_over_and_nothing_beyond_the_horizon_is_offered() -> None:
    short = Calendar("UTC", (((Hours(9 * 60, 9 * 60 + 20)),),) * 7, {})
    assert starts(short, at(3, 8)) == []
    only_mondays = Calendar("UTC", (_DAY, (), (), (), (), (), ()), {date(2026, 3, 9): "off"})
    found = starts(only_mondays, at(3, 8))
    assert {moment.date() for moment in found} == {date(2026, 3, 16)}
    assert found[-1] < at(3, 8) + HORIZON


def test_a_region_that_never_opens_offers_nothing() -> None:
    assert starts(Calendar("UTC", ((),) * 7, {}), at(3, 8)) == []
