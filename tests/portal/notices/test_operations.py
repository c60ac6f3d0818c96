"""Announcing, cancelling and sending again."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from portal.errors import DomainError, NotAllowed
from portal.notices.inbox import entry_of, inbox_of, unread_count
from portal.notices.models import Notice
from portal.notices.operations import NoticeDraft, announce, cancel, cancel_pending, mark_read, send_again
from tests.factories.people import make_agent, make_lead, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("note")]

NOW = datetime(2025, 12, 3, 10, 26, tzinfo=UTC)
BROKER_AWAY = "redis://127.0.0.1:1/0"


def draft(key, recipient, **facts):
    return NoticeDraft(key=key, kind="note", recipient=recipient, **facts)


def test_a_notice_stands_in_the_inbox_and_waits_to_be_mailed():
    agent = make_agent()

    announce([draft("a", agent, about="case:42", params={"text": "Hello"})], now=NOW)

    [notice] = inbox_of(agent)
    assert (notice.state, notice.created_at, notice.about) == ("pending", NOW, "case:42")
    entry = entry_of(notice)
    assert (entry.headline, entry.label, entry.url, entry.is_unread) == ("Hello", "Note", "/inbox/", True)


def test_a_notice_without_mail_stands_in_the_inbox_only():
    agent = make_agent()

    announce([draft("a", agent, wants_mail=False)], now=NOW)

    assert [notice.state for notice in inbox_of(agent)] == ["quiet"]


def test_the_same_event_cannot_be_announced_twice():
    agent = make_agent()
    announce([draft("a", agent)], now=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        announce([draft("b", agent), draft("a", agent)], now=NOW)

    assert [notice.key for notice in Notice.objects.all()] == ["a"]


def test_several_announcements_of_one_transaction_wake_the_sender_once(django_capture_on_commit_callbacks):
    agent = make_agent()

    with django_capture_on_commit_callbacks() as callbacks:
        for key in "abc":
            announce([draft(key, agent)], now=NOW)

    assert len(callbacks) == 1


def test_an_announcement_without_mail_wakes_nobody(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        announce([draft("a", make_agent(), wants_mail=False)], now=NOW)

    assert callbacks == []


def test_a_broker_that_is_away_costs_neither_the_notice_nor_much_time(
    celery_away, django_capture_on_commit_callbacks
):
    started = datetime.now(UTC)

    with django_capture_on_commit_callbacks(execute=True):
        announce([draft("a", make_agent())], now=NOW)

    assert (datetime.now(UTC) - started).total_seconds() < 2
    assert Notice.objects.count() == 1


@pytest.fixture
def celery_away():
    from portal.celery import app

    before = app.conf.broker_url, app.conf.broker_write_url
    app.conf.update(broker_url=BROKER_AWAY, broker_write_url=BROKER_AWAY)
    app.pool.force_close_all()
    app._pool = None
    yield
    app.conf.update(broker_url=before[0], broker_write_url=before[1])
    app._pool = None


@pytest.mark.parametrize("state", ["pending", "sending", "sent", "dead", "cancelled", "quiet"])
def test_only_mail_that_nobody_has_claimed_is_cancelled(state):
    import uuid

    lease = {"lease_token": uuid.uuid4(), "lease_until": NOW} if state == "sending" else {}
    Notice.objects.create(
        key="a",
        kind="note",
        about="case:1",
        recipient=make_agent(),
        created_at=NOW,
        state=state,
        sent_at=NOW if state == "sent" else None,
        **lease,
    )

    cancelled = cancel_pending("case:1", ["note"], because="period_ended")

    notice = Notice.objects.get()
    if state == "pending":
        assert (cancelled, notice.state, notice.cancelled_because) == (1, "cancelled", "period_ended")
    else:
        assert (cancelled, notice.state, notice.cancelled_because) == (0, state, "")


def test_cancelling_leaves_other_kinds_and_other_things_alone():
    agent = make_agent()
    announce([draft("a", agent, about="case:1"), draft("b", agent, about="case:2")], now=NOW)

    assert cancel_pending("case:1", ["other"], because="x") == 0
    assert cancel_pending("case:1", ["note", "other"], because="x") == 1
    assert dict(Notice.objects.values_list("key", "state")) == {"a": "cancelled", "b": "pending"}


def test_a_person_sees_and_counts_their_own_notices_only():
    agent, other = make_agent(), make_person()
    announce([draft("a", agent), draft("b", agent), draft("c", other)], now=NOW)

    assert mark_read(inbox_of(agent).filter(key="a"), NOW) == 1
    assert mark_read(inbox_of(agent).filter(key="a"), NOW) == 0

    assert [notice.key for notice in inbox_of(agent)] == ["b", "a"]
    assert (unread_count(agent), unread_count(other)) == (1, 1)


def test_mail_with_a_token_stands_in_no_inbox():
    agent = make_agent()
    announce([NoticeDraft(key="s", kind="secret", recipient=agent)], now=NOW)

    assert (list(inbox_of(agent)), unread_count(agent)) == ([], 0)


def test_whoever_may_no_longer_sign_in_has_no_inbox():
    agent = make_agent()
    announce([draft("a", agent)], now=NOW)
    agent.is_active = False

    assert list(inbox_of(agent)) == []


class TestOutbox:
    def made(self, state):
        return Notice.objects.create(
            key="a", kind="note", recipient=make_agent(), created_at=NOW, state=state, attempts=12
        )

    def test_a_lead_has_mail_sent_again_that_was_given_up(self):
        notice = self.made("dead")

        send_again(notice, make_lead())

        notice.refresh_from_db()
        assert (notice.state, notice.attempts) == ("pending", 0)

    def test_a_lead_cancels_mail_that_waits(self):
        notice = self.made("pending")

        cancel(notice, make_lead())

        notice.refresh_from_db()
        assert (notice.state, notice.cancelled_because) == ("cancelled", "by_staff")

    @pytest.mark.parametrize(
        ("act", "state", "code"), [(send_again, "pending", "not_dead"), (cancel, "dead", "not_pending")]
    )
    def test_an_act_that_does_not_fit_the_state_is_refused(self, act, state, code):
        notice = self.made(state)

        with pytest.raises(DomainError, match=code) as refused:
            act(notice, make_lead())

        notice.refresh_from_db()
        assert refused.value.values == {"state": state}
        assert (notice.state, notice.attempts) == (state, 12)

    @pytest.mark.parametrize(("act", "state"), [(send_again, "dead"), (cancel, "pending")])
    def test_an_agent_may_do_neither(self, act, state):
        notice = self.made(state)

        with pytest.raises(NotAllowed, match="not_lead"):
            act(notice, make_agent())

        notice.refresh_from_db()
        assert notice.state == state
