"""What staff do with a case beside writing: take it up, pass it on, resume it, or leave."""

from datetime import datetime

from django.db import transaction

from cases.lifecycle import OPEN, WAITING, Action, Status
from cases.models import Case
from cases.operations.changing import changing, finish_period, lock_cases, record_event
from portal.accounts.groups import works_cases
from portal.accounts.models import User
from portal.errors import FieldRefused


def claim_case(case: Case, *, actor: User, now: datetime) -> Case:
    """This will make the acting engineer the owner of a case that nobody owns."""
    with changing(case, Action.CLAIM, actor=actor, now=now) as change:
        change.move()
        change.own()
        change.record("claimed", {"owner": actor.pk})
    return change.case


def assign_case(case: Case, *, owner: User, actor: User, now: datetime) -> Case:
    """This will give the case to another engineer; for leads."""
    with changing(case, Action.ASSIGN, actor=actor, now=now, owner=owner) as change:
        if not works_cases(owner):
            raise FieldRefused("not_assignable", field="owner")
        before = change.case.owner_id
        change.move()
        change.case.owner = owner
        change.record("assigned", {"before": before, "owner": owner.pk})
    return change.case


def hand_to_engineering(case: Case, *, actor: User, now: datetime) -> Case:
    """This will pass the case to product engineering; it is no response."""
    with changing(case, Action.HAND_TO_ENGINEERING, actor=actor, now=now) as change:
        change.move()
        change.record("handed_to_engineering")
    return change.case


def take_back(case: Case, *, actor: User, now: datetime) -> Case:
    """This will take the case back from product engineering."""
    with changing(case, Action.TAKE_BACK, actor=actor, now=now) as change:
        change.move()
        change.record("taken_back")
    return change.case


def resume_case(case: Case, *, reason: str, actor: User, now: datetime) -> Case:
    """This will end a waiting period that was set by mistake or answered elsewhere."""
    with changing(case, Action.RESUME, actor=actor, now=now) as change:
        finish_period(change.case, now=now)
        change.move()
        change.record("resumed", {"reason": reason})
    return change.case


def release_cases_of(leaver: User, *, actor: User, now: datetime) -> int:
    """This will free the open cases of staff who leave: Awaiting Assignment, or waiting as they were."""
    with transaction.atomic():
        cases = lock_cases(Case.objects.filter(owner=leaver, status__in=OPEN).order_by("pk"))
        for case in cases:
            before = case.state()
            case.owner = None
            if case.status not in WAITING:
                case.status = Status.AWAITING_ASSIGNMENT
            detail = {"before": leaver.pk, "status_before": before["status"], "status": str(case.status)}
            record_event(case, "owner_left", actor=actor, now=now, before=before, detail=detail)
        return len(cases)


class StaffCases:
    """Tells accounts what to do with the cases of staff whose sign-in ends."""

    def release(self, staff: User, *, actor: User, now: datetime) -> None:
        """This will free the open cases that they own."""
        release_cases_of(staff, actor=actor, now=now)
