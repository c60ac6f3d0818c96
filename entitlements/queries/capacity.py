"""How many seats of a license are taken, of how many (SPEC 3.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from entitlements import plans, terms
from entitlements.models import Invitation, License, Seat
from entitlements.plans import Plan
from entitlements.queries.licenses import plan_in_force, region_zone


@dataclass(frozen=True)
class Capacity:
    """How many seats of a license are taken, of how many; `limit` is None while no term is in force.

    An open invitation takes a seat as a contact does (SPEC 3.4).
    """

    contacts: int
    limit: int | None
    invited: int = 0

    @property
    def taken(self) -> int:
        """Contacts and open invitations."""
        return self.contacts + self.invited

    @property
    def over(self) -> int:
        """How many more are taken than the plan allows: after a fall from Ultimate to Expert."""
        return max(self.taken - self.limit, 0) if self.limit is not None else 0

    @property
    def free(self) -> int:
        """How many can still be added."""
        return max(self.limit - self.taken, 0) if self.limit is not None else 0

    @property
    def is_full(self) -> bool:
        """Nobody can be added now."""
        return self.limit is None or self.taken >= self.limit


def capacity_of(license_: License, now: datetime, *, apart_from: str = "") -> Capacity:
    """Count the active seats and open invitations of a license against the plan of the term in force.

    The one rule for pages, admin and verbs; a verb asks it under the license's lock. The invitation of the
    address `apart_from` is not counted: its seat is the one that is asked for.
    """
    plan = plan_in_force(license_, now)
    contacts = license_.seats.filter(removed_at__isnull=True).count()
    invited = Invitation.objects.open_at(now).filter(license=license_).exclude(address=apart_from).count()
    return Capacity(contacts, plans.capacity(plan) if plan else None, invited)


def capacities_of(licenses: Iterable[License], now: datetime) -> dict[int, Capacity]:
    """Answer `capacity_of` for licenses loaded by `licenses_of`, in two statements for however many."""
    every = list(licenses)
    keys = [license_.pk for license_ in every]
    seats = _counted(Seat.objects.active().filter(license__in=keys))
    invited = _counted(Invitation.objects.open_at(now).filter(license__in=keys))
    found = {}
    for license_ in every:
        term = terms.in_force(license_.terms.all(), now, region_zone(license_))
        limit = plans.capacity(Plan(term.plan)) if term else None
        found[license_.pk] = Capacity(seats.get(license_.pk, 0), limit, invited.get(license_.pk, 0))
    return found


def _counted(rows: QuerySet[Any]) -> dict[int, int]:
    return dict(rows.order_by().values_list("license_id").annotate(rows=Count("pk")))
