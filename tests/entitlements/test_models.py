"""What the database itself refuses, and who sees which rows."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from entitlements.models import EntitlementEvent, License, Product, Seat, Term
from entitlements.products import PRODUCTS
from entitlements.reference import load_reference_rows
from portal.audit.append_only import history_tables
from tests.factories.people import (
    EPOCH,
    make_administrator,
    make_agent,
    make_customer,
    make_lead,
    make_license,
    make_superuser,
)

pytestmark = pytest.mark.django_db


def test_the_products_are_there_from_the_start() -> None:
    load_reference_rows()
    rows = Product.objects.order_by("position").values_list("code", "name", "family", "former_name")
    assert list(rows) == [tuple(row) for row in PRODUCTS]
    assert len(PRODUCTS) == 13


def _second_license(license_: License) -> None:
    License.objects.create(account=license_.account, product=license_.product, added_at=EPOCH)


def _term(first_on: date, last_on: date, plan: str = "expert") -> Callable[[License], None]:
    def make(license_: License) -> None:
        Term.objects.create(license=license_, first_on=first_on, last_on=last_on, plan=plan)

    return make


def _second_seat(license_: License) -> None:
    held = license_.seats.get()
    Seat.objects.create(license=license_, user=held.user, added_at=EPOCH)


def _seat_removed_before_it_was_added(license_: License) -> None:
    held = license_.seats.get()
    removed_at = held.added_at - timedelta(microseconds=1)
    Seat.objects.filter(pk=held.pk).update(removed_at=removed_at)


@pytest.mark.parametrize(
    "break_a_rule",
    [
        _second_license,
        _term(date(2110, 1, 2), date(2110, 1, 1)),
        _term(date(1989, 12, 31), date(1990, 1, 1)),
        _term(date(2110, 1, 1), date(2200, 1, 1)),
        _term(date(2110, 1, 1), date(2110, 1, 1), plan="gold"),
        _term(date(2020, 1, 1), date(2020, 1, 1)),
        _term(date(2099, 12, 31), date(2099, 12, 31)),
        _second_seat,
        _seat_removed_before_it_was_added,
    ],
)
def test_the_database_refuses_what_cannot_be(break_a_rule: Callable[[License], None]) -> None:
    license_ = make_license()
    make_customer(license_)
    with pytest.raises(IntegrityError), transaction.atomic():
        break_a_rule(license_)


def test_a_term_of_one_day_at_each_end_of_the_calendar_is_kept() -> None:
    license_ = make_license()
    _term(date(1990, 1, 1), date(1990, 1, 1))(license_)
    _term(date(2199, 12, 31), date(2199, 12, 31))(license_)
    assert license_.terms.count() == 3


def test_a_person_may_be_seated_again_once_their_seat_was_removed() -> None:
    license_ = make_license()
    person = make_customer(license_)
    license_.seats.update(removed_at=EPOCH)
    Seat.objects.create(license=license_, user=person, added_at=EPOCH)
    assert list(license_.seats.active().values_list("user", flat=True)) == [person.pk]


def test_staff_see_all_rows_and_a_customer_those_of_their_account() -> None:
    mine, theirs = make_license(), make_license()
    customer, stranger = make_customer(mine), make_customer(theirs)
    for staff in (make_agent(), make_lead(), make_superuser()):
        assert set(License.objects.visible_to(staff)) == {mine, theirs}
        assert set(Term.objects.visible_to(staff)) == {mine.terms.get(), theirs.terms.get()}
        assert set(Seat.objects.visible_to(staff)) == {mine.seats.get(), theirs.seats.get()}
    assert list(License.objects.visible_to(customer)) == [mine]
    assert list(Term.objects.visible_to(customer)) == [mine.terms.get()]
    assert list(Seat.objects.visible_to(stranger)) == [theirs.seats.get()]


def test_nothing_is_seen_by_who_may_not_sign_in() -> None:
    license_ = make_license()
    removed = make_customer(license_)
    removed.is_active = False
    for nobody in (removed, AnonymousUser()):
        for rows in (License.objects, Term.objects, Seat.objects, EntitlementEvent.objects):
            assert list(rows.visible_to(nobody)) == []


def test_history_is_read_by_the_administrator_of_the_account_and_by_staff() -> None:
    mine, theirs = make_license(), make_license()
    administrator, contact = make_administrator(mine), make_customer(mine)
    make_administrator(theirs)
    own = EntitlementEvent.objects.filter(account=mine.account)
    assert set(EntitlementEvent.objects.visible_to(administrator)) == set(own)
    assert list(EntitlementEvent.objects.visible_to(contact)) == []
    assert set(EntitlementEvent.objects.visible_to(make_agent())) == set(EntitlementEvent.objects.all())
    assert own.count() < EntitlementEvent.objects.count()


def test_history_is_kept_by_the_database() -> None:
    assert "entitlements_entitlementevent" in history_tables()
    make_license()
    for change in (
        lambda: EntitlementEvent.objects.update(kind="another"),
        lambda: EntitlementEvent.objects.all().delete(),
    ):
        with pytest.raises(Exception, match="history is append-only"), transaction.atomic():
            change()
