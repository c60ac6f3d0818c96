"""Two take the same thing: engineers a case, senders a mail."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import EmailMessage

from cases import operations
from cases.models import Case
from portal.accounts.models import User
from portal.notices.models import Notice
from portal.notices.sender import SendReport, send_due
from portal.work.instance import adopt
from tests.factories.cases import FILED, make_case
from tests.races.outcome import Outcome, outcome_of
from tests.races.stage import (
    LEASE,
    NOTE_RESULT,
    Actor,
    in_turn,
    on_postgresql,
    overtaken,
    passed_over,
    refused_as,
    was_locked_out,
)

NOW = FILED + timedelta(hours=1)
# Later than any row of this test was queued, in machine time.
MACHINE_NOW = datetime(2099, 1, 1, tzinfo=UTC)


def claiming(case: Case, person: User) -> Actor:
    return Actor(person.name, lambda: operations.claim_case(case, actor=person, now=NOW))


def claimed(before: Outcome, owner: str) -> Outcome:
    events = [*before.events, ("claimed", owner, NOW)]
    return replace(before, status="in_progress", owner=owner, events=events)


def test_the_second_of_two_claims_is_refused(rita: User, ada: User, bob: User) -> None:
    case = make_case(rita)
    before = outcome_of(case)
    first, second = claiming(case, ada), claiming(case, bob)

    in_turn(first, second)

    assert outcome_of(case) == claimed(before, "Ada Agent")
    assert (first.error, refused_as(second)) == (None, "already_owned")


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_two_engineers_are_told_that_the_case_is_theirs(
    rita: User, ada: User, bob: User
) -> None:
    case = make_case(rita)
    before = outcome_of(case)
    first, second = claiming(case, ada), claiming(case, bob)

    overtaken(first, second)

    if not on_postgresql():
        assert was_locked_out(first)
        assert outcome_of(case) == claimed(before, "Bob Agent")
        return
    assert (first.error, second.error) == (None, None)
    assert outcome_of(case) == claimed(claimed(before, "Bob Agent"), "Ada Agent")


# --- Senders ----------------------------------------------------------------------------------------


def sending(name: str) -> Actor:
    return Actor(name, lambda: send_due(MACHINE_NOW))


def sent(before: Outcome) -> Outcome:
    return replace(before, notices=sorted((kind, who, "sent", why) for kind, who, _, why in before.notices))


def test_a_mail_goes_out_once_when_two_senders_select_it(rita: User, mailoutbox: list[EmailMessage]) -> None:
    adopt()
    case = make_case(rita)
    before = outcome_of(case)
    first, second = sending("the first sender"), sending("the second sender")

    passed_over(first, second, at=LEASE)

    assert outcome_of(case) == sent(before)
    assert (first.outcome, second.outcome) == (SendReport(sent=1), SendReport())
    assert [mail.extra_headers["Message-ID"] for mail in mailoutbox] == [Notice.objects.get().message_id]


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_a_mail_goes_out_twice(rita: User, mailoutbox: list[EmailMessage]) -> None:
    adopt()
    case = make_case(rita)
    before = outcome_of(case)
    first, second = sending("the first sender"), sending("the second sender")

    first.go_until(before=LEASE)
    second.go_until(before=NOTE_RESULT)
    first.finish()
    second.finish()

    assert outcome_of(case) == sent(before)
    message_id = Notice.objects.get().message_id
    mails = [mail.extra_headers["Message-ID"] for mail in mailoutbox]
    if not on_postgresql():
        assert was_locked_out(first)
        assert (second.outcome, mails) == (SendReport(sent=1), [message_id])
        return
    assert (first.outcome, second.outcome) == (SendReport(sent=1), SendReport(lost=1))
    assert mails == [message_id] * 2
