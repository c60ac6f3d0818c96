"""Questions about licenses, their terms and seats."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from entitlements import plans, terms
from entitlements.models import Invitation, License, Seat, Term
from entitlements.plans import Plan
from portal.accounts.models import User

_CACHE = "_active_license_ids"


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


def active_license_ids(user: Any) -> frozenset[int]:
    """Tell the licenses on which a person has a seat; read once per user object.

    Who may not sign in has none, nor has anybody anonymous.
    """
    if not (getattr(user, "is_active", False) and getattr(user, "account_id", None)):
        return frozenset()
    cached: frozenset[int] | None = getattr(user, _CACHE, None)
    if cached is None:
        cached = frozenset(Seat.objects.active().filter(user=user).values_list("license_id", flat=True))
        setattr(user, _CACHE, cached)
    return cached


def forget_seats(user: User) -> None:
    """Let the next question about a person's seats be asked of the database again."""
    if hasattr(user, _CACHE):
        delattr(user, _CACHE)


def has_seat(user: User, license_id: int) -> bool:
    """Tell whether a person is an active named contact of a license."""
    return license_id in active_license_ids(user)


def contacts_of(license_id: int) -> QuerySet[User]:
    """Find the active named contacts of a license, ordered by name."""
    seats = Seat.objects.active().filter(license_id=license_id)
    return User.objects.filter(is_active=True, pk__in=seats.values("user_id")).order_by("name", "email", "pk")


def licenses_of(user: User) -> list[License]:
    """List the licenses of a person's account, with their terms loaded, in the order of the products."""
    return list(
        License.objects.visible_to(user)
        .filter(account__people=user)
        .for_display()
        .prefetch_related("terms")
        .order_by("product__position", "pk")
    )


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


def has_other_seat(user_id: int, *, than: Seat) -> bool:
    """Tell whether a person has an active seat besides this one."""
    return Seat.objects.active().filter(~Q(pk=than.pk), user_id=user_id).exists()
