"""Every claim about licenses and seats is broken by a row that breaks it."""

from datetime import date

import pytest
from django.db import connection

from entitlements.models import Seat, Term
from entitlements.plans import Plan
from portal.work.invariants import check
from tests.factories.people import EPOCH, make_customer, make_license, make_seat

pytestmark = pytest.mark.django_db


def codes() -> list[str]:
    return [violation.code for violation in check()]


def test_terms_and_seats_as_operations_make_them_break_no_claim() -> None:
    license_ = make_license(last_on=date(2026, 6, 30))
    make_seat(license_)
    Term.objects.create(
        license=license_, plan=Plan.EXPERT, first_on=date(2026, 7, 1), last_on=date(2027, 6, 30)
    )
    assert codes() == []


@pytest.mark.parametrize("first_on", [date(2026, 6, 30), date(2020, 6, 1)])
def test_terms_that_share_a_day_are_found(first_on: date) -> None:
    license_ = make_license(last_on=date(2026, 6, 30))
    Term.objects.create(license=license_, plan=Plan.EXPERT, first_on=first_on, last_on=date(2027, 6, 30))
    assert codes() == ["E1"]


def test_a_person_with_two_active_seats_on_a_license_is_found() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite cannot drop a constraint inside a transaction")
    license_ = make_license()
    person = make_customer(license_)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX seat_active_once")
    Seat.objects.create(license=license_, user=person, added_at=EPOCH)
    assert codes() == ["E2"]


def test_a_seat_of_somebody_of_another_account_is_found() -> None:
    license_ = make_license()
    Seat.objects.create(license=license_, user=make_customer(), added_at=EPOCH)
    assert codes() == ["E3"]
