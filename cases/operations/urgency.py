"""Priority and escalation."""

from datetime import datetime

from cases.lifecycle import Action, EscalationReason, priority_refusal
from cases.models import Case, CaseEvent, Message
from cases.operations.changing import Change, changing
from cases.operations.response_targets import renew_target, target_stated
from cases.permissions import raise_refusal
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.errors import FieldRefused


def escalate_case(case: Case, *, reason: EscalationReason, text: str, actor: User, now: datetime) -> Case:
    """This will flag the case for a lead until it is closed; once per opening, never undone."""
    with changing(case, Action.ESCALATE, actor=actor, now=now) as change:
        change.case.escalated_at = now
        change.case.escalation_reason = reason
        change.case.acknowledged_at = None
        message = change.write(text, Message.Purpose.REPLY)
        event = change.record("escalated", {"reason": str(reason), "message": message.pk})
        change.tell_staff("escalated", event, reason=str(reason))
    return change.case


def acknowledge_escalation(case: Case, *, text: str, actor: User, now: datetime) -> Message:
    """This will tell the customer that staff have seen the escalation."""
    with changing(case, Action.ACKNOWLEDGE, actor=actor, now=now) as change:
        change.case.acknowledged_at = now
        message = change.write(text, Message.Purpose.ANSWER)
        change.respond()
        event = change.record("acknowledged", {"message": message.pk})
        change.tell_customer("answered", event, message=message.pk)
    return message


def raise_urgency(case: Case, *, justification: str, actor: User, now: datetime) -> Case:
    """This will raise P4 to P3, or P3 to P2, for the customer; once in 24 h."""
    with changing(case, Action.RAISE_URGENCY, actor=actor, now=now) as change:
        change.case.raised_at = now
        before = Priority(change.case.priority)
        change.case.priority = Priority(before - 1)
        renew_target(change.case, was=before, now=now)
        event = change.record(
            "urgency_raised",
            {"before": int(before), "after": int(change.case.priority), "reason": justification},
        )
        _tell_of_priority(change, event, before)
        change.tell_staff("urgency_raised", event, reason=justification)
    return change.case


def lower_priority(case: Case, *, priority: Priority, actor: User, now: datetime) -> Case:
    """This will lower P1 or P2 because critical information was not obtained from the named contacts."""
    with changing(case, Action.LOWER_PRIORITY, actor=actor, now=now) as change:
        if priority <= change.case.priority:
            raise FieldRefused("same_priority", field="priority", priority=change.case.priority)
        _set_priority(change, "priority_lowered", priority, reason="missing_information")
    return change.case


def change_priority(
    case: Case,
    *,
    priority: Priority,
    reason: str,
    actor: User,
    now: datetime,
    customers_words: str = "",
    phone: str = "",
    impact: str = "",
    is_reachable: bool = False,
) -> Case:
    """This will set any priority with a reason.

    P1 and P2 are lowered this way only with the customer's request quoted; P1 needs phone, impact and the
    commitment to be reachable.
    """
    with changing(case, Action.CHANGE_PRIORITY, actor=actor, now=now) as change:
        refused = priority_refusal(
            Priority(change.case.priority), priority, is_customers_wish=bool(customers_words)
        )
        if refused:
            raise_refusal(refused)
        phone, impact = phone or change.case.phone, impact or change.case.impact
        if priority is Priority.P1 and not (phone and impact and is_reachable):
            raise FieldRefused("p1_needs_commitment", field="priority")
        change.case.phone, change.case.impact = phone, impact
        _set_priority(change, "priority_changed", priority, reason=reason, customers_words=customers_words)
    return change.case


def _set_priority(change: Change, kind: str, priority: Priority, **detail: str) -> None:
    before = Priority(change.case.priority)
    change.case.priority = priority
    renew_target(change.case, was=before, now=change.now)
    event = change.record(kind, {"before": int(before), "after": int(priority), **detail})
    _tell_of_priority(change, event, before, **detail)


def _tell_of_priority(change: Change, event: CaseEvent, before: Priority, **detail: str) -> None:
    change.tell_customer(
        "priority_changed",
        event,
        before=int(before),
        after=int(change.case.priority),
        **target_stated(change.case),
        **detail,
    )
