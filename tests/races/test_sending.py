"""An answer while its reminder is about to be sent: no claim of a reminder commits after the answer (E2)."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import EmailMessage

from cases import operations
from cases.models import Case
from portal.accounts.models import User
from portal.notices.models import Notice
from portal.notices.rounds import LEASE as LEASE_TIME
from portal.notices.sender import SendReport, send_due
from portal.notices.states import MailState
from portal.work.instance import adopt
from tests.factories.cases import sweep_to
from tests.races.becoming import REMINDS, TEXT, answered
from tests.races.outcome import Outcome, outcome_of
from tests.races.stage import (
    LEASE,
    Actor,
    Statement,
    in_turn,
    on_postgresql,
    overtaken,
    passed_over,
    was_locked_out,
)

MACHINE_NOW = datetime(2099, 1, 1, tzinfo=UTC)
HOUR_LATER = REMINDS + timedelta(hours=1)
# The answer's last statement before it commits.
TELL_STAFF = Statement(r'^INSERT INTO "notices_notice"')


@pytest.fixture
def reminded_case(waiting: Case) -> Case:
    """Its first reminder waits for the sender; everything else has gone out."""
    adopt()
    send_due(MACHINE_NOW)
    sweep_to(REMINDS)
    return waiting


def answering(case: Case, person: User) -> Actor:
    return Actor(
        "the answer", lambda: operations.reply_to_case(case, text=TEXT, actor=person, now=HOUR_LATER)
    )


def sending(at: datetime = MACHINE_NOW) -> Actor:
    return Actor("the sender", lambda: send_due(at, limit=1))


def with_reminder(outcome: Outcome, state: str, because: str = "") -> Outcome:
    return _with(outcome, ("case_reminder", "Rita Requestor", state, because))


def with_staff_told(outcome: Outcome, state: str) -> Outcome:
    return _with(outcome, ("case_customer_replied", "Ada Agent", state, ""))


def _with(outcome: Outcome, notice: tuple[str, str, str, str]) -> Outcome:
    """With the one notice of its kind being so."""
    others = [other for other in outcome.notices if other[0] != notice[0]]
    return replace(outcome, notices=sorted([*others, notice]))


def test_a_reminder_is_not_claimed_while_an_answer_is_about_to_commit(
    reminded_case: Case, rita: User, mailoutbox: list[EmailMessage]
) -> None:
    before, mails = outcome_of(reminded_case), len(mailoutbox)
    answer, sender = answering(reminded_case, rita), sending()

    passed_over(answer, sender, at=TELL_STAFF)

    # On SQLite the sender waited, and then sent what the answer tells the owner.
    by_then = 0 if on_postgresql() else 1
    assert sender.outcome == SendReport(sent=by_then)
    assert len(mailoutbox) == mails + by_then
    expected = with_staff_told(answered(before, HOUR_LATER), "sent" if by_then else "pending")
    assert outcome_of(reminded_case) == expected


def test_an_answer_waits_for_a_claim_that_came_first_and_the_mail_may_still_arrive(
    reminded_case: Case, rita: User, mailoutbox: list[EmailMessage]
) -> None:
    before, mails = outcome_of(reminded_case), len(mailoutbox)
    answer, sender = answering(reminded_case, rita), sending()

    in_turn(sender, answer, at=LEASE)

    assert (answer.error, sender.outcome) == (None, SendReport(sent=1))
    assert len(mailoutbox) == mails + 1
    assert outcome_of(reminded_case) == with_reminder(answered(before, HOUR_LATER), "sent")


def test_an_answer_waits_for_a_second_claim_as_well_when_the_first_sender_has_died(
    reminded_case: Case, rita: User, mailoutbox: list[EmailMessage]
) -> None:
    leased_by_the_dead(reminded_case)
    before, mails = outcome_of(reminded_case), len(mailoutbox)
    answer, sender = answering(reminded_case, rita), sending(MACHINE_NOW + LEASE_TIME)

    in_turn(sender, answer, at=LEASE)

    assert (answer.error, sender.outcome) == (None, SendReport(sent=1))
    assert len(mailoutbox) == mails + 1
    assert outcome_of(reminded_case) == with_reminder(answered(before, HOUR_LATER), "sent")


def test_a_reminder_whose_sender_has_died_is_not_claimed_again_while_an_answer_is_about_to_commit(
    reminded_case: Case, rita: User, ada: User, mailoutbox: list[EmailMessage]
) -> None:
    leased_by_the_dead(reminded_case)
    before, mails = outcome_of(reminded_case), len(mailoutbox)
    answer, sender = answering(reminded_case, rita), sending(MACHINE_NOW + LEASE_TIME)

    passed_over(answer, sender, at=TELL_STAFF)
    send_due(MACHINE_NOW + LEASE_TIME)

    assert [mail.to for mail in mailoutbox[mails:]] == [[ada.email]]
    cancelled = with_reminder(answered(before, HOUR_LATER), "cancelled", "period_ended")
    assert outcome_of(reminded_case) == with_staff_told(cancelled, "sent")


def leased_by_the_dead(case: Case) -> None:
    """A sender has claimed the reminder and was killed before it noted a result; its lease has run out."""
    Notice.objects.filter(about=case.about, kind="case_reminder").update(
        state=MailState.SENDING,
        attempts=1,
        lease_token=uuid.uuid4(),
        lease_until=MACHINE_NOW,
        next_attempt_at=MACHINE_NOW,
    )


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_a_reminder_is_claimed_and_sent_after_the_answer(
    reminded_case: Case, rita: User, mailoutbox: list[EmailMessage]
) -> None:
    before, mails = outcome_of(reminded_case), len(mailoutbox)
    answer, sender = answering(reminded_case, rita), sending()

    overtaken(sender, answer, at=LEASE)

    if not on_postgresql():
        assert was_locked_out(sender)
        assert outcome_of(reminded_case) == answered(before, HOUR_LATER)
        return
    assert (answer.error, sender.outcome) == (None, SendReport(sent=1))
    assert mailoutbox[mails].to == [rita.email]
    assert outcome_of(reminded_case) == with_reminder(
        answered(before, HOUR_LATER), "sent", because="period_ended"
    )
