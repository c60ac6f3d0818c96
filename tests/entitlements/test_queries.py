"""Questions about terms and seats."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from entitlements import operations
from entitlements.models import License
from entitlements.plans import Plan
from entitlements.queries import (
    Capacity,
    active_license_ids,
    capacity_of,
    contacts_of,
    forget_seats,
    has_seat,
    licenses_of,
    plan_in_force,
    term_ended_on,
    term_in_force,
)
from portal.accounts.models import User
from tests.factories.people import (
    EPOCH,
    make_account,
    make_agent,
    make_bare_license,
    make_customer,
    make_license,
    make_person,
    make_seat,
    make_superuser,
)

pytestmark = pytest.mark.django_db

STEP = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("country", "start", "end"),
    [
        ("US", datetime(2026, 6, 1, 7, tzinfo=UTC), datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("FR", datetime(2026, 5, 31, 23, tzinfo=UTC), datetime(2026, 6, 30, 23, tzinfo=UTC)),
        ("AU", datetime(2026, 5, 31, 16, tzinfo=UTC), datetime(2026, 6, 30, 16, tzinfo=UTC)),
        ("JP", datetime(2026, 5, 31, 15, tzinfo=UTC), datetime(2026, 6, 30, 15, tzinfo=UTC)),
    ],
)
def test_a_term_is_in_force_by_the_clock_of_the_accounts_region(
    country: str, start: datetime, end: datetime
) -> None:
    # The account's own zone is for reading; terms follow the region's.
    account = make_account(country=country, time_zone="Pacific/Auckland")
    license_ = make_license(account, first_on=date(2026, 6, 1), last_on=date(2026, 6, 30))
    term = license_.terms.get()
    found = [term_in_force(license_, at) for at in (start - STEP, start, end - STEP, end)]
    assert found == [None, term, term, None]
    ended = [term_ended_on(license_, at) for at in (start - STEP, start, end - STEP, end)]
    assert ended == [None, None, None, date(2026, 6, 30)]


def test_a_license_has_not_ended_in_a_gap_between_two_terms() -> None:
    license_ = make_license(make_account(country="JP"), first_on=date(2026, 1, 1), last_on=date(2026, 1, 31))
    gap = datetime(2026, 2, 15, tzinfo=UTC)
    assert term_ended_on(license_, gap) == date(2026, 1, 31)
    operations.add_term(
        license_,
        Plan.EXPERT,
        first_on=date(2026, 3, 1),
        last_on=date(2026, 3, 31),
        actor=make_superuser(),
        now=EPOCH,
    )
    assert (term_in_force(license_, gap), term_ended_on(license_, gap)) == (None, None)
    assert plan_in_force(license_, datetime(2026, 3, 15, tzinfo=UTC)) is Plan.EXPERT


def test_a_license_without_terms_has_not_ended() -> None:
    license_ = make_bare_license()
    assert (term_in_force(license_, EPOCH), term_ended_on(license_, EPOCH)) == (None, None)


def test_seats_are_read_once_per_person_object(django_assert_num_queries: Any) -> None:
    license_ = make_license()
    person = User.objects.get(pk=make_customer(license_).pk)
    with django_assert_num_queries(1):
        assert active_license_ids(person) == active_license_ids(person) == {license_.pk}
    assert has_seat(person, license_.pk)
    license_.seats.update(removed_at=EPOCH)
    assert has_seat(person, license_.pk)
    forget_seats(person)
    forget_seats(person)
    assert active_license_ids(person) == frozenset()


def test_nobody_else_has_seats(django_assert_num_queries: Any) -> None:
    left = make_customer()
    left.is_active = False
    agent = make_agent()
    with django_assert_num_queries(0):
        for person in (left, agent, AnonymousUser(), None):
            assert active_license_ids(person) == frozenset()


def test_contacts_are_those_with_a_seat_who_may_sign_in() -> None:
    license_ = make_license()
    first, second = make_customer(license_, name="Bea"), make_customer(license_, name="Ada")
    make_person(license_.account)
    gone = make_customer(license_)
    gone.is_active = False
    gone.save()
    assert list(contacts_of(license_.pk)) == [second, first]


@pytest.mark.parametrize(
    ("plan", "seats", "capacity", "over", "is_full"),
    [
        (Plan.EXPERT, 3, Capacity(3, 4), 0, False),
        (Plan.EXPERT, 4, Capacity(4, 4), 0, True),
        (Plan.ULTIMATE, 14, Capacity(14, 15), 0, False),
        (Plan.ULTIMATE, 15, Capacity(15, 15), 0, True),
    ],
)
def test_active_seats_count_against_the_plan(
    plan: Plan, seats: int, capacity: Capacity, over: int, is_full: bool
) -> None:
    license_ = make_license(plan=plan)
    removed = make_seat(license_)
    license_.seats.filter(pk=removed.pk).update(removed_at=EPOCH)
    for _ in range(seats):
        make_seat(license_)
    found = capacity_of(license_, EPOCH)
    assert (found, found.over, found.is_full) == (capacity, over, is_full)


def test_a_license_without_a_term_in_force_has_no_room() -> None:
    assert capacity_of(make_bare_license(), EPOCH) == Capacity(0, None)
    assert Capacity(3, None).is_full
    assert Capacity(3, None).over == 0
    assert Capacity(15, 4).over == 11


@pytest.mark.parametrize("products", [1, 3])
def test_the_licenses_of_an_account_are_listed_with_two_statements(
    products: int, django_assert_num_queries: Any
) -> None:
    account = make_account()
    codes = ["workfront", "analytics", "target"][:products]
    licenses = {code: make_license(account, code) for code in codes}
    make_license()
    person = User.objects.get(pk=make_customer(*licenses.values()).pk)
    with django_assert_num_queries(2):
        found: list[License] = licenses_of(person)
        assert all(license_.account.country.region.time_zone for license_ in found)
        assert all(len(license_.terms.all()) == 1 for license_ in found)
    wanted = sorted(licenses.values(), key=lambda license_: license_.product.position)
    assert found == wanted
