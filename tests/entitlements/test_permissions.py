"""Who may file for which license, and who may change entitlements."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from entitlements import operations
from entitlements.models import License
from entitlements.permissions import (
    contacts_refusal,
    entitlements_refusal,
    filing_choices,
    filing_refusal,
    licenses_to_file_for,
)
from entitlements.plans import Plan
from portal.accounts.groups import StaffGroup
from portal.accounts.models import User
from portal.errors import DomainError
from tests.factories.people import (
    EPOCH,
    make_account,
    make_administrator,
    make_agent,
    make_bare_license,
    make_customer,
    make_lead,
    make_license,
    make_person,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db

STEP = timedelta(microseconds=1)
# Midnights in Tokyo.
JANUARY = datetime(2025, 12, 31, 15, tzinfo=UTC)
FEBRUARY = datetime(2026, 1, 31, 15, tzinfo=UTC)
MARCH = datetime(2026, 2, 28, 15, tzinfo=UTC)
APRIL = datetime(2026, 3, 31, 15, tzinfo=UTC)


def _told(refusal: DomainError | None) -> tuple[int, str, dict[str, Any]] | None:
    return None if refusal is None else (refusal.http_status, refusal.code, refusal.values)


@pytest.fixture
def license_() -> License:
    """Japan; seats came in 2025; two terms, January and March 2026."""
    made = make_license(make_account(country="JP"), first_on=date(2025, 1, 1), last_on=date(2025, 6, 30))
    for month, last in ((1, 31), (3, 31)):
        operations.add_term(
            made,
            Plan.EXPERT,
            first_on=date(2026, month, 1),
            last_on=date(2026, month, last),
            actor=make_superuser(),
            now=EPOCH,
        )
    return made


@pytest.mark.parametrize(
    ("now", "refusal"),
    [
        (JANUARY - STEP, (409, "no_term_yet", {"product": "Analytics", "first_on": date(2026, 1, 1)})),
        (JANUARY, None),
        (FEBRUARY - STEP, None),
        (FEBRUARY, (409, "no_term_yet", {"product": "Analytics", "first_on": date(2026, 3, 1)})),
        (MARCH - STEP, (409, "no_term_yet", {"product": "Analytics", "first_on": date(2026, 3, 1)})),
        (MARCH, None),
        (APRIL - STEP, None),
        (APRIL, (409, "term_ended", {"product": "Analytics", "last_on": date(2026, 3, 31)})),
    ],
)
def test_a_contact_may_file_while_a_term_is_in_force(
    license_: License, now: datetime, refusal: tuple[int, str, dict[str, Any]] | None
) -> None:
    assert _told(filing_refusal(make_customer(license_), license_, now)) == refusal


def test_who_has_no_seat_may_not_file(license_: License) -> None:
    colleague = make_person(license_.account)
    other_product = make_customer(make_license(license_.account, "target"))
    removed = make_customer(license_)
    license_.seats.filter(user=removed).update(removed_at=EPOCH)
    removed = User.objects.get(pk=removed.pk)
    barred = make_customer(license_)
    barred.is_active = False
    for person in (
        colleague,
        other_product,
        make_customer(),
        removed,
        barred,
        make_agent(),
        make_superuser(),
    ):
        told = _told(filing_refusal(person, license_, JANUARY))
        assert told == (403, "not_a_named_contact", {"product": "Analytics"})


def test_a_contact_without_the_permission_may_not_file(license_: License) -> None:
    reader = make_customer(license_, may_file_cases=False)
    assert _told(filing_refusal(reader, license_, JANUARY)) == (403, "may_not_file", {"product": "Analytics"})


def test_nobody_files_for_a_license_without_terms() -> None:
    account = make_account()
    license_, bare = make_license(account), make_bare_license(account, "target")
    person = make_customer(license_)
    bare.seats.create(user=person, added_at=EPOCH)
    person = User.objects.get(pk=person.pk)
    assert _told(filing_refusal(person, bare, EPOCH)) == (409, "no_term", {"product": "Target"})


def test_every_license_of_the_account_is_offered_or_refused() -> None:
    account = make_account()
    held, other = make_license(account, "target"), make_license(account, "campaign")
    old = make_license(account, "analytics", first_on=date(2020, 1, 1), last_on=date(2025, 12, 31))
    make_license()
    person = User.objects.get(pk=make_customer(held, old).pk)
    choices = filing_choices(person, JANUARY)
    assert [(choice.license, choice.refusal and choice.refusal.code) for choice in choices] == [
        (old, None),
        (held, None),
        (other, "not_a_named_contact"),
    ]
    assert licenses_to_file_for(person, JANUARY) == [old, held]
    later = JANUARY + timedelta(days=2)
    assert licenses_to_file_for(person, later) == [held]
    assert filing_choices(make_agent(), JANUARY) == []


@pytest.mark.parametrize("products", [1, 3])
def test_the_choices_take_three_statements(products: int, django_assert_num_queries: Any) -> None:
    account = make_account()
    licenses = [make_license(account, code) for code in ("analytics", "target", "campaign")[:products]]
    person = User.objects.get(pk=make_customer(*licenses).pk)
    with django_assert_num_queries(3):
        assert len(licenses_to_file_for(person, JANUARY)) == products


def test_only_entitlement_managers_and_the_superuser_change_entitlements() -> None:
    root, manager = make_superuser(), make_staff(StaffGroup.ENTITLEMENT_MANAGER)
    assert [entitlements_refusal(person) for person in (root, manager)] == [None, None]
    root.is_active = manager.is_active = False
    others = [make_staff(group) for group in StaffGroup if group != StaffGroup.ENTITLEMENT_MANAGER]
    for person in (root, manager, *others, make_administrator(make_license())):
        assert _told(entitlements_refusal(person)) == (403, "not_for_your_role", {})


def test_the_administrator_changes_the_contacts_of_their_own_account_only() -> None:
    mine, theirs = make_license(), make_license()
    administrator, contact = make_administrator(mine), make_customer(mine)
    account = administrator.account
    assert account is not None
    assert contacts_refusal(administrator, account) is None
    assert contacts_refusal(make_superuser(), account) is None
    assert contacts_refusal(make_staff(StaffGroup.ENTITLEMENT_MANAGER), account) is None
    for person, of in ((contact, account), (make_lead(), account), (administrator, theirs.account)):
        assert _told(contacts_refusal(person, of)) == (403, "not_the_administrator", {})
