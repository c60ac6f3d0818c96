"""Whom a staff notice for a region goes to."""

from datetime import UTC, datetime, time, timedelta

import pytest

from portal.accounts.models import Region
from portal.accounts.queries import leads, staff_on_duty
from tests.factories.people import make_agent, make_duty, make_lead, make_superuser

pytestmark = pytest.mark.django_db

# Wednesday 14 January 2026, 09:00 in Tokyo.
OPENING = datetime(2026, 1, 14, 0, 0, tzinfo=UTC)
STEP = timedelta(microseconds=1)


@pytest.fixture
def japan() -> Region:
    return Region.objects.get(pk="JP")


def test_who_is_on_duty_is_found_by_the_regions_own_clock(japan: Region) -> None:
    early, late, elsewhere = make_agent(), make_agent(), make_agent()
    make_duty(early, "JP", time(9), time(13))
    make_duty(late, "JP", time(13), time(17))
    make_duty(elsewhere, "EMEA", time(0), time(23))
    everybody = [early, late]
    found = {
        instant: staff_on_duty(japan, OPENING + after)
        for instant, after in {
            "before the opening": -STEP,
            "opening": timedelta(0),
            "before the change": timedelta(hours=4) - STEP,
            "change": timedelta(hours=4),
            "before the closing": timedelta(hours=8) - STEP,
            "closing": timedelta(hours=8),
        }.items()
    }
    assert found == {
        "before the opening": everybody,
        "opening": [early],
        "before the change": [early],
        "change": [late],
        "before the closing": [late],
        "closing": everybody,
    }


def test_nobody_is_on_duty_at_the_weekend_of_the_region(japan: Region) -> None:
    weekday, other = make_agent(), make_agent()
    make_duty(weekday, "JP", time(9), time(13))
    make_duty(other, "JP", time(14), time(15))
    friday, saturday, sunday, monday = (OPENING + timedelta(days=days) for days in (2, 3, 4, 5))
    assert staff_on_duty(japan, friday) == staff_on_duty(japan, monday) == [weekday]
    assert staff_on_duty(japan, saturday) == staff_on_duty(japan, sunday) == [weekday, other]


def test_all_leads_are_asked_when_nobody_has_duties_for_the_region(japan: Region) -> None:
    make_agent()
    first, second = make_lead(), make_lead()
    gone = make_lead()
    gone.is_active = False
    gone.save()
    assert staff_on_duty(japan, OPENING) == leads() == [first, second]


def test_who_may_not_sign_in_is_never_on_duty(japan: Region) -> None:
    gone, lead = make_agent(), make_lead()
    make_duty(gone, "JP", time(9), time(17))
    gone.is_active = False
    gone.save()
    assert staff_on_duty(japan, OPENING) == [lead]


def test_the_superuser_is_asked_when_there_is_no_lead(japan: Region) -> None:
    root = make_superuser()
    assert staff_on_duty(japan, OPENING) == [root]


def test_a_person_with_two_stretches_is_found_once(japan: Region) -> None:
    agent = make_agent()
    make_duty(agent, "JP", time(9), time(12))
    make_duty(agent, "JP", time(11), time(17))
    assert staff_on_duty(japan, OPENING + timedelta(hours=2, minutes=30)) == [agent]
