"""The only answer to "may this person do this to this case now?" (DESIGN 4)."""

from datetime import datetime

from cases.lifecycle import Action, CaseFacts, Refusal, Role, Status, refusal
from cases.models import Case
from entitlements.queries import active_license_ids, term_ended_on
from entitlements.targets import Priority
from portal.accounts.groups import CASE_WORKERS, StaffGroup, staff_groups
from portal.accounts.models import User
from portal.errors import DomainError, NotAllowed


def roles_of(user: User, case: Case) -> frozenset[Role]:
    """This will say what `user` is to `case`; the case must have come through `visible_to(user)`."""
    if user.is_staff:
        # A success manager reads the cases of their accounts, and does nothing to them.
        groups = staff_groups(user)
        agent = {Role.AGENT} if CASE_WORKERS & groups else set()
        return frozenset(agent | ({Role.LEAD} if StaffGroup.LEAD in groups else set()))
    roles = {Role.READER}
    if case.account.administrator_id == user.pk:
        roles.add(Role.ADMINISTRATOR)
    if case.license_id in active_license_ids(user):
        roles.add(Role.CONTACT)
        if user.may_file_cases:
            roles.add(Role.FILER)
        if case.requestor_id == user.pk:
            roles.add(Role.REQUESTOR)
    return frozenset(roles)


def facts_of(case: Case, *, now: datetime) -> CaseFacts:
    """This will gather what the rules ask of a case."""
    period = case.period
    return CaseFacts(
        status=Status(case.status),
        priority=Priority(case.priority),
        response_due_at=case.response_due_at if case.next_response_step_at is not None else None,
        is_owned=case.owner_id is not None,
        is_escalated=case.is_escalated,
        is_acknowledged=case.acknowledged_at is not None,
        is_held=period is not None and any(hold.ended_at is None for hold in period.holds.all()),
        is_extended=period is not None and period.extended_at is not None,
        is_nobodys=case.is_nobodys,
        has_call=case.call_id is not None,
        raised_at=case.raised_at,
        reopen_until=case.reopen_until,
        term_ended_on=term_ended_on(case.license, now),
    )


def refusal_of(action: Action, case: Case, *, roles: frozenset[Role], now: datetime) -> Refusal | None:
    """This will say why `action` is refused now, or None."""
    return refusal(action, facts_of(case, now=now), roles=roles, now=now)


def raise_refusal(refused: Refusal, case: Case | None = None) -> None:
    """This will raise a refusal as the error that pages translate.

    A case in the wrong state tells who did what last, for the page was stale (SPEC 2).

    Raises:
        NotAllowed: the person may never do this.
        DomainError: the case is in no state for it.
    """
    if refused.is_about_role:
        raise NotAllowed(refused.code, **refused.values)
    last = (
        {"last_kind": case.last_event_kind, "last_by": case.last_event_by, "last_at": case.last_event_at}
        if case is not None
        else {}
    )
    raise DomainError(refused.code, **refused.values, **last)
