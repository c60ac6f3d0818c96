"""Calls that the customer asks for (SPEC 2): P1 now, P2 and P3 in business hours, P4 refused."""

from datetime import timedelta

import pytest

from cases import operations
from cases.lifecycle import Channel, Resolution, Status
from cases.models import CallRequest, Case
from cases.sweep import carry_out_steps
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.errors import DomainError, FieldRefused, NotAllowed
from tests.cases.records import invisible, keys, newest, recorded, refused, telling
from tests.factories.cases import ASKED, CLOSES, FILED, current, make_case, make_owned_case, make_p1_case
from tests.factories.people import make_customer

HOUR = timedelta(hours=1)
# FILED is 07:00 in Los Angeles: at 08:00 the first slot begins at 08:30.
LATER = FILED + HOUR
SLOT = LATER + HOUR / 2
PHONE = "+1 555 0100"


def request(case: Case, actor: User, **facts: object) -> CallRequest:
    facts = {"phone": PHONE, "starts_at": SLOT, "now": LATER, **facts}
    return operations.request_call(case, actor=actor, **facts)  # type: ignore[arg-type]


def outcome(call: CallRequest) -> tuple[object, str]:
    row = CallRequest.objects.get(pk=call.pk)
    return row.ended_at, row.outcome


def test_a_call_in_business_hours_is_asked_for_and_the_owner_is_told(
    requestor: User, watcher: User, agent: User
) -> None:
    case = make_owned_case(requestor, agent=agent, watchers=[watcher])
    with telling() as told:
        call = request(case, requestor)
    after = current(case)
    assert (after.status, after.call, after.next_response_step_at) == (
        Status.IN_PROGRESS,
        call,
        case.next_response_step_at,
    )
    assert CallRequest.objects.filter(pk=call.pk).values().get() == {
        "id": call.pk,
        "case_id": case.pk,
        "requested_by_id": requestor.pk,
        "requested_at": LATER,
        "phone": PHONE,
        "starts_at": SLOT,
        "ends_at": SLOT + HOUR / 2,
        "ended_at": None,
        "outcome": "",
    }
    same = {"status_before": "in_progress", "status": "in_progress"}
    assert recorded(case) == ("call_requested", requestor, True, {**same, "call": call.pk})
    assert told == keys(newest(case), "call_requested", agent)


def test_a_p1_is_called_at_any_hour_as_soon_as_possible(requestor: User) -> None:
    case, night = make_p1_case(requestor), FILED + 17 * HOUR
    call = request(case, requestor, starts_at=None, now=night)
    assert (call.starts_at, call.ends_at) == (night, None)


@pytest.mark.parametrize("priority", [Priority.P2, Priority.P3])
def test_p2_and_p3_choose_a_slot_that_is_offered(requestor: User, priority: Priority) -> None:
    case = make_case(requestor, priority=priority)
    with refused(FieldRefused, "slot_missing"):
        request(case, requestor, starts_at=None)
    for never in (SLOT - HOUR / 2, SLOT + HOUR / 4, SLOT + 13 * HOUR):
        with refused(FieldRefused, "slot_not_offered"):
            request(case, requestor, starts_at=never)
    request(case, requestor)


def test_p4_is_not_called(requestor: User) -> None:
    case = make_case(requestor, priority=Priority.P4)
    with refused(DomainError, "no_call_for_p4"):
        request(case, requestor)


def test_one_call_is_awaited_at_a_time(case: Case, requestor: User, colleague: User) -> None:
    request(case, requestor)
    with refused(DomainError, "call_awaited", last_by=requestor):
        request(case, colleague)
    operations.cancel_call(case, actor=requestor, now=LATER)
    request(case, colleague)
    assert current(case).calls.count() == 2


def test_a_call_is_the_customers_to_ask_for_and_to_cancel(case: Case, watcher: User, agent: User) -> None:
    stranger = make_customer()
    for person in (watcher, agent):
        with refused(NotAllowed, "wrong_role"):
            request(case, person)
        with refused(NotAllowed, "wrong_role"):
            operations.cancel_call(case, actor=person, now=LATER)
    with invisible():
        request(case, stranger)


def test_a_cancelled_call_is_no_longer_awaited_and_staff_are_told(requestor: User, agent: User) -> None:
    case = make_owned_case(requestor, agent=agent)
    with refused(DomainError, "no_call_awaited"):
        operations.cancel_call(case, actor=requestor, now=LATER)
    call = request(case, requestor)
    with telling() as told:
        operations.cancel_call(case, actor=requestor, now=LATER + HOUR)
    assert (current(case).call, outcome(call)) == (None, (LATER + HOUR, "cancelled"))
    assert told == keys(newest(case), "call_cancelled", agent)


def test_staff_give_a_call_up_with_a_reason_that_the_customer_is_told(
    case: Case, requestor: User, watcher: User, agent: User
) -> None:
    call = request(case, requestor)
    with telling() as told:
        operations.decline_call(case, reason="Nobody answered twice", actor=agent, now=SLOT)
    assert (current(case).call, outcome(call)) == (None, (SLOT, "declined"))
    assert recorded(case)[3]["reason"] == "Nobody answered twice"
    assert told == keys(newest(case), "call_declined", requestor, watcher)
    assert current(case).first_responded_at is None  # no response to the case


@pytest.mark.parametrize(("channel", "awaits"), [(Channel.PHONE, False), (Channel.CHAT, True)])
def test_a_contact_logged_by_phone_is_the_call(
    case: Case, requestor: User, agent: User, channel: Channel, awaits: bool
) -> None:
    call = request(case, requestor)
    operations.log_contact(case, text="It is 2.6.", said_by="Rita", channel=channel, actor=agent, now=SLOT)
    assert (current(case).call_id is not None) == awaits
    assert outcome(call) == ((None, "") if awaits else (SLOT, "made"))


def test_a_call_does_not_stop_the_clock_and_a_closure_ends_it(waiting: Case, requestor: User) -> None:
    call = request(waiting, requestor, starts_at=ASKED + HOUR, now=ASKED)
    assert current(waiting).next_follow_up_at == waiting.next_follow_up_at
    for step in (ASKED + 24 * HOUR, ASKED + 72 * HOUR, ASKED + 120 * HOUR, CLOSES):
        carry_out_steps(step, 100)
    after = current(waiting)
    assert (after.status, after.call, outcome(call)) == (Status.AUTO_CLOSED, None, (CLOSES, "closed"))
    assert newest(waiting).changes["call_id"] == [call.pk, None]


def test_closing_a_case_ends_its_call(case: Case, requestor: User) -> None:
    call = request(case, requestor)
    operations.close_case(case, resolution=Resolution.OBSOLETE, actor=requestor, now=SLOT)
    assert (current(case).call, outcome(call)) == (None, (SLOT, "closed"))
