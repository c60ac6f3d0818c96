"""Seats: on which licenses a person is a named contact, and who is one."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from entitlements.models import Seat
from portal.accounts.models import User

_CACHE = "_active_license_ids"


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
    return _holders(Seat.objects.active().filter(license_id=license_id))


def contacts_of_account(account_id: int) -> QuerySet[User]:
    """Find the active named contacts of an account, of whichever product, ordered by name."""
    return _holders(Seat.objects.active().filter(license__account_id=account_id))


def _holders(seats: QuerySet[Seat]) -> QuerySet[User]:
    return User.objects.filter(is_active=True, pk__in=seats.values("user_id")).order_by("name", "email", "pk")


def contacts_by_license(license_ids: Iterable[int]) -> dict[int, list[int]]:
    """Find the keys of the active named contacts of many licenses, in one statement."""
    seats = Seat.objects.active().filter(license_id__in=list(license_ids), user__is_active=True)
    found: dict[int, list[int]] = {}
    for license_id, user_id in seats.order_by("user_id").values_list("license_id", "user_id"):
        found.setdefault(license_id, []).append(user_id)
    return found


def has_other_seat(user_id: int, *, than: Seat) -> bool:
    """Tell whether a person has an active seat besides this one."""
    return Seat.objects.active().filter(~Q(pk=than.pk), user_id=user_id).exists()
