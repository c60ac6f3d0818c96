"""Questions about success teams."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from entitlements.add_ons import AddOn
from entitlements.models import AddOnGrant, License, TeamMember
from entitlements.plans import Plan
from entitlements.queries.licenses import licenses_under, plan_in_force
from entitlements.teams import DECIDERS, TeamRole
from portal.accounts.models import Account, User
from portal.accounts.queries import staff_on_duty


@dataclass(frozen=True, slots=True)
class TeamPlace:
    """A place in the team, and who holds it; nobody may."""

    role: TeamRole
    member: User | None


def team_of(account: Account, now: datetime) -> tuple[TeamPlace, ...]:
    """Name every place of an account's designated team; empty where no license is under Ultimate now.

    The director's place is there while the account holds that add-on. Who may not sign in any more holds
    none. Costs four statements.
    """
    if not licenses_under(Plan.ULTIMATE, now).filter(account=account).exists():
        return ()
    grants = AddOnGrant.objects.in_force(now).filter(account=account)
    has_director = grants.filter(add_on=AddOn.TECHNICAL_ACCOUNT_DIRECTOR).exists()
    holders = {row.role: row.member for row in _held(account.pk)}
    places = (role for role in TeamRole if has_director or role is not TeamRole.TAD)
    return tuple(TeamPlace(role, holders.get(role)) for role in places)


def who_answers(account: Account, now: datetime) -> list[User]:
    """List who gets what people ask their administrator: the administrator, else staff on duty."""
    administrator = account.administrator
    if administrator is not None and administrator.is_active:
        return [administrator]
    return staff_on_duty(account.country.region, now)


def deciding_places(now: datetime) -> QuerySet[TeamMember]:
    """Find the places of TAM and CSM that count: an account has its team while a license is under Ultimate.

    Costs one statement before the query that it is used in.
    """
    designated = licenses_under(Plan.ULTIMATE, now).values("account")
    places = TeamMember.objects.filter(until__isnull=True, member__is_active=True, role__in=DECIDERS)
    return places.filter(account__in=designated)


def deciders_of(account_id: int, now: datetime) -> list[User]:
    """List who decides about an account's requests: its TAM and CSM; empty where nobody does by name."""
    places = deciding_places(now).filter(account=account_id).select_related("member")
    return [row.member for row in places.order_by("pk")]


def accounts_looked_after(user: User) -> QuerySet[TeamMember, Any]:
    """Select the keys of the accounts in whose team a person is, whatever the place."""
    return TeamMember.objects.filter(member=user, until__isnull=True).values("account")


def support_service_manager(license_: License, now: datetime) -> User | None:
    """Find who answers for escalations of a license: under Ultimate the account's SSM (SPEC 2)."""
    if plan_in_force(license_, now) is not Plan.ULTIMATE:
        return None
    place = _held(license_.account_id).filter(role=TeamRole.SSM).first()
    return place.member if place else None


def _held(account_id: int) -> QuerySet[TeamMember]:
    rows = TeamMember.objects.filter(account=account_id, until__isnull=True, member__is_active=True)
    return rows.select_related("member")
