"""Whom a dated row affects: asked before it is saved."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Q

from entitlements import plans, terms
from entitlements.models import License, Term
from entitlements.plans import Plan
from entitlements.queries.capacity import capacity_of
from entitlements.queries.licenses import region_zone, today_by_region
from entitlements.queries.promises import service_under
from entitlements.queries.seats import contacts_of
from entitlements.targets import Service
from portal.accounts.models import Account, Region


def accounts_in_region(region: Region) -> list[str]:
    """List the names of the accounts that a region serves."""
    return list(
        Account.objects.filter(country__region=region).order_by("name").values_list("name", flat=True)
    )


def accounts_under(service: Service, at: datetime) -> list[str]:
    """List the names of the accounts with a license under a service at an instant or later.

    Terms that begin later count, for what begins at the instant governs them too; days are the region's.
    """
    goes_on = Q()
    for region, today in today_by_region(at):
        goes_on |= Q(license__account__country__region=region, last_on__gte=today)
    under = {
        term.license.account.name
        for term in Term.objects.filter(goes_on).select_related("license__account", "license__product")
        if service_under(term.license, term) is service
    }
    return sorted(under)


@dataclass(frozen=True, slots=True)
class PlanAffects:
    """Whom a plan affects that a license gets: its account, its contacts, how many of them are too many."""

    account: str
    product: str
    contacts: tuple[str, ...]
    capacity: int
    over: int


def affected_by_plan(license_: License, plan: Plan, *, last_on: date, now: datetime) -> PlanAffects:
    """Tell whom a plan affects that a license has until a day; a term that is over leaves nobody too many."""
    capacity = replace(capacity_of(license_, now), limit=plans.capacity(plan))
    is_over = last_on < terms.local_day(now, region_zone(license_))
    return PlanAffects(
        account=license_.account.name,
        product=license_.product.name,
        contacts=tuple(str(person) for person in contacts_of(license_.pk)),
        capacity=plans.capacity(plan),
        over=0 if is_over else capacity.over,
    )
