"""What holds for every calendar and instant, and agreement with two other ways of reckoning (SPEC 3.2)."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bench.business_time import disagreements, questions
from entitlements.business_time import (
    Calendar,
    ClockKind,
    Hours,
    LineKind,
    add,
    count,
    due_at,
    is_open,
    ledger,
    next_closing,
    next_opening,
    subtract,
)
from tests.entitlements.minutes import MINUTE, OpenMinutes, minutes_of_wall
from tests.entitlements.regions import FULL_DAY, REGIONS, local

NOTHING = timedelta(0)
# With what is odd about them: clocks change by 30 minutes, at midnight, a minute past it, by a whole day.
ODD_ZONES = [
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Pacific/Apia",
    "Asia/Beirut",
    "America/Los_Angeles",
    "Europe/London",
]
CHANGES = [
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Sao_Paulo", date(2018, 2, 17)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/St_Johns", date(2010, 11, 6)),
    ("America/St_Johns", date(2010, 3, 14)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("America/Los_Angeles", date(2026, 3, 8)),
    ("America/Los_Angeles", date(2026, 11, 1)),
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/London", date(2026, 10, 25)),
]


@st.composite
def days(draw: st.DrawFn) -> tuple[Hours, ...]:
    """No hours, or up to three stretches; some touch midnight."""
    edges = draw(st.lists(st.integers(0, 1440), max_size=6, unique=True))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    return tuple(Hours(*edges[at : at + 2]) for at in range(0, len(edges), 2))


CALENDARS = st.builds(
    Calendar,
    st.sampled_from(ODD_ZONES),
    st.tuples(*[days()] * 7).filter(any),
    st.dictionaries(st.dates(date(2010, 1, 1), date(2011, 12, 31)), st.sampled_from(["A", "B"]), max_size=8),
)
# Two years full of changes, to the microsecond; Samoa skips a day in them.
INSTANTS = st.builds(
    lambda after: datetime(2010, 1, 2, tzinfo=UTC) + after, st.timedeltas(NOTHING, timedelta(days=730))
)
AMOUNTS = st.timedeltas(NOTHING, timedelta(hours=60))
WHOLE = st.integers(0, 60 * 60).map(lambda minutes: minutes * MINUTE)
CLOCKS = st.sampled_from(ClockKind)
# Each example computes tables of its own.
few = settings(max_examples=30, deadline=None)


@few
@given(calendar=CALENDARS, since=INSTANTS, amount=AMOUNTS)
def test_what_was_added_is_counted(calendar: Calendar, since: datetime, amount: timedelta) -> None:
    due = add(calendar, since, amount)
    assert count(calendar, since, due) == amount
    assert count(calendar, due, since) == -amount
    if amount:  # the earliest such instant
        assert count(calendar, since, due - timedelta(microseconds=1)) < amount


@few
@given(calendar=CALENDARS, until=INSTANTS, amount=AMOUNTS)
def test_subtracting_finds_the_latest_instant_that_much_before(
    calendar: Calendar, until: datetime, amount: timedelta
) -> None:
    since = subtract(calendar, until, amount)
    assert count(calendar, since, until) == amount
    if amount:
        assert count(calendar, since + timedelta(microseconds=1), until) < amount


@few
@given(calendar=CALENDARS, since=INSTANTS, amount=AMOUNTS.filter(bool))
def test_subtracting_undoes_adding_but_for_closed_time(
    calendar: Calendar, since: datetime, amount: timedelta
) -> None:
    back = subtract(calendar, add(calendar, since, amount), amount)
    assert back >= since
    assert count(calendar, since, back) == NOTHING
    assert is_open(calendar, back)


@few
@given(calendar=CALENDARS, since=INSTANTS, amounts=st.tuples(AMOUNTS, AMOUNTS))
def test_adding_twice_is_adding_the_sum(
    calendar: Calendar, since: datetime, amounts: tuple[timedelta, timedelta]
) -> None:
    first, second = amounts
    assert add(calendar, add(calendar, since, first), second) == add(calendar, since, first + second)


@few
@given(calendar=CALENDARS, since=INSTANTS, amount=WHOLE, clock=CLOCKS, ahead=st.integers(0, 60))
def test_another_day_off_makes_nothing_due_earlier(
    calendar: Calendar, since: datetime, amount: timedelta, clock: ClockKind, ahead: int
) -> None:
    another = {since.date() + timedelta(days=ahead): "Outing"}
    fewer = replace(calendar, days_off={**calendar.days_off, **another})
    assert due_at(fewer, clock, amount, since) >= due_at(calendar, clock, amount, since)


@few
@given(
    calendar=CALENDARS,
    since=INSTANTS,
    amount=WHOLE,
    clock=CLOCKS,
    zone=st.sampled_from([*ODD_ZONES, "Asia/Kathmandu"]),
)
def test_the_zone_in_which_an_instant_is_written_changes_nothing(
    calendar: Calendar, since: datetime, amount: timedelta, clock: ClockKind, zone: str
) -> None:
    abroad = since.astimezone(ZoneInfo(zone))
    assert ledger(calendar, clock, amount, abroad) == ledger(calendar, clock, amount, since)
    assert due_at(calendar, clock, amount, abroad) == due_at(calendar, clock, amount, since)


@few
@given(calendar=CALENDARS, since=INSTANTS, later=st.timedeltas(NOTHING, timedelta(days=9)), amount=WHOLE)
def test_what_is_filed_later_is_not_due_earlier(
    calendar: Calendar, since: datetime, later: timedelta, amount: timedelta
) -> None:
    due = [due_at(calendar, ClockKind.BUSINESS, amount, at) for at in (since, since + later)]
    assert due == sorted(due)


@few
@given(calendar=CALENDARS, since=INSTANTS, amount=WHOLE, clock=CLOCKS)
def test_a_ledger_has_no_gap_and_sums_to_the_target(
    calendar: Calendar, since: datetime, amount: timedelta, clock: ClockKind
) -> None:
    lines = ledger(calendar, clock, amount, since)
    start = since.replace(second=0, microsecond=0)
    edges = [start, *(line.until for line in lines)]
    assert [line.since for line in lines] == edges[:-1]
    assert edges[-1] == due_at(calendar, clock, amount, since)
    assert all(line.since < line.until for line in lines)
    assert sum((line.counted for line in lines), NOTHING) == amount
    for line in lines:
        counts = line.kind is LineKind.COUNTED
        assert line.counted == (line.until - line.since if counts else NOTHING)
        assert bool(line.name) == (line.kind is LineKind.DAY_OFF)
        if clock in {ClockKind.BUSINESS, ClockKind.BUSINESS_DAY}:
            assert count(calendar, line.since, line.until) == line.counted
    assert not any(a.kind is b.kind is not LineKind.COUNTED and a.name == b.name for a, b in pairwise(lines))


@few
@given(calendar=CALENDARS, at=INSTANTS)
def test_the_next_change_is_where_open_turns_to_closed(calendar: Calendar, at: datetime) -> None:
    assume(len([day for day in calendar.week if day]) < 7)
    step = timedelta(microseconds=1)
    opening, closing = next_opening(calendar, at), next_closing(calendar, at)
    assert min(opening, closing) > at
    assert (closing < opening) == is_open(calendar, at)
    assert [is_open(calendar, edge) for edge in (opening - step, opening)] == [False, True]
    assert [is_open(calendar, edge) for edge in (closing - step, closing)] == [True, False]
    between = count(calendar, at, min(opening, closing))
    assert between == (closing - at if closing < opening else NOTHING)


@settings(max_examples=5, deadline=None)
@pytest.mark.parametrize(("zone", "day"), CHANGES, ids=str)
@given(minute=st.integers(0, 240) | st.integers(1380, 1440))
def test_a_time_that_the_clocks_skip_moves_forward_and_a_repeated_one_opens_first_and_closes_second(
    zone: str, day: date, minute: int
) -> None:
    table = Calendar(zone, ((),) * 7, {}).business
    assert (table.opening(day, minute), table.closing(day, minute)) == minutes_of_wall(zone, day, minute)


@pytest.mark.parametrize(
    ("zone", "hours", "day", "opens", "closes"),
    [
        # Half an hour is skipped from 02:00, and repeated from 01:30.
        ("Australia/Lord_Howe", Hours(130, 300), "2026-10-04", "2026-10-04 02:30", "2026-10-04 05:00"),
        ("Australia/Lord_Howe", Hours(100, 300), "2026-04-05", "2026-04-05 01:40", "2026-04-05 05:00"),
        ("Australia/Lord_Howe", Hours(60, 100), "2026-04-05", "2026-04-05 01:00", "2026-04-05 01:40*"),
        # Midnight is skipped, and the hour before it is repeated.
        ("America/Sao_Paulo", Hours(0, 120), "2018-11-04", "2018-11-04 01:00", "2018-11-04 02:00"),
        ("America/Sao_Paulo", Hours(1200, 1410), "2018-02-17", "2018-02-17 20:00", "2018-02-17 23:30*"),
        ("America/Los_Angeles", Hours(150, 300), "2026-03-08", "2026-03-08 03:00", "2026-03-08 05:00"),
        ("America/Los_Angeles", Hours(90, 300), "2026-11-01", "2026-11-01 01:30", "2026-11-01 05:00"),
        ("America/Los_Angeles", Hours(30, 90), "2026-11-01", "2026-11-01 00:30", "2026-11-01 01:30*"),
    ],
)
def test_hours_at_a_change_of_the_clocks(zone: str, hours: Hours, day: str, opens: str, closes: str) -> None:
    weekday = date.fromisoformat(day).weekday()
    calendar = Calendar(zone, (*((),) * weekday, (hours,), *((),) * (6 - weekday)), {})
    before = local(calendar, f"{day} 12:00") - timedelta(days=2)
    found = next_opening(calendar, before), next_closing(calendar, before)
    assert found == (local(calendar, opens), local(calendar, closes))


def test_a_minute_repeated_between_two_stretches_counts_once() -> None:
    # From 01:00 to 02:00 twice: the first stretch ends at the second 01:30, the next would begin before.
    twice = Calendar("America/Los_Angeles", ((Hours(0, 90), Hours(105, 180)),) * 7, {})
    midnight, three = local(twice, "2026-11-01 00:00"), local(twice, "2026-11-01 03:00")
    assert count(twice, midnight, three) == three - midnight == timedelta(hours=4)


def test_a_day_that_a_zone_skips_has_no_hours() -> None:
    apia = Calendar("Pacific/Apia", ((Hours(540, 1020),),) * 7, {})
    due = due_at(apia, ClockKind.BUSINESS, timedelta(hours=2), local(apia, "2011-12-29 16:00"))
    assert due == local(apia, "2011-12-31 10:00")


@pytest.mark.parametrize("region", REGIONS)
def test_ten_thousand_random_targets_fall_due_as_counted_minute_by_minute(region: str) -> None:
    calendar, draw = REGIONS[region], random.Random(region)
    first = datetime(2025, 12, 1, tzinfo=UTC)
    minutes = OpenMinutes(calendar, first, datetime(2027, 2, 1, tzinfo=UTC))
    amounts = [timedelta(minutes=count) for count in (1, 30, 60, 120, 240)]
    amounts += [FULL_DAY[region], 5 * FULL_DAY[region]]
    different = []
    for _ in range(2000):
        since = first + timedelta(minutes=draw.randrange(400 * 1440), microseconds=draw.randrange(60_000_000))
        amount = draw.choice(amounts)
        if due_at(calendar, ClockKind.BUSINESS, amount, since) != minutes.due_at(amount, since):
            different.append((since, amount))
    assert different == []


def test_an_independent_library_finds_the_same_due_instants() -> None:
    """A sample; `make bench-hours` asks ten thousand."""
    assert disagreements(list(questions(200, seed=2))) == []
