from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from portal.accounts.wording import countdown, exact

LOS_ANGELES = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("when", "zone", "words"),
    [
        (datetime(2025, 12, 3, 18, 26, tzinfo=UTC), "America/Los_Angeles", "Wed 3 Dec 2025, 10:26 PST"),
        (datetime(2025, 12, 3, 18, 26, 59, tzinfo=UTC), "Europe/Paris", "Wed 3 Dec 2025, 19:26 CET"),
        (datetime(2025, 12, 3, 18, 26, tzinfo=UTC), "Asia/Tokyo", "Thu 4 Dec 2025, 03:26 JST"),
        (datetime(2025, 12, 3, 18, 26, tzinfo=UTC), "UTC", "Wed 3 Dec 2025, 18:26 UTC"),
        (datetime(2025, 12, 3, 18, 26, tzinfo=UTC), "Asia/Dubai", "Wed 3 Dec 2025, 22:26 UTC+04:00"),
        (datetime(2025, 12, 3, 18, 26, tzinfo=UTC), "Asia/Kathmandu", "Thu 4 Dec 2025, 00:11 UTC+05:45"),
        (datetime(2025, 12, 3, 18, 26, tzinfo=UTC), "America/Sao_Paulo", "Wed 3 Dec 2025, 15:26 UTC-03:00"),
    ],
)
def test_an_instant_is_written_in_the_viewers_zone_and_names_it(
    when: datetime, zone: str, words: str
) -> None:
    assert exact(when, ZoneInfo(zone)) == words


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (datetime(2025, 11, 2, 8, 59, tzinfo=UTC), "Sun 2 Nov 2025, 01:59 PDT"),
        (datetime(2025, 11, 2, 9, 0, tzinfo=UTC), "Sun 2 Nov 2025, 01:00 PST"),
        (datetime(2026, 3, 8, 9, 59, tzinfo=UTC), "Sun 8 Mar 2026, 01:59 PST"),
        (datetime(2026, 3, 8, 10, 0, tzinfo=UTC), "Sun 8 Mar 2026, 03:00 PDT"),
    ],
)
def test_the_zones_name_tells_the_two_sides_of_a_clock_change_apart(when: datetime, words: str) -> None:
    assert exact(when, LOS_ANGELES) == words


def test_an_instant_given_in_another_zone_is_the_same_instant() -> None:
    paris = datetime(2025, 12, 3, 19, 26, tzinfo=ZoneInfo("Europe/Paris"))

    assert exact(paris, LOS_ANGELES) == "Wed 3 Dec 2025, 10:26 PST"


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=-1), "less than 1 min"),
        (timedelta(0), "less than 1 min"),
        (timedelta(seconds=59), "less than 1 min"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h 00 min"),
        (timedelta(hours=7, minutes=4, seconds=59), "7 h 04 min"),
        (timedelta(hours=24) - timedelta(seconds=1), "23 h 59 min"),
        (timedelta(hours=24), "1 d 0 h"),
        (timedelta(days=4) - timedelta(seconds=1), "3 d 23 h"),
        (timedelta(days=4), "4 d 0 h"),
        (timedelta(days=36, hours=1, minutes=59), "36 d 1 h"),
    ],
)
def test_a_duration_is_two_units_rounded_down(left: timedelta, words: str) -> None:
    assert countdown(left) == words


def test_the_names_of_days_and_months_follow_the_language() -> None:
    when = datetime(2025, 12, 3, 18, 26, tzinfo=UTC)

    with translation.override("fr"):
        assert exact(when, ZoneInfo("Europe/Paris")) == "mer 3 Déc 2025, 19:26 CET"
