"""Follow-up policies: dated rows that begin in the future when made (SPEC 2.1)."""

from datetime import datetime

from django.db import IntegrityError, transaction

from cases.follow_up import PUBLISHED, CatchUp, policy_refusal
from cases.models import FollowUpPolicy
from portal.accounts.groups import StaffGroup, staff_groups
from portal.accounts.models import User
from portal.errors import DomainError, FieldRefused, NotAllowed

# The published policy is in force from before any case.
_FROM_THE_START = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def add_policy(
    *,
    in_force_from: datetime,
    reminder_hours: list[int],
    closure_hours: int,
    reopening_hours: int,
    catch_up: CatchUp,
    actor: User,
    now: datetime,
) -> FollowUpPolicy:
    """This will add a policy for the waiting periods that begin at or after its instant.

    Raises:
        NotAllowed: not a lead.
        FieldRefused: it begins in the past, or its hours do not ascend.
    """
    if StaffGroup.LEAD not in staff_groups(actor):
        raise NotAllowed("leads_only")
    if in_force_from <= now:
        raise FieldRefused("policy_in_the_past", field="in_force_from")
    policy = FollowUpPolicy(
        in_force_from=in_force_from,
        reminder_hours=reminder_hours,
        closure_hours=closure_hours,
        reopening_hours=reopening_hours,
        catch_up=catch_up,
        made_by=actor,
    )
    if code := policy_refusal(policy.rules()):
        raise DomainError(code)
    try:
        with transaction.atomic():
            policy.save()
    except IntegrityError as error:
        raise FieldRefused("policy_taken", field="in_force_from") from error
    return policy


def load_reference_rows() -> None:
    """This will make the published policy where there is none (after migrating)."""
    if not FollowUpPolicy.objects.exists():
        FollowUpPolicy.objects.create(
            in_force_from=_FROM_THE_START,
            reminder_hours=[int(after.total_seconds() // 3600) for after in PUBLISHED.reminders_after],
            closure_hours=int(PUBLISHED.closes_after.total_seconds() // 3600),
            reopening_hours=int(PUBLISHED.reopen_within.total_seconds() // 3600),
            catch_up=PUBLISHED.catch_up,
        )
