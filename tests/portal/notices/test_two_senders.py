"""Two senders at once: each mail has one of them, and an answer that came first wins."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from portal.notices.kinds import NoticeKind, register
from portal.notices.mail import MailContent, render_mail
from portal.notices.models import Notice
from portal.notices.operations import cancel_pending
from portal.notices.sender import SendReport, send_due
from portal.work.instance import adopt
from tests.factories.people import make_agent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("note")]

NOW = datetime(2025, 12, 3, 10, 26, tzinfo=UTC)


class Gate:
    """Holds whoever asks at a point that the test names, until it is opened."""

    def __init__(self):
        self.reached, self.opened = threading.Event(), threading.Event()

    def hold(self):
        self.reached.set()
        assert self.opened.wait(10)


def make_notice():
    adopt()
    return Notice.objects.create(
        key="a", kind="gated", about="case:1", recipient=make_agent(), created_at=NOW, next_attempt_at=NOW
    )


def gated(*, at_claim=None, at_mail=None):
    def matters(notice):
        if at_claim:
            at_claim.hold()

    def mail(notice):
        if at_mail:
            at_mail.hold()
        return render_mail(MailContent(heading="x"), subject="x")

    register(NoticeKind("gated", "Gated", lambda n: "", lambda n: "/", mail, matters, lambda n: ""))


def in_thread(function):
    results = []

    def run():
        try:
            results.append(function())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


@pytest.fixture
def postgresql(db):
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite a claim is alone: its transaction is immediate")


def test_a_mail_that_one_sender_is_claiming_is_passed_over_by_the_other(transactional_db, postgresql, sink):
    gate = Gate()
    gated(at_claim=gate)
    make_notice()
    first, reports = in_thread(lambda: send_due(NOW))
    assert gate.reached.wait(10)

    assert send_due(NOW) == SendReport()
    gate.opened.set()
    first.join(10)

    assert reports == [SendReport(sent=1)]
    assert len(sink.mails) == 1


def test_an_answer_that_commits_before_the_claim_cancels_the_mail(transactional_db, postgresql, sink):
    gated()
    make_notice()

    assert cancel_pending("case:1", ["gated"], because="period_ended") == 1

    assert send_due(NOW) == SendReport()
    assert sink.mails == []


def test_a_mail_that_is_being_handed_over_is_no_longer_cancelled(transactional_db, postgresql, sink):
    gate = Gate()
    gated(at_mail=gate)
    make_notice()
    first, reports = in_thread(lambda: send_due(NOW))
    assert gate.reached.wait(10)

    cancelled = cancel_pending("case:1", ["gated"], because="period_ended")
    gate.opened.set()
    first.join(10)

    assert (cancelled, reports) == (0, [SendReport(sent=1)])
    assert Notice.objects.get().state == "sent"


def test_no_transaction_is_open_while_a_mail_is_made_and_handed_over(transactional_db, sink):
    seen = []

    def mail(notice):
        seen.append(connection.in_atomic_block)
        return render_mail(MailContent(heading="x"), subject="x")

    register(NoticeKind("gated", "Gated", lambda n: "", lambda n: "/", mail, lambda n: None, lambda n: ""))
    make_notice()

    assert send_due(NOW) == SendReport(sent=1)
    assert seen == [False]
