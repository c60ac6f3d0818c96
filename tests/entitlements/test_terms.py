"""Dates of terms and the instants they mean."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entitlements import terms

STEP = timedelta(microseconds=1)


@dataclass(frozen=True)
class _Term:
    first_on: date
    last_on: date


YEAR = _Term(date(2026, 1, 1), date(2026, 12, 31))
SUMMER = _Term(date(2026, 6, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("zone", "first", "end"),
    [
        ("America/Los_Angeles", datetime(2026, 6, 1, 7, tzinfo=UTC), datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("Europe/London", datetime(2026, 5, 31, 23, tzinfo=UTC), datetime(2026, 6, 30, 23, tzinfo=UTC)),
        ("Asia/Singapore", datetime(2026, 5, 31, 16, tzinfo=UTC), datetime(2026, 6, 30, 16, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 5, 31, 15, tzinfo=UTC), datetime(2026, 6, 30, 15, tzinfo=UTC)),
        ("UTC", datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)),
    ],
)
def test_a_term_runs_from_midnight_to_midnight_of_the_region(
    zone: str, first: datetime, end: datetime
) -> None:
    region = ZoneInfo(zone)
    assert (terms.starts_at(SUMMER.first_on, region), terms.ends_at(SUMMER.last_on, region)) == (first, end)
    found = [
        terms.in_force([SUMMER], instant, region)
        for instant in (first - STEP, first, first + STEP, end - STEP, end, end + STEP)
    ]
    assert found == [None, SUMMER, SUMMER, SUMMER, None, None]


def test_a_midnight_that_the_clocks_skip_moves_forward() -> None:
    # Clocks in Santiago went from 24:00 on 7 September 2024 straight to 01:00.
    zone = ZoneInfo("America/Santiago")
    assert terms.starts_at(date(2024, 9, 8), zone) == datetime(2024, 9, 8, 4, tzinfo=UTC)
    day = _Term(date(2024, 9, 8), date(2024, 9, 8))
    start = datetime(2024, 9, 8, 4, tzinfo=UTC)
    assert [terms.in_force([day], at, zone) for at in (start - STEP, start)] == [None, day]


@given(
    minutes=st.integers(0, 150 * 365 * 24 * 60),
    zone=st.sampled_from(["America/Los_Angeles", "Europe/London", "Asia/Singapore", "Asia/Tokyo", "UTC"]),
    length=st.integers(0, 800),
    shift=st.integers(-900, 900),
)
def test_days_and_instants_agree(minutes: int, zone: str, length: int, shift: int) -> None:
    instant = datetime(1995, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    region = ZoneInfo(zone)
    first_on = terms.local_day(instant, region) + timedelta(days=shift)
    term = _Term(first_on, first_on + timedelta(days=length))
    runs = terms.starts_at(term.first_on, region) <= instant < terms.ends_at(term.last_on, region)
    assert (terms.in_force([term], instant, region) is not None) == runs


@pytest.mark.parametrize(
    ("first_on", "last_on", "other"),
    [
        (date(2026, 5, 1), date(2026, 5, 31), None),
        (date(2026, 5, 1), date(2026, 6, 1), SUMMER),
        (date(2026, 6, 30), date(2026, 7, 31), SUMMER),
        (date(2026, 7, 1), date(2026, 7, 31), None),
        (date(2026, 6, 10), date(2026, 6, 10), SUMMER),
        (date(2026, 5, 1), date(2026, 7, 31), SUMMER),
    ],
)
def test_terms_overlap_when_they_share_a_day(first_on: date, last_on: date, other: _Term | None) -> None:
    assert terms.overlapping([SUMMER], first_on, last_on) == other


def test_the_earliest_of_several_overlapping_terms_is_named() -> None:
    later = _Term(date(2026, 8, 1), date(2026, 8, 31))
    assert terms.overlapping([later, SUMMER], date(2026, 1, 1), date(2026, 12, 31)) == SUMMER


def test_the_neighbours_of_a_day_are_found() -> None:
    autumn = _Term(date(2026, 9, 1), date(2026, 9, 30))
    both = [autumn, SUMMER]
    assert terms.next_after(both, date(2026, 5, 31)) == SUMMER
    assert terms.next_after(both, date(2026, 6, 1)) == autumn
    assert terms.next_after(both, date(2026, 9, 1)) is None
    assert terms.last_before(both, date(2026, 6, 30)) is None
    assert terms.last_before(both, date(2026, 7, 1)) == SUMMER
    assert terms.last_before(both, date(2026, 10, 1)) == autumn
