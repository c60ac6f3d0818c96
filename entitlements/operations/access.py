"""Verbs about remote access: granted by the customer, ended by them or by its date (SPEC 3.3)."""

from datetime import date, datetime, timedelta

from django.db import transaction

from entitlements.models import AccessGrant, License
from entitlements.models.access import ENVIRONMENT_LENGTH, SCOPE_LENGTH
from entitlements.operations.changing import locked_account, locked_license, record, require
from entitlements.permissions import access_refusal
from entitlements.queries import forget_seats
from entitlements.terms import ends_at, local_day
from portal.accounts.models import User
from portal.accounts.zones import account_zone
from portal.errors import DomainError, FieldRefused

# SPEC 3.3: an expiry at most 90 days ahead.
LONGEST_DAYS = 90


def grant_access(
    license_: License, environment: str, *, scope: str, last_on: date, actor: User, now: datetime
) -> AccessGrant:
    """Let support into an environment until the end of a day in the account's zone.

    Raises NotAllowed "not_for_access"; FieldRefused "environment_missing", "scope_missing", "too_long",
    "nul", "access_in_the_past" or "access_too_long" with the most days.
    """
    environment, scope = " ".join(environment.split()), " ".join(scope.split())
    if not environment:
        raise FieldRefused("environment_missing", "environment")
    if not scope:
        raise FieldRefused("scope_missing", "scope")
    _check_text(environment, "environment", most=ENVIRONMENT_LENGTH)
    _check_text(scope, "scope", most=SCOPE_LENGTH)
    with transaction.atomic():
        account = locked_account(license_.account_id)
        locked = locked_license(license_.pk)
        forget_seats(actor)
        require(access_refusal(actor, locked))
        zone = account_zone(account)
        today = local_day(now, zone)
        if last_on < today:
            raise FieldRefused("access_in_the_past", "last_on")
        if last_on > today + timedelta(days=LONGEST_DAYS):
            raise FieldRefused("access_too_long", "last_on", most=LONGEST_DAYS)
        grant = AccessGrant.objects.create(
            license=locked,
            environment=environment,
            scope=scope,
            granted_by=actor,
            granted_at=now,
            until=ends_at(last_on, zone),
        )
        after = {"environment": environment, "scope": scope, "last_on": last_on.isoformat()}
        record("access_granted", account, actor=actor, now=now, detail={"after": after}, license_=locked)
    return grant


def revoke_access(grant: AccessGrant, *, actor: User, now: datetime) -> AccessGrant:
    """End a grant before its date.

    Raises NotAllowed "not_for_access"; DomainError "access_is_over".
    """
    with transaction.atomic():
        license_ = locked_license(grant.license_id)
        forget_seats(actor)
        require(access_refusal(actor, license_))
        current = AccessGrant.objects.get(pk=grant.pk)
        if not current.is_in_force(now):
            raise DomainError("access_is_over")
        current.revoked_at, current.revoked_by = now, actor
        current.save(update_fields=["revoked_at", "revoked_by"])
        before = {"environment": current.environment, "scope": current.scope}
        record(
            "access_revoked",
            license_.account,
            actor=actor,
            now=now,
            detail={"before": before},
            license_=license_,
        )
    return current


def _check_text(text: str, field: str, *, most: int) -> None:
    if "\x00" in text:
        raise FieldRefused("nul", field)
    if len(text) > most:
        raise FieldRefused("too_long", field, most=most)
