"""Hours, holidays and days off as rows: who may change them, what is refused, what an import does."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from entitlements import operations
from entitlements.business_time import ClockKind
from entitlements.calendars import DaySource
from entitlements.models import DayOff, RegionHours, ResponseTarget
from entitlements.queries import calendar_of, calendars_now, hours_now, region_zone
from entitlements.targets import Priority, Service
from portal.accounts.models import Region
from portal.errors import DomainError
from tests.factories.people import make_account, make_lead, make_license, make_superuser

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
WEEK = [[[540, 720], [780, 1020]], [], [], [], [], [], []]


@pytest.fixture
def singapore() -> Region:
    DayOff.objects.all().delete()
    return Region.objects.get(pk="APAC")


def refused(verb: Any, *args: Any, **facts: Any) -> str:
    with pytest.raises(DomainError) as caught:
        verb(*args, **{"actor": make_superuser(), "now": NOW, **facts})
    return caught.value.code


def hours(**facts: Any) -> dict[str, Any]:
    return {"in_force_from": LATER, "week": WEEK, "full_day_minutes": 420, **facts}


def test_new_hours_begin_in_the_future_and_once(singapore: Region) -> None:
    add = operations.add_region_hours
    root = make_superuser()
    assert refused(add, singapore, **hours(in_force_from=NOW)) == "row_in_the_past"
    made = add(singapore, **hours(in_force_from=NOW + timedelta(microseconds=1)), actor=root, now=NOW)
    assert refused(add, singapore, **hours(in_force_from=made.in_force_from)) == "row_taken"
    just_before = calendar_of(singapore, made.in_force_from - timedelta(microseconds=1))
    assert just_before.hours.full_day == timedelta(minutes=480)
    assert calendar_of(singapore, made.in_force_from).hours == made


def test_hours_go_by_the_clock_of_their_zone_from_their_instant_and_terms_by_the_regions(
    singapore: Region,
) -> None:
    root = make_superuser()
    made = operations.add_region_hours(singapore, **hours(zone="Asia/Tokyo"), actor=root, now=NOW)
    before, after = calendar_of(singapore, LATER - timedelta(microseconds=1)), calendar_of(singapore, LATER)
    assert (before.calendar.zone, after.calendar.zone) == ("Asia/Singapore", "Asia/Tokyo")
    assert made.zone_in_force == "Asia/Tokyo"
    assert [when.calendar.zone for when in calendars_now(LATER)] == [
        "America/Los_Angeles",
        "Asia/Tokyo",
        "Europe/London",
        "Asia/Tokyo",
    ]
    # Monday 09:00 in Tokyo is Monday 08:00 in Singapore, where terms still begin and end.
    monday = datetime(2026, 3, 9, tzinfo=UTC)
    assert (hours_now(after, monday - timedelta(seconds=1)).is_open, hours_now(after, monday).is_open) == (
        False,
        True,
    )
    license_ = make_license(make_account(country="SG"))
    assert region_zone(license_).key == singapore.time_zone == "Asia/Singapore"


def test_a_day_off_is_one_where_the_hours_count(singapore: Region) -> None:
    root, at = make_superuser(), datetime(2026, 3, 9, 15, 30, tzinfo=UTC)
    operations.add_region_hours(singapore, **hours(zone="Asia/Tokyo"), actor=root, now=NOW)
    # Half past midnight of the tenth in Tokyo, while it is the ninth in Singapore.
    ninth, tenth = date(2026, 3, 9), date(2026, 3, 10)
    assert refused(operations.add_day_off, singapore, ninth, "Off", now=at) == "day_off_past"
    operations.add_day_off(singapore, tenth, "Off", actor=root, now=at)
    when = calendar_of(singapore, at)
    assert (when.coming_days_off(at, 3), hours_now(when, at).day_off) == ([(tenth, "Off")], "Off")
    assert when.coming_days_off(at + timedelta(days=1), 3) == []


def test_a_zone_that_nobody_knows_is_refused(singapore: Region) -> None:
    facts = hours(zone="Mars/Olympus")
    assert refused(operations.add_region_hours, singapore, **facts) == "unknown_zone"
    assert RegionHours.objects.filter(region=singapore).count() == 1


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ([[600, 540]], "hours_invalid"),
        ([[540, 540]], "hours_invalid"),
        ([[540, 720], [700, 800]], "hours_invalid"),
        ([[540, 1441]], "hours_invalid"),
        ([], "hours_never_open"),
    ],
)
def test_hours_that_make_no_sense_are_refused(singapore: Region, day: Any, code: str) -> None:
    week = [day, [], [], [], [], [], []]
    assert refused(operations.add_region_hours, singapore, **hours(week=week)) == code
    assert RegionHours.objects.filter(region=singapore).count() == 1


def test_a_day_off_is_added_once_from_today_on_and_struck_for_good(singapore: Region) -> None:
    root, today = make_superuser(), date(2026, 3, 2)
    add = operations.add_day_off
    assert refused(add, singapore, today - timedelta(days=1), "Off") == "day_off_past"
    assert refused(add, singapore, today, "  ") == "name_missing"
    made = add(singapore, today, " Stocktaking ", actor=root, now=NOW)
    assert (made.name, made.source, made.counts) == ("Stocktaking", DaySource.STAFF, True)
    assert calendar_of(singapore, NOW).calendar.days_off == {today: "Stocktaking"}
    assert refused(add, singapore, today, "Again") == "day_off_taken"
    assert refused(operations.confirm_day_off, made) == "day_off_is_certain"
    struck = operations.strike_day_off(made, actor=root, now=NOW)
    assert (struck.counts, calendar_of(singapore, NOW).calendar.days_off) == (False, {})
    assert refused(operations.strike_day_off, made) == "day_off_struck"
    assert add(singapore, today, "Anew", actor=root, now=NOW).counts


def test_an_import_is_repeatable_and_leaves_what_staff_decided(singapore: Region) -> None:
    root = make_superuser()
    first = operations.import_holidays([2026], now=NOW)
    assert (first.added, first.confirmed, first.struck) == (DayOff.objects.count(), 0, 0)
    again = operations.import_holidays([2026], now=NOW)
    assert (again.added, again.confirmed, again.struck) == (0, 0, 0)
    national_day = singapore.days_off.get(day=date(2026, 8, 10))
    assert (national_day.name, national_day.source_version != "") == ("National Day (observed)", True)
    operations.strike_day_off(national_day, actor=root, now=NOW)
    assert operations.import_holidays([2026], now=NOW).added == 0
    assert not singapore.days_off.get(day=date(2026, 8, 10)).counts


def test_a_guess_counts_once_staff_have_confirmed_it(singapore: Region) -> None:
    operations.import_holidays([2028], now=NOW)
    guess = singapore.days_off.get(day=date(2028, 5, 5))
    assert (guess.name, guess.is_estimated, guess.counts) == ("Eid al-Adha", True, False)
    assert guess.day not in calendar_of(singapore, NOW).calendar.days_off
    operations.confirm_day_off(guess, actor=make_superuser(), now=NOW)
    assert calendar_of(singapore, NOW).calendar.days_off[guess.day] == "Eid al-Adha"


def test_a_guess_that_the_library_no_longer_makes_is_struck_and_a_right_one_becomes_certain(
    singapore: Region,
) -> None:
    for day, name in ((date(2026, 5, 26), "Eid al-Adha"), (date(2026, 5, 27), "Eid al-Adha")):
        DayOff.objects.create(
            region=singapore, day=day, name=name, source=DaySource.HOLIDAYS, is_estimated=True, added_at=NOW
        )
    done = operations.import_holidays([2026], now=NOW)
    assert (done.confirmed, done.struck) == (1, 1)
    states = {row.day.day: row.counts for row in singapore.days_off.filter(day__month=5, day__day__gte=26)}
    assert (states[26], states[27]) == (False, True)


def test_the_published_hours_are_the_specifications() -> None:
    monday, saturday, americas = [[540, 1020]], [], [[360, 1050]]
    published = {row.region_id: row for row in RegionHours.objects.all()}
    assert {code: row.week[0] for code, row in published.items()} == {
        "AMER": americas,
        "EMEA": monday,
        "APAC": monday,
        "JP": monday,
    }
    assert all(row.week[5] == row.week[6] == saturday for row in published.values())
    assert {code: row.full_day_minutes for code, row in published.items()} == {
        "AMER": 690,
        "EMEA": 480,
        "APAC": 480,
        "JP": 480,
    }


def target(**facts: Any) -> dict[str, Any]:
    return {"clock": ClockKind.BUSINESS, "minutes": 90, "in_force_from": LATER, **facts}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"in_force_from": NOW}, "row_in_the_past"),
        ({"minutes": None}, "minutes_missing"),
        ({"minutes": 0}, "minutes_out_of_range"),
        ({"minutes": 43_201}, "minutes_out_of_range"),
        ({"clock": ClockKind.BUSINESS_DAY}, "minutes_of_a_day"),
    ],
)
def test_targets_that_make_no_sense_are_refused(facts: dict[str, Any], code: str) -> None:
    known = ResponseTarget.objects.count()
    verb = operations.add_response_target
    assert refused(verb, Service.EXPERT, Priority.P2, **target(**facts)) == code
    assert ResponseTarget.objects.count() == known


def test_a_target_begins_once() -> None:
    verb, root = operations.add_response_target, make_superuser()
    verb(Service.EXPERT, Priority.P2, **target(), actor=root, now=NOW)
    assert refused(verb, Service.EXPERT, Priority.P2, **target(minutes=100)) == "row_taken"
    verb(Service.EXPERT, Priority.P3, **target(), actor=root, now=NOW)


def test_only_who_manages_entitlements_changes_them(singapore: Region) -> None:
    lead = make_lead()
    day_off = operations.add_day_off(singapore, date(2026, 4, 1), "Off", actor=make_superuser(), now=NOW)
    attempts = [
        (operations.add_region_hours, (singapore,), hours()),
        (operations.add_day_off, (singapore, date(2026, 4, 2), "Off"), {}),
        (operations.confirm_day_off, (day_off,), {}),
        (operations.strike_day_off, (day_off,), {}),
        (operations.add_response_target, (Service.EXPERT, Priority.P2), target()),
    ]
    codes = {refused(verb, *args, **facts, actor=lead) for verb, args, facts in attempts}
    assert codes == {"not_for_your_role"}
