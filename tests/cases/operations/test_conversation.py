"""What is written in a case: answers, questions, resolutions, replies, logged contacts and notes."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest

from cases import operations
from cases.lifecycle import Channel, Resolution, Status
from cases.models import Case, InternalNote, Message, WaitingPeriod
from entitlements.models import Seat
from entitlements.operations import remove_named_contact
from portal.accounts.models import User
from portal.errors import DomainError, NotAllowed
from portal.notices.models import MailState, Notice
from tests.cases.records import invisible, keys, kinds, newest, recorded, refused, snapshot, telling
from tests.factories.cases import (
    ASKED,
    FILED,
    current,
    make_case,
    make_closed_case,
    make_owned_case,
    make_waiting_case,
    sweep_to,
)
from tests.factories.people import make_agent, make_customer, make_duty, make_seat, make_superuser

HOUR = timedelta(hours=1)
LATER = FILED + 2 * HOUR

STAFF_WORDS = [
    (operations.answer_case, "answered", Status.IN_PROGRESS, Message.Purpose.ANSWER),
    (
        operations.request_information,
        "information_requested",
        Status.PENDING_RESPONSE,
        Message.Purpose.REQUEST,
    ),
    (
        operations.provide_resolution,
        "resolution_provided",
        Status.RESOLUTION_PROVIDED,
        Message.Purpose.RESOLUTION,
    ),
]
Operation = Callable[..., Any]


@pytest.mark.parametrize(("operation", "kind", "status", "purpose"), STAFF_WORDS)
def test_staff_who_write_first_take_the_case_and_their_words_are_the_first_response(
    case: Case, agent: User, operation: Operation, kind: str, status: Status, purpose: Message.Purpose
) -> None:
    message = operation(case, text="Please *look* at this.", actor=agent, now=LATER)

    after = current(case)
    assert (after.status, after.owner, after.first_responded_at) == (status, agent, LATER)
    assert recorded(case) == (
        kind,
        agent,
        True,
        {"status_before": "awaiting_assignment", "status": status.value, "message": message.pk},
    )
    assert (after.last_event_at, after.last_event_kind, after.last_event_by) == (LATER, kind, agent)
    assert Message.objects.filter(pk=message.pk).values().get() == {
        "id": message.pk,
        "case_id": case.pk,
        "author_id": agent.pk,
        "is_from_staff": True,
        "purpose": purpose.value,
        "body": "Please *look* at this.",
        "written_at": LATER,
        "said_by": "",
        "channel": "portal",
    }


@pytest.mark.parametrize(("operation", "kind", "status", "purpose"), STAFF_WORDS)
def test_requestor_and_watchers_are_told_what_staff_write(
    case: Case,
    agent: User,
    requestor: User,
    watcher: User,
    operation: Operation,
    kind: str,
    status: Status,
    purpose: Message.Purpose,
) -> None:
    with telling() as told:
        message = operation(case, text="Text", actor=agent, now=LATER)

    assert told == keys(newest(case), kind, requestor, watcher)
    notice = Notice.objects.get(key__in=told, recipient=requestor)
    assert (notice.kind, notice.about, notice.created_at, notice.state) == (
        f"case_{kind}",
        f"case:{case.pk}",
        LATER,
        MailState.PENDING,
    )
    assert notice.params == {
        "case": case.pk,
        "number": case.number,
        "title": case.title,
        "message": message.pk,
    }


@pytest.mark.parametrize(("operation", "kind", "status", "purpose"), STAFF_WORDS)
def test_a_later_word_changes_neither_owner_nor_first_response(
    case: Case,
    agent: User,
    operation: Operation,
    kind: str,
    status: Status,
    purpose: Message.Purpose,
) -> None:
    operations.answer_case(case, text="First", actor=agent, now=LATER)

    operation(case, text="Second", actor=make_agent(), now=LATER + HOUR)

    after = current(case)
    assert (after.owner, after.first_responded_at) == (agent, LATER)


@pytest.mark.parametrize(("operation", "kind", "status", "purpose"), STAFF_WORDS)
def test_staff_words_are_refused_in_a_closed_case(
    requestor: User,
    agent: User,
    operation: Operation,
    kind: str,
    status: Status,
    purpose: Message.Purpose,
) -> None:
    closed = make_closed_case(requestor, agent=agent)
    with refused(
        DomainError,
        "wrong_status",
        status=Status.CLOSED,
        last_kind="closed",
        last_by=requestor,
        last_at=ASKED,
    ):
        operation(closed, text="Late", actor=agent, now=ASKED + HOUR)


@pytest.mark.parametrize(("operation", "kind", "status", "purpose"), STAFF_WORDS)
def test_staff_words_are_refused_to_the_customer(
    case: Case,
    requestor: User,
    operation: Operation,
    kind: str,
    status: Status,
    purpose: Message.Purpose,
) -> None:
    with refused(NotAllowed, "wrong_role"):
        operation(case, text="Me too", actor=requestor, now=LATER)


def test_an_answer_keeps_pending_engineering(requestor: User, agent: User) -> None:
    case = make_owned_case(requestor, agent=agent)
    operations.hand_to_engineering(case, actor=agent, now=LATER)

    operations.answer_case(case, text="Engineering looks at it.", actor=agent, now=LATER + HOUR)

    assert current(case).status == Status.PENDING_ENGINEERING


@pytest.mark.parametrize("status", [Status.PENDING_RESPONSE, Status.RESOLUTION_PROVIDED])
def test_an_answer_in_a_waiting_case_changes_neither_status_nor_clock(
    requestor: User, agent: User, status: Status
) -> None:
    waiting = make_waiting_case(requestor, agent=agent, status=status)
    periods = list(WaitingPeriod.objects.values())

    operations.answer_case(waiting, text="One more thing.", actor=agent, now=ASKED + 5 * HOUR)

    after = current(waiting)
    assert (after.status, after.period_id, after.next_follow_up_at) == (
        status,
        waiting.period_id,
        ASKED + 24 * HOUR,
    )
    assert list(WaitingPeriod.objects.values()) == periods


def test_a_request_starts_the_first_waiting_period_with_the_question_and_the_policy(
    waiting: Case, agent: User
) -> None:
    [period] = WaitingPeriod.objects.values("number", "status", "started_at", "ended_at", "extended_at")
    assert period == {
        "number": 1,
        "status": "pending_response",
        "started_at": ASKED,
        "ended_at": None,
        "extended_at": None,
    }
    assert waiting.period is not None
    assert waiting.period.question == waiting.messages.get(purpose="request")
    assert waiting.period.policy.reminder_hours == [24, 72, 120]
    assert waiting.next_follow_up_at == ASKED + 24 * HOUR


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        (operations.provide_resolution, Status.RESOLUTION_PROVIDED),
        (operations.request_information, Status.PENDING_RESPONSE),
    ],
)
def test_setting_a_waiting_status_anew_starts_a_new_series(
    waiting: Case, agent: User, operation: Operation, status: Status
) -> None:
    sweep_to(ASKED + 24 * HOUR)
    again = ASKED + 30 * HOUR

    operation(waiting, text="Anew", actor=agent, now=again)

    after = current(waiting)
    periods = list(
        WaitingPeriod.objects.order_by("pk").values_list("number", "status", "started_at", "ended_at")
    )
    assert periods == [(1, "pending_response", ASKED, again), (2, status.value, again, None)]
    assert (after.status, after.next_follow_up_at) == (status, again + 24 * HOUR)
    assert after.period is not None
    assert after.period.number == 2


def test_setting_a_waiting_status_anew_ends_the_hold_and_cancels_the_old_reminders(
    waiting: Case, agent: User
) -> None:
    sweep_to(ASKED + 24 * HOUR)
    operations.extend_waiting(waiting, actor=waiting.requestor, now=ASKED + 25 * HOUR)

    operations.provide_resolution(waiting, text="Try this.", actor=agent, now=ASKED + 30 * HOUR)

    old = WaitingPeriod.objects.get(number=1)
    assert [hold.ended_at for hold in old.holds.all()] == [ASKED + 30 * HOUR]
    reminders = Notice.objects.filter(kind="case_reminder").values_list("state", "cancelled_because")
    assert set(reminders) == {(MailState.CANCELLED, "period_ended")}
    operations.extend_waiting(waiting, actor=waiting.requestor, now=ASKED + 31 * HOUR)


@pytest.mark.parametrize("status", [Status.PENDING_RESPONSE, Status.RESOLUTION_PROVIDED])
def test_a_reply_ends_the_waiting_period_at_once(
    requestor: User, watcher: User, agent: User, status: Status
) -> None:
    waiting = make_waiting_case(requestor, agent=agent, status=status, watchers=[watcher])
    sweep_to(ASKED + 24 * HOUR)
    now = ASKED + 25 * HOUR

    with telling() as told:
        message = operations.reply_to_case(waiting, text="Version 2.6.", actor=requestor, now=now)

    after = current(waiting)
    assert (after.status, after.period, after.next_follow_up_at) == (Status.IN_PROGRESS, None, None)
    assert recorded(waiting) == (
        "replied",
        requestor,
        True,
        {"status_before": status.value, "status": "in_progress", "message": message.pk},
    )
    assert told == keys(newest(waiting), "customer_replied", agent)
    assert WaitingPeriod.objects.get().ended_at == now
    states = Notice.objects.filter(kind="case_reminder").values_list(
        "recipient", "state", "cancelled_because"
    )
    assert set(states) == {
        (requestor.pk, MailState.CANCELLED, "period_ended"),
        (watcher.pk, MailState.CANCELLED, "period_ended"),
    }
    assert sweep_to(ASKED + 200 * HOUR) == 0


def test_a_reminder_that_a_sender_has_claimed_is_left_to_it(waiting: Case, requestor: User) -> None:
    sweep_to(ASKED + 24 * HOUR)
    Notice.objects.filter(kind="case_reminder").update(
        state=MailState.SENDING, lease_token="0" * 32, lease_until=ASKED
    )

    operations.reply_to_case(waiting, text="Here.", actor=requestor, now=ASKED + 25 * HOUR)

    assert set(Notice.objects.filter(kind="case_reminder").values_list("state", flat=True)) == {
        MailState.SENDING
    }


@pytest.mark.parametrize(
    "status", [Status.AWAITING_ASSIGNMENT, Status.IN_PROGRESS, Status.PENDING_ENGINEERING]
)
def test_a_reply_leaves_the_status_of_a_case_that_does_not_wait(
    requestor: User, agent: User, status: Status
) -> None:
    case = make_case(requestor)
    if status is not Status.AWAITING_ASSIGNMENT:
        operations.claim_case(case, actor=agent, now=LATER)
    if status is Status.PENDING_ENGINEERING:
        operations.hand_to_engineering(case, actor=agent, now=LATER)

    operations.reply_to_case(case, text="More", actor=requestor, now=LATER + HOUR)

    after = current(case)
    assert (after.status, after.first_responded_at) == (status, None)


def test_a_colleague_with_a_seat_replies_too(waiting: Case, colleague: User) -> None:
    operations.reply_to_case(waiting, text="I know it.", actor=colleague, now=ASKED + HOUR)

    assert current(waiting).status == Status.IN_PROGRESS


def test_a_watcher_without_a_seat_only_reads(waiting: Case, watcher: User) -> None:
    with refused(NotAllowed, "wrong_role"):
        operations.reply_to_case(waiting, text="I know it.", actor=watcher, now=ASKED + HOUR)


def test_a_stranger_does_not_find_the_case(waiting: Case) -> None:
    stranger = make_customer()
    with invisible():
        operations.reply_to_case(waiting, text="Hello", actor=stranger, now=ASKED + HOUR)


def test_a_contact_whose_seat_was_removed_meanwhile_is_not_heard(
    waiting: Case, requestor: User, colleague: User
) -> None:
    assert operations.reply_to_case(waiting, text="Still here.", actor=requestor, now=ASKED + HOUR)
    remove_named_contact(
        Seat.objects.get(user=requestor), actor=make_superuser(), now=ASKED + 2 * HOUR, successor=colleague
    )
    with invisible():
        operations.reply_to_case(waiting, text="Me again.", actor=requestor, now=ASKED + 3 * HOUR)


def test_a_reply_to_a_closed_case_is_refused_with_who_closed_it(requestor: User, colleague: User) -> None:
    closed = make_closed_case(requestor)
    with refused(DomainError, "wrong_status", last_kind="closed", last_by=requestor, last_at=ASKED):
        operations.reply_to_case(closed, text="Wait!", actor=colleague, now=ASKED + HOUR)


def test_a_reply_in_a_case_without_an_owner_tells_the_people_on_duty(case: Case, requestor: User) -> None:
    on_duty, off_duty = make_agent(), make_agent()
    make_duty(on_duty, "AMER", time(6), time(17, 30))
    make_duty(off_duty, "EMEA", time(6), time(17, 30))
    with telling() as told:
        operations.reply_to_case(case, text="More", actor=requestor, now=LATER)
    assert told == keys(newest(case), "customer_replied", on_duty)


@pytest.mark.parametrize(("channel", "stored"), [(Channel.PHONE, "phone"), (Channel.CHAT, "chat")])
def test_a_logged_contact_ends_the_waiting_period_like_a_reply(
    waiting: Case, channel: Channel, stored: str
) -> None:
    other = make_agent()
    now = ASKED + HOUR
    with telling() as told:
        message = operations.log_contact(
            waiting, text="It is 2.6.", said_by="Rita, by phone", channel=channel, actor=other, now=now
        )

    after = current(waiting)
    assert (after.status, after.period, after.owner) == (Status.IN_PROGRESS, None, waiting.owner)
    assert recorded(waiting) == (
        "contact_logged",
        other,
        True,
        {
            "status_before": "pending_response",
            "status": "in_progress",
            "message": message.pk,
            "channel": stored,
        },
    )
    assert (message.purpose, message.said_by, message.channel, message.is_from_staff) == (
        Message.Purpose.LOGGED,
        "Rita, by phone",
        stored,
        True,
    )
    assert waiting.owner is not None
    assert told == keys(newest(waiting), "customer_replied", waiting.owner)


def test_who_logs_a_contact_is_not_told_of_it(waiting: Case, agent: User) -> None:
    with telling() as told:
        operations.log_contact(
            waiting, text="2.6", said_by="Rita", channel=Channel.PHONE, actor=agent, now=ASKED + HOUR
        )
    assert told == set()


def test_who_logs_a_contact_while_on_duty_is_not_told_of_it_either(case: Case, agent: User) -> None:
    other = make_agent()
    for person in (agent, other):
        make_duty(person, "AMER", time(6), time(17, 30))
    with telling() as told:
        operations.log_contact(
            case, text="2.6", said_by="Rita", channel=Channel.PHONE, actor=agent, now=LATER
        )
    assert told == keys(newest(case), "customer_replied", other)


def test_a_logged_contact_is_no_response(case: Case, agent: User) -> None:
    operations.log_contact(case, text="2.6", said_by="Rita", channel=Channel.PHONE, actor=agent, now=LATER)
    after = current(case)
    assert (after.first_responded_at, after.owner, after.status) == (None, None, Status.AWAITING_ASSIGNMENT)


def test_a_note_is_never_public(case: Case, agent: User) -> None:
    before = current(case)
    with telling() as told:
        note = operations.add_note(case, text="They said this before.", actor=agent, now=LATER)

    after = current(case)
    assert recorded(case) == (
        "noted",
        agent,
        False,
        {"status_before": "awaiting_assignment", "status": "awaiting_assignment", "note": note.pk},
    )
    assert InternalNote.objects.values().get() == {
        "id": note.pk,
        "case_id": case.pk,
        "author_id": agent.pk,
        "body": "They said this before.",
        "written_at": LATER,
    }
    assert told == set()
    assert Message.objects.filter(purpose="report").count() == Message.objects.count() == 1
    assert (after.last_event_at, after.last_event_kind) == (before.last_event_at, "filed")
    assert (after.owner, after.first_responded_at) == (None, None)


def test_a_note_can_be_added_to_a_closed_case_and_never_by_the_customer(requestor: User, agent: User) -> None:
    closed = make_closed_case(requestor, agent=agent)
    operations.add_note(closed, text="For the record.", actor=agent, now=ASKED + HOUR)
    assert kinds(closed) == ["filed", "claimed", "closed", "noted"]
    with refused(NotAllowed, "wrong_role"):
        operations.add_note(closed, text="Mine", actor=requestor, now=ASKED + 2 * HOUR)


def test_an_inactive_watcher_and_one_without_a_sign_in_are_told_nothing(
    case: Case, agent: User, requestor: User, watcher: User
) -> None:
    watcher.is_active = False
    watcher.save()
    with telling() as told:
        operations.answer_case(case, text="Text", actor=agent, now=LATER)
    assert told == keys(newest(case), "answered", requestor)


def test_a_removed_contact_watches_nothing_and_is_told_nothing(
    requestor: User, colleague: User, agent: User
) -> None:
    case = make_case(requestor, watchers=[colleague])
    remove_named_contact(Seat.objects.get(user=colleague), actor=make_superuser(), now=FILED + HOUR)
    with telling() as told:
        operations.answer_case(case, text="Text", actor=agent, now=LATER)
    assert told == keys(newest(case), "answered", requestor)
    assert list(case.watchers.all()) == []


def test_a_watcher_who_replies_is_not_told_of_the_reply(
    requestor: User, colleague: User, agent: User
) -> None:
    waiting = make_waiting_case(requestor, agent=agent, watchers=[colleague])
    with telling() as told:
        operations.reopen_case(
            operations.close_case(waiting, resolution=Resolution.OBSOLETE, actor=requestor, now=ASKED + HOUR),
            text="It is back.",
            actor=colleague,
            now=ASKED + 2 * HOUR,
        )
    closed, reopened = waiting.events.order_by("-pk")[1], newest(waiting)
    assert told == (
        keys(closed, "closed", colleague)
        | keys(reopened, "reopened", requestor)
        | keys(reopened, "customer_replied", agent)
    )


def test_a_refused_reply_leaves_the_record_as_it_was(waiting: Case) -> None:
    before = snapshot()
    outsider = make_seat(make_customer().seats.get().license).user
    with pytest.raises(Case.DoesNotExist):
        operations.reply_to_case(waiting, text="x", actor=outsider, now=ASKED + HOUR)
    after = snapshot()
    assert [after[table] for table in before if table.startswith("cases.")] == [
        before[table] for table in before if table.startswith("cases.")
    ]
