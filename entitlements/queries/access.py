"""Remote access that customers have granted to support (SPEC 3.3)."""

from datetime import datetime

from entitlements.models import AccessGrant
from portal.accounts.models import User

_MOST_ENDED = 20


def grants_of(user: User, now: datetime) -> tuple[list[AccessGrant], list[AccessGrant]]:
    """List the grants of a person's account: those in force by their end, and the last that have ended."""
    rows = AccessGrant.objects.visible_to(user).select_related("license__product", "granted_by")
    in_force = rows.in_force(now)
    over = rows.exclude(pk__in=in_force.values("pk")).order_by("-granted_at", "-pk")
    return list(in_force.order_by("until", "pk")), list(over[:_MOST_ENDED])


def access_in_force(license_id: int, now: datetime) -> list[AccessGrant]:
    """List the grants of a license that are in force, the one that ends first on top; one statement."""
    return list(AccessGrant.objects.in_force(now).filter(license=license_id).order_by("until", "pk"))
