"""Verbs about an account's success team (SPEC 3.1, 4.7)."""

from datetime import datetime

from django.db import transaction

from entitlements.models import TeamMember
from entitlements.operations.changing import locked_account, record, require
from entitlements.permissions import entitlements_refusal
from entitlements.teams import TeamRole
from portal.accounts.groups import staff_groups
from portal.accounts.models import Account, User
from portal.errors import DomainError, FieldRefused


def appoint_to_team(
    account: Account, role: TeamRole, member: User, *, actor: User, now: datetime
) -> TeamMember:
    """Give a place in the account's team to somebody of staff; who held it leaves it at the same instant.

    Pages show the team while a license of the account is under the Ultimate Success Plan. Raises NotAllowed
    "not_for_your_role"; FieldRefused "not_of_staff" or "already_in_the_team".
    """
    require(entitlements_refusal(actor))
    with transaction.atomic():
        locked = locked_account(account.pk)
        if not staff_groups(member):
            raise FieldRefused("not_of_staff", "member")
        before = TeamMember.objects.filter(account=locked, role=role, until__isnull=True).first()
        if before is not None and before.member_id == member.pk:
            raise FieldRefused("already_in_the_team", "member")
        if before is not None:
            _end(before, now)
        after = TeamMember.objects.create(account=locked, role=role, member=member, since=now)
        held = before.member_id if before else None
        detail = {"role": str(role), "before": held, "after": member.pk}
        record("team_appointed", locked, actor=actor, now=now, detail=detail)
    return after


def leave_team(place: TeamMember, *, actor: User, now: datetime) -> TeamMember:
    """Let somebody leave a place in the team; nobody holds it then.

    Raises NotAllowed "not_for_your_role"; DomainError "left_the_team".
    """
    require(entitlements_refusal(actor))
    with transaction.atomic():
        account = locked_account(place.account_id)
        current = TeamMember.objects.get(pk=place.pk)
        if current.until is not None:
            raise DomainError("left_the_team")
        _end(current, now)
        detail = {"role": current.role, "before": current.member_id, "after": None}
        record("team_left", account, actor=actor, now=now, detail=detail)
    return current


def _end(place: TeamMember, now: datetime) -> None:
    # Never before it began, on a clock set back.
    place.until = max(place.since, now)
    place.save(update_fields=["until"])
