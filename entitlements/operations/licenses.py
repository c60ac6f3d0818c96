"""Verbs about licenses and their terms."""

from datetime import date, datetime

from django.db import transaction

from entitlements import terms
from entitlements.models import License, Product, Term
from entitlements.operations.changing import locked_account, locked_license, record, require
from entitlements.permissions import entitlements_refusal
from entitlements.plans import Plan
from portal.accounts.models import Account, User
from portal.errors import DomainError, FieldRefused


def add_license(account: Account, product: Product, *, actor: User, now: datetime) -> License:
    """Give an account the right to a product; terms are added to it.

    Raises NotAllowed "not_for_your_role"; FieldRefused "license_exists".
    """
    require(entitlements_refusal(actor))
    with transaction.atomic():
        locked = locked_account(account.pk)
        if locked.licenses.filter(product=product).exists():
            raise FieldRefused("license_exists", "product", product=product.name)
        license_ = License.objects.create(account=locked, product=product, added_at=now)
        detail = {"after": {"product": product.code}}
        record("license_added", locked, actor=actor, now=now, detail=detail, license_=license_)
    return license_


def add_term(
    license_: License, plan: Plan, *, first_on: date, last_on: date, actor: User, now: datetime
) -> Term:
    """Add a term, both days included; it may begin in the past. A term is never changed afterwards.

    Raises NotAllowed "not_for_your_role"; FieldRefused "term_ends_before_it_begins" or
    "term_outside_calendar"; DomainError "terms_overlap" with the days of the other term.
    """
    require(entitlements_refusal(actor))
    check_days(first_on, last_on)
    with transaction.atomic():
        account = locked_account(license_.account_id)
        locked = locked_license(license_.pk)
        if other := terms.overlapping(locked.terms.all(), first_on, last_on):
            raise DomainError("terms_overlap", first_on=other.first_on, last_on=other.last_on)
        term = Term.objects.create(license=locked, plan=plan.value, first_on=first_on, last_on=last_on)
        after = {"plan": plan.value, "first_on": first_on.isoformat(), "last_on": last_on.isoformat()}
        record("term_added", account, actor=actor, now=now, detail={"after": after}, license_=locked)
    return term


def check_days(first_on: date, last_on: date) -> None:
    """Refuse days that lie outside the calendar or descend.

    Raises FieldRefused "term_outside_calendar" or "term_ends_before_it_begins".
    """
    earliest, latest = terms.EARLIEST_DAY, terms.LATEST_DAY
    for field, day in (("first_on", first_on), ("last_on", last_on)):
        if not earliest <= day <= latest:
            raise FieldRefused("term_outside_calendar", field, earliest=earliest, latest=latest)
    if last_on < first_on:
        raise FieldRefused("term_ends_before_it_begins", "last_on", first_on=first_on)
