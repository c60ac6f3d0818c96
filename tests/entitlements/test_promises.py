"""What a filing is promised: the one computation that pages, forms and the admin show."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entitlements import operations
from entitlements.business_time import ClockKind
from entitlements.models import License
from entitlements.plans import Plan
from entitlements.queries import calendar_of, hours_now, response_promises
from entitlements.targets import Priority, Service
from portal.accounts.models import Region
from tests.factories.people import make_account, make_bare_license, make_license, make_superuser

pytestmark = pytest.mark.django_db

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
# A Friday; Monday, 25 May 2026, is Memorial Day.
FRIDAY_16_40 = datetime(2026, 5, 22, 16, 40, tzinfo=LOS_ANGELES)


@pytest.fixture(autouse=True)
def _holidays(db: None) -> None:
    operations.import_holidays([2025, 2026, 2027], now=datetime(2025, 1, 1, tzinfo=UTC))


@pytest.fixture
def license_() -> License:
    account = make_account(country="US")
    made = make_license(account, plan=Plan.EXPERT, first_on=date(2026, 1, 1), last_on=date(2026, 12, 31))
    return License.objects.for_display().get(pk=made.pk)


def local(license_: License, filed_at: datetime) -> dict[int, str]:
    promises = response_promises(license_, filed_at=filed_at)
    return {one.priority.value: f"{one.due_at.astimezone(LOS_ANGELES):%a %d %b %H:%M}" for one in promises}


def test_a_friday_evening_before_a_holiday(license_: License) -> None:
    # Expert: P2 is two business hours, of which 50 minutes are left today.
    assert local(license_, FRIDAY_16_40) == {
        1: "Fri 22 May 17:40",
        2: "Tue 26 May 07:10",
        3: "Tue 26 May 09:10",
        4: "Tue 26 May 16:40",
    }


def test_the_ledger_sums_to_the_target_and_names_the_holiday(license_: License) -> None:
    p2 = response_promises(license_, filed_at=FRIDAY_16_40)[1]
    lines = p2.ledger()
    assert sum((line.counted for line in lines), timedelta()) == p2.amount == timedelta(hours=2)
    assert [line.name for line in lines if line.name] == ["Memorial Day"]
    assert (lines[0].since, lines[-1].until) == (FRIDAY_16_40, p2.due_at)


def test_nothing_is_promised_without_a_term_in_force(license_: License) -> None:
    assert response_promises(license_, filed_at=datetime(2027, 1, 1, 8, tzinfo=UTC)) == ()
    assert response_promises(make_bare_license(), filed_at=FRIDAY_16_40) == ()


def test_it_costs_four_statements(license_: License) -> None:
    with CaptureQueriesContext(connection) as captured:
        response_promises(license_, filed_at=FRIDAY_16_40)
    assert len(captured) == 4


def test_managed_services_and_ultimate(license_: License) -> None:
    root = make_superuser()
    managed = make_bare_license(license_.account, "commerce-managed")
    operations.add_term(
        managed,
        Plan.EXPERT,
        first_on=date(2026, 1, 1),
        last_on=date(2026, 12, 31),
        actor=root,
        now=FRIDAY_16_40,
    )
    assert [one.service for one in response_promises(managed, filed_at=FRIDAY_16_40)] == [
        Service.MANAGED_SERVICES
    ] * 4
    assert local(managed, FRIDAY_16_40)[2] == "Tue 26 May 06:10"


def test_a_dated_target_applies_from_its_instant_on(license_: License) -> None:
    begins = FRIDAY_16_40 + timedelta(days=30)
    before = local(license_, FRIDAY_16_40)
    operations.add_response_target(
        Service.EXPERT,
        Priority.P1,
        clock=ClockKind.ELAPSED,
        minutes=45,
        in_force_from=begins,
        actor=make_superuser(),
        now=FRIDAY_16_40,
    )
    assert local(license_, FRIDAY_16_40) == before
    step = timedelta(minutes=1)
    amounts = [
        response_promises(license_, filed_at=at)[0].amount for at in (begins - step, begins, begins + step)
    ]
    assert amounts == [timedelta(minutes=60), timedelta(minutes=45), timedelta(minutes=45)]


def test_hours_now_say_when_they_change_and_why_it_is_closed() -> None:
    region = Region.objects.get(pk="AMER")
    when = calendar_of(region, FRIDAY_16_40)
    open_now = hours_now(when, FRIDAY_16_40)
    assert (open_now.is_open, open_now.changes_at) == (
        True,
        datetime(2026, 5, 22, 17, 30, tzinfo=LOS_ANGELES),
    )
    memorial_day = datetime(2026, 5, 25, 10, tzinfo=LOS_ANGELES)
    closed = hours_now(when, memorial_day)
    assert (closed.is_open, closed.day_off) == (False, "Memorial Day")
    assert closed.changes_at == datetime(2026, 5, 26, 6, tzinfo=LOS_ANGELES)
