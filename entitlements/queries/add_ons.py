"""Questions about add-ons that are held (SPEC 4.1)."""

from datetime import datetime

from django.db.models import Q

from entitlements.add_ons import AddOn
from entitlements.models import AddOnGrant, License
from entitlements.plans import Plan
from entitlements.queries.licenses import licenses_under
from portal.accounts.models import User


def add_ons_of(user: User, now: datetime) -> list[AddOnGrant]:
    """List the add-ons that a person's account and its licenses hold now or will, by their beginning."""
    rows = AddOnGrant.objects.visible_to(user).filter(account=user.account_id, ends_at__gt=now)
    return list(rows.select_related("license__product").order_by("begins_at", "pk"))


def add_ons_held(license_: License, at: datetime) -> dict[AddOn, AddOnGrant]:
    """Find the add-ons that a license or its account holds at an instant, with the grant of each."""
    holders = Q(license=license_) | Q(account=license_.account_id, license__isnull=True)
    return {AddOn(grant.add_on): grant for grant in AddOnGrant.objects.in_force(at).filter(holders)}


def is_worked_first(license_path: str, now: datetime) -> Q:
    """Say in a query whose cases are worked first within a priority: the Priority Queue Bundle's.

    Ultimate licenses count as holding it (SPEC 4.1). It asks for the state at `now`, never at filing. Costs
    one statement before the query that it is used in.
    """
    # Lists rather than a question for each case: the database looks them up in memory.
    bundles = AddOnGrant.objects.in_force(now).filter(
        license__isnull=False, add_on=AddOn.PRIORITY_QUEUE_BUNDLE
    )
    ultimate = licenses_under(Plan.ULTIMATE, now)
    return Q(**{f"{license_path}__in": bundles.values("license")}) | Q(
        **{f"{license_path}__in": ultimate.values("pk")}
    )
