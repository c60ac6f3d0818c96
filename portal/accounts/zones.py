"""Whose clock a person reads: their own zone, else the account's, else the region's, else UTC (SPEC 1)."""

from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.errors import FieldRefused

UTC_ZONE = ZoneInfo("UTC")


class _Region(Protocol):
    @property
    def time_zone(self) -> str: ...


class _Country(Protocol):
    @property
    def region(self) -> _Region: ...


class _Account(Protocol):
    @property
    def time_zone(self) -> str: ...
    @property
    def country(self) -> _Country: ...


class _Person(Protocol):
    @property
    def time_zone(self) -> str: ...
    @property
    def account(self) -> _Account | None: ...


@cache
def _known_zones() -> frozenset[str]:
    # Asking reads hundreds of files.
    return frozenset(available_timezones())


@cache
def zone_names() -> tuple[str, ...]:
    """List the zones that a person can choose, sorted by name."""
    return tuple(sorted(name for name in _known_zones() if "/" in name or name == "UTC"))


def validate_zone(name: str) -> None:
    """Refuse a time zone that this machine does not know."""
    if name not in _known_zones():
        raise ValidationError(_("This is not a known time zone."), code="unknown_zone")


def require_zone(name: str, field: str) -> None:
    """Refuse beside a field a time zone that this machine does not know; empty is none.

    Raises FieldRefused "unknown_zone".
    """
    try:
        if name:
            validate_zone(name)
    except ValidationError as error:
        raise FieldRefused("unknown_zone", field) from error


def viewer_zone(user: object) -> ZoneInfo:
    """Find the zone in which a person reads instants.

    Reads account, country and region only where the person has chosen no zone; load them with
    `select_related("account__country__region")` where many people are asked for.
    """
    if not getattr(user, "is_authenticated", False):
        return UTC_ZONE
    person: _Person = user  # type: ignore[assignment]  # signed in, so a User
    if person.time_zone:
        return ZoneInfo(person.time_zone)
    if person.account is None:
        return UTC_ZONE
    return account_zone(person.account)


def account_zone(account: _Account) -> ZoneInfo:
    """Find the zone of an account: its own, else its region's."""
    return ZoneInfo(account.time_zone or account.country.region.time_zone)
