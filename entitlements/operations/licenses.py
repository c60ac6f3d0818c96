"""Verbs about licenses and their terms."""

from datetime import date, datetime, timedelta

from django.db import transaction

from entitlements import terms
from entitlements.models import License, Product, Term
from entitlements.operations.changing import locked_account, locked_license, record, require
from entitlements.permissions import entitlements_refusal
from entitlements.plans import Plan
from entitlements.queries import region_zone
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
    """Add a term, both days included; it may begin in the past. `change_plan` and `end_term` cut it later.

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
        detail = {"after": _facts(term)}
        record("term_added", account, actor=actor, now=now, detail=detail, license_=locked)
    return term


def change_plan(license_: License, plan: Plan, *, from_day: date, actor: User, now: datetime) -> Term:
    """Let another plan hold from a day to come until the end of the term that holds the day; gives its term.

    That term ends the day before, and a new one goes on to the old last day; a term that begins on the day
    itself has no day before it, and takes the plan. Cases filed before keep what they were promised. Raises
    NotAllowed "not_for_your_role"; FieldRefused "term_change_past" with the earliest day,
    "no_term_on_day" or "plan_unchanged".
    """
    require(entitlements_refusal(actor))
    with transaction.atomic():
        account = locked_account(license_.account_id)
        locked = locked_license(license_.pk)
        term = _term_to_change(locked, from_day, now)
        if term.plan == plan:
            raise FieldRefused("plan_unchanged", "plan", plan=plan, day=from_day)
        before, last_on = _facts(term), term.last_on
        if term.first_on == from_day:
            term.plan = plan.value
            term.save(update_fields=["plan"])
        else:
            # The old one first: a license has at most one term that ends on a day.
            _cut(term, from_day)
            term = Term.objects.create(license=locked, plan=plan.value, first_on=from_day, last_on=last_on)
        detail = {"before": before, "after": _facts(term)}
        record("plan_changed", account, actor=actor, now=now, detail=detail, license_=locked)
    return term


def end_term(license_: License, *, from_day: date, actor: User, now: datetime) -> Term:
    """Let the term that holds a day to come end the day before it; gives the term.

    So a last day that was mistyped is mended, and later terms find room. Seats, grants and cases stay as
    they do at the end of every term, and cases filed before keep what they were promised. Raises NotAllowed
    "not_for_your_role"; FieldRefused "term_change_past" with the earliest day, "no_term_on_day" or
    "term_without_days" where the term begins on the day itself.
    """
    require(entitlements_refusal(actor))
    with transaction.atomic():
        account = locked_account(license_.account_id)
        locked = locked_license(license_.pk)
        term = _term_to_change(locked, from_day, now)
        if term.first_on == from_day:
            raise FieldRefused("term_without_days", "from_day", day=from_day)
        before = _facts(term)
        _cut(term, from_day)
        detail = {"before": before, "after": _facts(term)}
        record("term_ended_sooner", account, actor=actor, now=now, detail=detail, license_=locked)
    return term


def _cut(term: Term, from_day: date) -> None:
    term.last_on = from_day - timedelta(days=1)
    term.save(update_fields=["last_on"])


def _term_to_change(license_: License, from_day: date, now: datetime) -> Term:
    today = terms.local_day(now, region_zone(license_))
    if from_day <= today:
        raise FieldRefused("term_change_past", "from_day", earliest=today + timedelta(days=1))
    term = terms.on_day(license_.terms.all(), from_day)
    if term is None:
        raise FieldRefused("no_term_on_day", "from_day", product=license_.product.name, day=from_day)
    return term


def _facts(term: Term) -> dict[str, str]:
    return {
        "plan": Plan(term.plan).value,
        "first_on": term.first_on.isoformat(),
        "last_on": term.last_on.isoformat(),
    }


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
