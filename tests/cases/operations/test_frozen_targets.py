"""No dated row, in whatever order, changes a case that was filed before it (SPEC 3.2); a property."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import operations
from cases.models import Case, ResponseDecision
from cases.operations import response_targets
from entitlements import operations as entitlements
from entitlements.business_time import ClockKind
from entitlements.models import FrozenCalendar, License, Term
from entitlements.plans import Plan
from entitlements.queries import ResponseBasis, calendar_of, targets_in_force
from entitlements.targets import Priority, Service
from portal.accounts.models import Country, Region, User
from portal.errors import DomainError
from tests.factories.cases import make_case
from tests.factories.people import make_account, make_agent, make_customer, make_license, make_superuser

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
# Around the change of clocks of 8 March 2026: any minute of a fortnight.
MONDAY = datetime(2026, 3, 2, 0, 0, tzinfo=ZoneInfo("America/Los_Angeles"))
LONGEST = 14 * 24 * 60
COUNTRIES = ("JP", "FR", "SG", "US")

# What is entered: a kind of row, and a number from which its facts are made.
Change = tuple[str, int]
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["target", "day off", "strike", "hours", "zone", "country", "term", "plan"]),
        st.integers(0, 2**16),
    ),
    min_size=1,
    max_size=6,
)


def _target(license_: License, number: int, root: User, now: datetime) -> None:
    entitlements.add_response_target(
        Service.EXPERT,
        Priority(1 + number % 4),
        clock=[ClockKind.BUSINESS, ClockKind.ELAPSED, ClockKind.WEEKDAYS][number % 3],
        minutes=1 + number % 300,
        in_force_from=now + MINUTE,
        actor=root,
        now=now,
    )


def _day_off(license_: License, number: int, root: User, now: datetime) -> None:
    day = now.astimezone(MONDAY.tzinfo).date() + timedelta(days=number % 6)
    entitlements.add_day_off(_region(license_), day, "Storm", actor=root, now=now)


def _strike(license_: License, number: int, root: User, now: datetime) -> None:
    standing = list(_region(license_).days_off.in_force().order_by("pk"))
    if standing:
        entitlements.strike_day_off(standing[number % len(standing)], actor=root, now=now)


def _hours(license_: License, number: int, root: User, now: datetime, zone: str = "") -> None:
    opens = number % 1000
    entitlements.add_region_hours(
        _region(license_),
        in_force_from=now + MINUTE,
        week=[[[opens, opens + 1 + number % 400]]] * 7,
        full_day_minutes=1 + number % 400,
        zone=zone,
        actor=root,
        now=now,
    )


def _zone(license_: License, number: int, root: User, now: datetime) -> None:
    zones = ("Asia/Tokyo", "Europe/Paris", "Australia/Lord_Howe")
    _hours(license_, number, root, now, zone=zones[number % 3])


def _country(license_: License, number: int, root: User, now: datetime) -> None:
    facts = {"name": license_.account.name, "time_zone": "", "language": "", "actor": root, "now": now}
    country = Country.objects.get(pk=COUNTRIES[number % 4])
    entitlements.change_account(license_.account, country=country, **facts)


def _term(license_: License, number: int, root: User, now: datetime) -> None:
    first_on = date(2026, 3, 20) + timedelta(days=number % 400)
    plan = [Plan.ULTIMATE, Plan.EXPERT][number % 2]
    last_on = first_on + timedelta(days=3)
    entitlements.add_term(license_, plan, first_on=first_on, last_on=last_on, actor=root, now=now)


def _plan(license_: License, number: int, root: User, now: datetime) -> None:
    plan = [Plan.ULTIMATE, Plan.EXPERT][number % 2]
    from_day = now.astimezone(MONDAY.tzinfo).date() + timedelta(days=number % 8)
    entitlements.change_plan(license_, plan, from_day=from_day, actor=root, now=now)


ENTER: dict[str, Callable[[License, int, User, datetime], None]] = {
    "target": _target,
    "day off": _day_off,
    "strike": _strike,
    "hours": _hours,
    "zone": _zone,
    "country": _country,
    "term": _term,
    "plan": _plan,
}


def _region(license_: License) -> Region:
    return (
        License.objects.select_related("account__country__region").get(pk=license_.pk).account.country.region
    )


@given(
    changes=CHANGES,
    minute=st.integers(0, LONGEST),
    priority=st.sampled_from([Priority.P2, Priority.P3, Priority.P4]),
    later=st.sampled_from([Priority.P2, Priority.P3, Priority.P4]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_row_entered_later_moves_a_case(
    db: None, changes: list[Change], minute: int, priority: Priority, later: Priority
) -> None:
    frame = transaction.atomic()
    with frame:
        _try(changes, MONDAY + minute * MINUTE, priority, later)
        transaction.set_rollback(True)


def test_a_case_that_looks_its_calendar_up_anew_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def anew(term: Term, service: Service, _calendar: FrozenCalendar, filed_at: datetime) -> ResponseBasis:
        now = filed_at + 19 * MINUTE
        region = calendar_of(Region.objects.get(pk="AMER"), now)
        return ResponseBasis(term, service, targets_in_force(now)[service], region)

    monkeypatch.setattr(response_targets, "basis_kept", anew)
    with pytest.raises(AssertionError):
        _try([("hours", 5)], MONDAY + 600 * MINUTE, Priority.P4, Priority.P3)


def _try(changes: list[Change], filed_at: datetime, priority: Priority, later: Priority) -> None:
    account = make_account(country="US")
    license_ = make_license(account, plan=Plan.EXPERT, last_on=date(2026, 3, 19))
    requestor, agent, root = make_customer(license_), make_agent(), make_superuser()
    undisturbed, case = (make_case(requestor, priority=priority, now=filed_at) for _ in range(2))
    now = filed_at + 20 * MINUTE
    expected = _after_a_change(undisturbed, later, agent, now)
    before = _kept(case)

    for number, (kind, fact) in enumerate(changes):
        try:
            with transaction.atomic():
                ENTER[kind](license_, fact, root, filed_at + (1 + number) * MINUTE)
        except DomainError:
            pass  # a row that stands in the way of another is refused, and changes nothing either

    assert _kept(case) == before
    assert _after_a_change(case, later, agent, now) == expected


def _after_a_change(case: Case, priority: Priority, agent: User, now: datetime) -> list[object]:
    """What the case keeps once its priority has changed as well, if that is a change."""
    if priority != case.priority:
        operations.change_priority(
            case, priority=priority, reason="Launch", customers_words="Yes", actor=agent, now=now
        )
    return _kept(case)


def _kept(case: Case) -> list[object]:
    """The target of a case, and every decision about it, without the keys of their rows."""
    after = Case.objects.get(pk=case.pk)
    decisions = ResponseDecision.objects.filter(case=case).order_by("pk")
    columns = ("cause", "priority", "service", "target", "calendar", "counts_from", "due_at", "ledger")
    target = (after.response_due_at, after.response_missed_at, after.next_response_step_at)
    return [target, *decisions.values_list(*columns)]
