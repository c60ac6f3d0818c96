"""Calls that the customer asks for: requested, cancelled, or given up by support (SPEC 2).

A call is made when staff log the contact by phone.
"""

from datetime import datetime

from cases.calls import CallOutcome, Slot
from cases.lifecycle import Action
from cases.models import CallRequest, Case
from cases.operations.changing import changing, end_call
from cases.queries import slots_for
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.errors import FieldRefused


def request_call(
    case: Case, *, phone: str, starts_at: datetime | None, actor: User, now: datetime
) -> CallRequest:
    """This will ask support to call: P1 as soon as possible, P2 and P3 in the slot beginning at `starts_at`.

    Raises FieldRefused "slot_missing" or "slot_not_offered".
    """
    with changing(case, Action.REQUEST_CALL, actor=actor, now=now) as change:
        slot = None if change.case.priority == Priority.P1 else _slot(change.case, starts_at, now)
        call = CallRequest.objects.create(
            case=change.case,
            requested_by=actor,
            requested_at=now,
            phone=phone,
            starts_at=slot.starts_at if slot else now,
            ends_at=slot.ends_at if slot else None,
        )
        change.case.call = call
        event = change.record("call_requested", {"call": call.pk})
        change.tell_staff("call_requested", event, call_at=call.starts_at.isoformat())
    return call


def _slot(case: Case, starts_at: datetime | None, now: datetime) -> Slot:
    if starts_at is None:
        raise FieldRefused("slot_missing", field="starts_at")
    for slot in slots_for(case, now):
        if slot.starts_at == starts_at:
            return slot
    raise FieldRefused("slot_not_offered", field="starts_at")


def cancel_call(case: Case, *, actor: User, now: datetime) -> Case:
    """This will take the customer's wish for a call back."""
    with changing(case, Action.CANCEL_CALL, actor=actor, now=now) as change:
        call_id = change.case.call_id
        end_call(change.case, CallOutcome.CANCELLED, now=now)
        event = change.record("call_cancelled", {"call": call_id})
        change.tell_staff("call_cancelled", event)
    return change.case


def decline_call(case: Case, *, reason: str, actor: User, now: datetime) -> Case:
    """This will give a call up for support, with a reason that the customer is told."""
    with changing(case, Action.DECLINE_CALL, actor=actor, now=now) as change:
        call_id = change.case.call_id
        end_call(change.case, CallOutcome.DECLINED, now=now)
        event = change.record("call_declined", {"call": call_id, "reason": reason})
        change.tell_customer("call_declined", event, reason=reason)
    return change.case
