"""Questions about success teams."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from entitlements.models import License, TeamMember
from entitlements.plans import Plan
from entitlements.queries.licenses import licenses_under, plan_in_force
from entitlements.teams import TeamRole
from portal.accounts.models import Account, User


@dataclass(frozen=True, slots=True)
class TeamPlace:
    """A place in the team, and who holds it; nobody may."""

    role: TeamRole
    member: User | None


def team_of(account: Account, now: datetime) -> tuple[TeamPlace, ...]:
    """Name every place of an account's designated team; empty where no license is under Ultimate now.

    Who may not sign in any more holds none. Costs three statements.
    """
    if not licenses_under(Plan.ULTIMATE, now).filter(account=account).exists():
        return ()
    holders = {row.role: row.member for row in _held(account.pk)}
    return tuple(TeamPlace(role, holders.get(role)) for role in TeamRole)


def support_service_manager(license_: License, now: datetime) -> User | None:
    """Find who answers for escalations of a license: under Ultimate the account's SSM (SPEC 2)."""
    if plan_in_force(license_, now) is not Plan.ULTIMATE:
        return None
    place = _held(license_.account_id).filter(role=TeamRole.SSM).first()
    return place.member if place else None


def _held(account_id: int) -> QuerySet[TeamMember]:
    rows = TeamMember.objects.filter(account=account_id, until__isnull=True, member__is_active=True)
    return rows.select_related("member")
