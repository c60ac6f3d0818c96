"""Every claim about licenses and seats is broken by a row that breaks it."""

from datetime import date, timedelta

import pytest
from django.db import connection

from entitlements import operations
from entitlements.models import Invitation, License, Seat, Term
from entitlements.plans import Plan
from portal.accounts.models import Account, User
from portal.clock import business_now
from portal.work.invariants import check
from tests.factories.people import (
    EPOCH,
    make_administrator,
    make_customer,
    make_license,
    make_person,
    make_seat,
)

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


@pytest.fixture
def license_() -> License:
    return make_license(plan=Plan.EXPERT)


def invited(license_: License) -> Invitation:
    anna = make_administrator(license_)
    now = business_now()
    made = operations.invite_contact(license_, "new@customer.example", actor=anna, now=now)
    assert isinstance(made, Invitation)
    return made


def test_contacts_and_invitations_beyond_every_plan_are_found(license_: License) -> None:
    invited(license_)
    for _seat in range(2):
        make_seat(license_)
    assert codes() == []
    Seat.objects.create(
        license=license_, user=make_customer(make_license(license_.account, "target")), added_at=EPOCH
    )
    assert codes() == ["E4"]


def test_an_accepted_invitation_without_its_seat_is_found(license_: License) -> None:
    invitation = invited(license_)
    anna = invitation.invited_by
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=business_now(), accepted_by=anna)
    assert codes() == ["E5"]


def test_an_invitation_of_who_has_the_seat_is_found(license_: License) -> None:
    invitation = invited(license_)
    Invitation.objects.filter(pk=invitation.pk).update(address=invitation.invited_by.email)
    assert codes() == ["E6"]


def test_an_invitation_by_somebody_of_another_account_is_found(license_: License) -> None:
    invitation = invited(license_)
    Invitation.objects.filter(pk=invitation.pk).update(invited_by=make_customer())
    assert codes() == ["E7"]


@pytest.fixture
def administrator(license_: License) -> User:
    return make_administrator(license_)


def test_an_administrator_with_a_seat_and_a_role_that_rests_break_no_claim(administrator: User) -> None:
    assert codes() == []
    Account.objects.filter(pk=administrator.account_id).update(administrator=None)
    assert codes() == []
    Seat.objects.filter(user=administrator).update(removed_at=business_now())
    assert codes() == []


def test_an_administrator_whose_license_has_ended_keeps_the_role_with_the_seat(administrator: User) -> None:
    Term.objects.update(first_on=date(2020, 1, 1), last_on=date(2020, 1, 2))
    assert codes() == []


def test_an_administrator_without_a_seat_is_found(administrator: User) -> None:
    Seat.objects.filter(user=administrator).update(removed_at=business_now())
    assert codes() == ["E8"]


def test_an_administrator_who_may_not_sign_in_is_found(administrator: User) -> None:
    User.objects.filter(pk=administrator.pk).update(is_active=False)
    assert codes() == ["E8"]


def test_an_administrator_of_another_account_is_found(administrator: User) -> None:
    Account.objects.filter(pk=administrator.account_id).update(administrator=make_customer())
    assert codes() == ["E8"]


def test_an_invitation_out_of_date_holds_no_seat(license_: License) -> None:
    invitation = invited(license_)
    ended = invitation.made_at + timedelta(seconds=1)
    Invitation.objects.filter(pk=invitation.pk).update(made_at=EPOCH, expires_at=EPOCH + timedelta(days=7))
    for _seat in range(3):
        operations.add_named_contact(
            license_, make_person(license_.account), actor=invitation.invited_by, now=ended
        )
    assert codes() == []
