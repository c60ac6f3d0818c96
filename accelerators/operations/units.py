"""Verbs about units of Mentor Sessions and Developer Boost: a ledger never below zero (SPEC 4.1)."""

from datetime import date, datetime

from django.db import transaction

from accelerators.models import EngagementRequest, UnitEntry, UnitGrant
from accelerators.models.units import MOST_UNITS
from accelerators.permissions import has_thing
from accelerators.queries import is_in_units, lots_of, units_used_by
from accelerators.units import Kind, share
from entitlements.add_ons import AddOn
from entitlements.models import License
from entitlements.operations.changing import locked_account, locked_license, record, require
from entitlements.operations.licenses import check_days
from entitlements.permissions import entitlements_refusal
from entitlements.queries import region_zone
from entitlements.terms import local_day, starts_at, term_columns
from portal.accounts.models import User
from portal.errors import DomainError, FieldRefused


def grant_units(
    license_: License,
    add_on: AddOn,
    *,
    units: int,
    first_on: date,
    last_on: date,
    actor: User,
    now: datetime,
) -> UnitGrant:
    """Give a license units for some days, both included; what is left of them at the end lapses.

    Raises NotAllowed "not_for_your_role"; FieldRefused "not_in_units", "units_out_of_range",
    "term_outside_calendar", "term_ends_before_it_begins" or "grant_in_the_past"; DomainError
    "units_without_add_on" where the license has it then neither with its plan or bundle nor by a grant.
    """
    require(entitlements_refusal(actor))
    if not is_in_units(add_on):
        raise FieldRefused("not_in_units", "add_on")
    _check_units(units)
    with transaction.atomic():
        account = locked_account(license_.account_id)
        locked = locked_license(license_.pk)
        zone = region_zone(locked)
        check_term(first_on, last_on, today=local_day(now, zone))
        if not has_thing(locked, add_on, max(starts_at(first_on, zone), now)):
            raise DomainError("units_without_add_on", add_on=add_on)
        term = term_columns(first_on, last_on, zone)
        made = {"granted_at": now, "granted_by": actor, "next_step_at": term["ends_at"]}
        grant = UnitGrant.objects.create(license=locked, add_on=add_on.value, **term, **made)
        UnitEntry.objects.create(grant=grant, kind=Kind.GRANTED, units=units, actor=actor, occurred_at=now)
        after = {
            "add_on": add_on.value,
            "units": units,
            "first_on": first_on.isoformat(),
            "last_on": last_on.isoformat(),
        }
        record("units_granted", account, actor=actor, now=now, detail={"after": after}, license_=locked)
    return grant


def use_units(request: EngagementRequest, units: int | None, *, actor: User, now: datetime) -> None:
    """Use units for a request, those first that lapse first. Called under the license's lock.

    Raises FieldRefused "units_missing" or "units_out_of_range"; DomainError "units_short" with what is left.
    """
    if units is None:
        raise FieldRefused("units_missing", "units")
    _check_units(units)
    lots = lots_of(request.license, request.slug, now)
    taken = share(units, [(lot.grant.pk, lot.left) for lot in lots])
    if taken is None:
        raise DomainError("units_short", add_on=request.slug, left=sum(lot.left for lot in lots))
    UnitEntry.objects.bulk_create(
        UnitEntry(grant_id=key, kind=Kind.USED, units=part, request=request, actor=actor, occurred_at=now)
        for key, part in taken
    )


def return_units(request: EngagementRequest, *, actor: User, now: datetime) -> None:
    """Give back what a request has used; to a grant that is over it comes back only to lapse.

    Called under the license's lock.
    """
    used = units_used_by(request)
    grants = {grant.pk: grant for grant in UnitGrant.objects.filter(pk__in=used)}
    for key, units in sorted(used.items()):
        facts = {"grant": grants[key], "units": units, "occurred_at": now}
        UnitEntry.objects.create(kind=Kind.RETURNED, request=request, actor=actor, **facts)
        if grants[key].next_step_at is None:
            UnitEntry.objects.create(kind=Kind.LAPSED, **facts)


def check_term(first_on: date, last_on: date, *, today: date) -> None:
    """Refuse the days of a grant that make no term, or are over.

    Raises FieldRefused as `entitlements.operations.licenses.check_days`, or "grant_in_the_past".
    """
    check_days(first_on, last_on)
    if last_on < today:
        raise FieldRefused("grant_in_the_past", "last_on")


def _check_units(units: int) -> None:
    if not 0 < units <= MOST_UNITS:
        raise FieldRefused("units_out_of_range", "units", most=MOST_UNITS)
