"""Licenses with their terms: which is in force, who has one, where each stands."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from entitlements import terms
from entitlements.languages import CaseLanguage, is_supported
from entitlements.models import License, Product, Term
from entitlements.plans import Plan
from entitlements.queries.seats import active_license_ids
from portal.accounts.models import Account, Region, User


def region_zone(license_: License) -> ZoneInfo:
    """Find the zone that a license's terms count in: its account's region's.

    No statement of its own where the license was loaded `for_display()`.
    """
    return ZoneInfo(license_.account.country.region.time_zone)


def term_in_force(license_: License, now: datetime) -> Term | None:
    """Find the term that `now` falls into; None before the first, in a gap, and after the last."""
    today = terms.local_day(now, region_zone(license_))
    return license_.terms.filter(first_on__lte=today, last_on__gte=today).first()


def plan_in_force(license_: License, now: datetime) -> Plan | None:
    """Find the success plan of the term in force, if there is one."""
    term = term_in_force(license_, now)
    return Plan(term.plan) if term else None


def term_ended_on(license_: License, now: datetime) -> date | None:
    """Find the last day of the last term once that has ended; None while a term runs or is to come.

    No statement of its own where the terms were prefetched.
    """
    last = max((term.last_on for term in license_.terms.all()), default=None)
    if last is None or last >= terms.local_day(now, region_zone(license_)):
        return None
    return last


def has_term_left(account: Account, now: datetime) -> bool:
    """Tell whether any license of an account has a term in force or to come."""
    today = terms.local_day(now, ZoneInfo(account.country.region.time_zone))
    return Term.objects.filter(license__account=account, last_on__gte=today).exists()


def today_by_region(now: datetime) -> list[tuple[Region, date]]:
    """Say which day it is in each region: terms begin and end by it. Costs one statement."""
    regions = Region.objects.order_by("pk")
    return [(region, terms.local_day(now, ZoneInfo(region.time_zone))) for region in regions]


def licenses_under(plan: Plan, now: datetime) -> QuerySet[License]:
    """Find the licenses whose term in force is of a plan; a term's days are those of its account's region."""
    at = Q()
    for region, today in today_by_region(now):
        at |= Q(license__account__country__region=region, first_on__lte=today, last_on__gte=today)
    return License.objects.filter(pk__in=Term.objects.filter(at, plan=plan).values("license_id"))


def licenses_of(user: User) -> list[License]:
    """List the licenses of a person's account, with their terms loaded, in the order of the products."""
    return list(
        License.objects.visible_to(user)
        .filter(account__people=user)
        .for_display()
        .prefetch_related("terms")
        .order_by("product__position", "pk")
    )


class HoldingState(StrEnum):
    """Where a license stands: its term in force, else the next one, else the last, else none."""

    IN_FORCE = "in_force"
    COMING = "coming"
    ENDED = "ended"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Holding:
    """A license of a person's account, with the term that says where it stands, and the one after it."""

    license: License
    term: Term | None
    state: HoldingState
    is_contact: bool
    following: Term | None = None


def products_without(language: CaseLanguage) -> list[str]:
    """Name the products whose cases are not supported in a language, in the order of the alphabet."""
    products = Product.objects.order_by("name", "pk")
    return [product.name for product in products if not is_supported(language, family=product.family)]


def holdings_of(user: User, now: datetime) -> list[Holding]:
    """List what a person's account has, in the order of the products; costs three statements."""
    return [_holding(license_, user, now) for license_ in licenses_of(user)]


def _holding(license_: License, user: User, now: datetime) -> Holding:
    every, zone = list(license_.terms.all()), region_zone(license_)
    today = terms.local_day(now, zone)
    found = (
        (terms.in_force(every, now, zone), HoldingState.IN_FORCE),
        (terms.next_after(every, today), HoldingState.COMING),
        (terms.last_before(every, today), HoldingState.ENDED),
    )
    term, state = next((pair for pair in found if pair[0]), (None, HoldingState.NONE))
    following = terms.next_after(every, term.last_on) if term else None
    return Holding(license_, term, state, license_.pk in active_license_ids(user), following)
