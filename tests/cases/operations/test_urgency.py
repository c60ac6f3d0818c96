"""Priority and escalation (SPEC 2)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from cases import operations
from cases.lifecycle import EscalationReason, Resolution, Status
from cases.models import Case
from entitlements.models import License
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.errors import DomainError, FieldRefused, NotAllowed
from tests.cases.records import keys, newest, recorded, refused, telling
from tests.factories.cases import (
    ASKED,
    FILED,
    current,
    make_case,
    make_closed_case,
    make_owned_case,
    make_p1_case,
)
from tests.factories.people import make_agent, make_duty

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
LATER = FILED + 2 * HOUR
SAME = {"status_before": "awaiting_assignment", "status": "awaiting_assignment"}


def escalate(case: Case, actor: User, *, now: datetime = LATER) -> Case:
    return operations.escalate_case(
        case, reason=EscalationReason.COMMUNICATION, text="Please hurry.", actor=actor, now=now
    )


# --- Escalation -------------------------------------------------------------------------------------


def test_an_escalation_flags_the_case_with_its_message_and_tells_the_owner_and_the_leads(
    requestor: User, watcher: User, agent: User, lead: User
) -> None:
    case = make_owned_case(requestor, agent=agent, watchers=[watcher])
    with telling() as told:
        escalate(case, requestor)
    after = current(case)
    message = case.messages.latest("pk")
    assert (after.status, after.escalated_at, after.escalation_reason, after.acknowledged_at) == (
        Status.IN_PROGRESS,
        LATER,
        "agent_communication_skills",
        None,
    )
    assert (message.body, message.author) == ("Please hurry.", requestor)
    assert recorded(case) == (
        "escalated",
        requestor,
        True,
        {
            "status_before": "in_progress",
            "status": "in_progress",
            "reason": "agent_communication_skills",
            "message": message.pk,
        },
    )
    assert told == keys(newest(case), "escalated", agent, lead)


def test_an_escalation_of_an_unowned_case_tells_the_people_on_duty_and_the_leads(
    case: Case, requestor: User, lead: User
) -> None:
    on_duty = make_agent()
    make_duty(on_duty, "AMER", time(6), time(17, 30))
    with telling() as told:
        escalate(case, requestor)
    assert told == keys(newest(case), "escalated", on_duty, lead)


def test_an_escalation_leaves_a_waiting_period_running(waiting: Case, requestor: User) -> None:
    escalate(waiting, requestor, now=ASKED + HOUR)
    after = current(waiting)
    assert (after.status, after.next_follow_up_at) == (Status.PENDING_RESPONSE, ASKED + 24 * HOUR)


def test_a_case_is_escalated_once_per_opening(case: Case, requestor: User, colleague: User) -> None:
    escalate(case, requestor)
    with refused(DomainError, "already_escalated", last_by=requestor, last_at=LATER):
        escalate(case, colleague, now=LATER + HOUR)


def test_escalating_is_the_customers_in_open_cases_while_a_term_runs(
    license_: License, case: Case, requestor: User, watcher: User, agent: User
) -> None:
    closed = make_closed_case(requestor)
    for person in (watcher, agent):
        with refused(NotAllowed, "wrong_role"):
            escalate(case, person)
    with refused(DomainError, "wrong_status", status=Status.CLOSED):
        escalate(closed, requestor, now=ASKED + HOUR)
    term = license_.terms.get()
    term.last_on = date(2026, 3, 31)
    term.save()
    ends = datetime(2026, 4, 1, 7, 0, tzinfo=UTC)
    with refused(DomainError, "term_ended", last_on=date(2026, 3, 31)):
        escalate(case, requestor, now=ends)
    escalate(case, requestor, now=ends - TICK)


def test_staff_acknowledge_an_escalation_with_a_message_once(
    case: Case, requestor: User, watcher: User, agent: User
) -> None:
    with refused(DomainError, "not_escalated"):
        operations.acknowledge_escalation(case, text="Seen.", actor=agent, now=LATER)
    escalate(case, requestor)
    with telling() as told:
        message = operations.acknowledge_escalation(case, text="Seen.", actor=agent, now=LATER + HOUR)
    after = current(case)
    assert (after.escalated_at, after.acknowledged_at) == (LATER, LATER + HOUR)
    assert recorded(case) == ("acknowledged", agent, True, {**SAME, "message": message.pk})
    assert told == keys(newest(case), "answered", requestor, watcher)
    with refused(DomainError, "already_acknowledged", last_by=agent, last_at=LATER + HOUR):
        operations.acknowledge_escalation(case, text="Seen.", actor=agent, now=LATER + 2 * HOUR)


# --- The customer raises ----------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), [(Priority.P4, Priority.P3), (Priority.P3, Priority.P2)])
def test_the_customer_raises_by_one(
    requestor: User, watcher: User, agent: User, before: Priority, after: Priority
) -> None:
    case = make_case(requestor, priority=before, watchers=[watcher])
    on_duty = make_agent()
    make_duty(on_duty, "AMER", time(6), time(17, 30))
    with telling() as told:
        operations.raise_urgency(case, justification="A launch today", actor=requestor, now=LATER)
    assert (current(case).priority, current(case).raised_at) == (after, LATER)
    assert recorded(case) == (
        "urgency_raised",
        requestor,
        True,
        {**SAME, "before": before.value, "after": after.value, "reason": "A launch today"},
    )
    assert told == keys(newest(case), "priority_changed", watcher) | keys(
        newest(case), "urgency_raised", on_duty
    )


def test_raising_is_possible_again_after_24_hours_and_not_a_microsecond_before(
    requestor: User, colleague: User
) -> None:
    case = make_case(requestor, priority=Priority.P4)
    operations.raise_urgency(case, justification="One", actor=requestor, now=LATER)
    with refused(DomainError, "raised_recently", again_at=LATER + 24 * HOUR):
        operations.raise_urgency(case, justification="Two", actor=colleague, now=LATER + 24 * HOUR - TICK)
    operations.raise_urgency(case, justification="Two", actor=colleague, now=LATER + 24 * HOUR)
    assert current(case).priority == Priority.P2


def test_the_customer_never_raises_to_p1(requestor: User) -> None:
    for case in (make_case(requestor, priority=Priority.P2), make_p1_case(requestor)):
        with refused(DomainError, "cannot_raise_to_p1", priority=case.priority):
            operations.raise_urgency(case, justification="Now!", actor=requestor, now=LATER)


def test_raising_is_the_customers_in_open_cases_while_a_term_runs(
    license_: License, case: Case, requestor: User, agent: User
) -> None:
    closed = make_closed_case(requestor)
    with refused(NotAllowed, "wrong_role"):
        operations.raise_urgency(case, justification="x", actor=agent, now=LATER)
    with refused(DomainError, "wrong_status", status=Status.CLOSED):
        operations.raise_urgency(closed, justification="x", actor=requestor, now=ASKED + HOUR)
    term = license_.terms.get()
    term.last_on = date(2026, 3, 31)
    term.save()
    with refused(DomainError, "term_ended", last_on=date(2026, 3, 31)):
        operations.raise_urgency(
            case, justification="x", actor=requestor, now=datetime(2026, 4, 1, 7, 0, tzinfo=UTC)
        )


# --- Staff lower and change -------------------------------------------------------------------------


def test_staff_lower_for_missing_information_and_the_customer_is_told(
    requestor: User, watcher: User, agent: User
) -> None:
    case = make_p1_case(requestor, watchers=[watcher])
    with telling() as told:
        operations.lower_priority(case, priority=Priority.P3, actor=agent, now=LATER)
    assert current(case).priority == Priority.P3
    assert recorded(case) == (
        "priority_lowered",
        agent,
        True,
        {**SAME, "before": 1, "after": 3, "reason": "missing_information"},
    )
    assert told == keys(newest(case), "priority_changed", requestor, watcher)


@pytest.mark.parametrize("priority", [Priority.P3, Priority.P4])
def test_p3_and_p4_are_not_lowered_for_missing_information(
    requestor: User, agent: User, priority: Priority
) -> None:
    case = make_case(requestor, priority=priority)
    with refused(DomainError, "only_p1_p2_lowered", priority=priority):
        operations.lower_priority(case, priority=Priority.P4, actor=agent, now=LATER)


@pytest.mark.parametrize("priority", [Priority.P1, Priority.P2])
def test_lowering_leads_to_a_lower_priority(requestor: User, agent: User, priority: Priority) -> None:
    case = make_case(requestor, priority=Priority.P2)
    with refused(FieldRefused, "same_priority", priority=Priority.P2):
        operations.lower_priority(case, priority=priority, actor=agent, now=LATER)


@pytest.mark.parametrize(
    ("before", "after"),
    [(Priority.P4, Priority.P2), (Priority.P3, Priority.P4), (Priority.P2, Priority.P4)],
)
def test_staff_change_to_any_priority_with_a_reason(
    requestor: User, watcher: User, agent: User, before: Priority, after: Priority
) -> None:
    case = make_case(requestor, priority=before, watchers=[watcher])
    quote = "Not so urgent" if before is Priority.P2 else ""
    with telling() as told:
        operations.change_priority(
            case, priority=after, reason="As agreed", customers_words=quote, actor=agent, now=LATER
        )
    assert current(case).priority == after
    assert recorded(case) == (
        "priority_changed",
        agent,
        True,
        {
            **SAME,
            "before": before.value,
            "after": after.value,
            "reason": "As agreed",
            "customers_words": quote,
        },
    )
    assert told == keys(newest(case), "priority_changed", requestor, watcher)


@pytest.mark.parametrize("priority", [Priority.P1, Priority.P2])
def test_p1_and_p2_are_lowered_this_way_only_with_the_customers_words(
    requestor: User, agent: User, priority: Priority
) -> None:
    case = make_p1_case(requestor) if priority is Priority.P1 else make_case(requestor, priority=priority)
    with refused(DomainError, "lowered_only_on_request", priority=priority):
        operations.change_priority(case, priority=Priority.P3, reason="Quiet", actor=agent, now=LATER)
    operations.change_priority(
        case,
        priority=Priority.P3,
        reason="Quiet",
        customers_words="It can wait.",
        actor=agent,
        now=LATER,
    )
    assert current(case).priority == Priority.P3


def test_raising_to_p1_needs_the_commitment(case: Case, agent: User) -> None:
    whole = {"phone": "+1 555 0100", "impact": "No orders.", "is_reachable": True}
    for missing, nothing in (("phone", ""), ("impact", ""), ("is_reachable", False)):
        with refused(FieldRefused, "p1_needs_commitment"):
            operations.change_priority(
                case,
                priority=Priority.P1,
                reason="Down",
                actor=agent,
                now=LATER,
                **{**whole, missing: nothing},  # type: ignore[arg-type]
            )
    operations.change_priority(
        case,
        priority=Priority.P1,
        reason="Down",
        actor=agent,
        now=LATER,
        **whole,  # type: ignore[arg-type]
    )
    after = current(case)
    assert (after.priority, after.phone, after.impact) == (Priority.P1, "+1 555 0100", "No orders.")


def test_the_same_priority_is_no_change(case: Case, agent: User) -> None:
    with refused(DomainError, "same_priority", priority=Priority.P3):
        operations.change_priority(case, priority=Priority.P3, reason="?", actor=agent, now=LATER)


def test_priorities_of_closed_cases_stay_and_customers_change_none(
    case: Case, requestor: User, agent: User
) -> None:
    with refused(NotAllowed, "wrong_role"):
        operations.change_priority(case, priority=Priority.P2, reason="x", actor=requestor, now=LATER)
    operations.close_case(case, resolution=Resolution.OBSOLETE, actor=requestor, now=LATER)
    with refused(DomainError, "wrong_status", status=Status.CLOSED):
        operations.change_priority(case, priority=Priority.P2, reason="x", actor=agent, now=LATER + HOUR)
