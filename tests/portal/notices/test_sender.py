"""Mail is never lost, never sent twice where that can be known, and never to whom it no longer concerns."""

import socket
import time
import uuid
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from portal.accounts.models import Account
from portal.notices.kinds import NoticeKind, register
from portal.notices.mail import MailContent, render_mail
from portal.notices.models import Notice
from portal.notices.rounds import SendReport, delay_after
from portal.notices.sender import send_due
from portal.work.models import Heartbeat, InstanceMark
from tests.factories.people import make_account, make_agent, make_person

NOW = datetime(2025, 12, 3, 10, 26, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIVE_DAYS = timedelta(days=5)
ONE = timedelta(microseconds=1)

_keys = count(1)


def make_notice(recipient=None, *, kind="note", **facts):
    defaults = {
        "key": f"k{next(_keys)}",
        "recipient": recipient if recipient or facts.get("address") else make_agent(),
        "created_at": NOW,
        "queued_at": NOW,
        "next_attempt_at": NOW,
    }
    return Notice.objects.create(kind=kind, **{**defaults, **facts})


def states():
    return list(Notice.objects.order_by("pk").values_list("state", flat=True))


pytestmark = pytest.mark.usefixtures("adopted", "note")


class TestSending:
    def test_a_mail_goes_out_once_with_text_html_and_headers(self, sink, settings):
        settings.PORTAL_BASE_URL = "https://support.example"
        notice = make_notice(
            make_agent(email="sam@staff.example"), about="case:42", params={"text": "Hello ✓"}
        )

        assert send_due(NOW) == SendReport(sent=1)
        assert send_due(NOW + timedelta(days=1)) == SendReport()

        [mail] = sink.mails
        assert sink.recipients == ["sam@staff.example"]
        assert {name: mail[name] for name in ("To", "From", "Subject", "Message-ID", "In-Reply-To")} == {
            "To": "sam@staff.example",
            "From": settings.DEFAULT_FROM_EMAIL,
            "Subject": "A note",
            "Message-ID": notice.message_id,
            "In-Reply-To": "<case.42@portal.example>",
        }
        assert mail["References"] == mail["In-Reply-To"]
        assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
        text, html = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
        assert "Hello ✓" in text
        assert "https://support.example/inbox/" in text
        assert "Hello ✓" in html

        notice.refresh_from_db()
        assert (notice.state, notice.attempts, notice.address) == ("sent", 1, "sam@staff.example")
        assert (notice.sent_subject, notice.lease_token) == ("A note", None)
        assert "Hello ✓" in notice.sent_text
        assert "Hello ✓" in notice.sent_html
        assert NOW <= notice.sent_at < NOW + MINUTE

    def test_somebody_without_a_login_gets_mail_by_address(self, sink):
        make_notice(address="guest@elsewhere.example")

        send_due(NOW)

        assert sink.recipients == ["guest@elsewhere.example"]

    def test_a_batch_uses_one_connection(self, sink):
        agent = make_agent()
        for _ in range(25):
            make_notice(agent)

        assert send_due(NOW).sent == 25
        assert sink.greetings == 1

    def test_a_round_sends_the_oldest_first_and_no_more_than_its_limit(self, sink):
        agent = make_agent()
        late = make_notice(agent, next_attempt_at=NOW - MINUTE, params={"subject": "late"})
        early = make_notice(agent, next_attempt_at=NOW - 2 * MINUTE, params={"subject": "early"})

        assert send_due(NOW, limit=1).sent == 1

        assert [mail["Subject"] for mail in sink.mails] == ["early"]
        late.refresh_from_db()
        early.refresh_from_db()
        assert (early.state, late.state) == ("sent", "pending")

    @pytest.mark.parametrize(("wait", "sent"), [(timedelta(0), 1), (timedelta(seconds=30), 0)])
    def test_a_mail_waits_for_its_instant(self, sink, wait, sent):
        make_notice(next_attempt_at=NOW + wait)

        assert send_due(NOW).sent == sent

    def test_a_reader_gets_their_own_language_and_zone(self, sink, note):
        spoken = []

        def listen(notice):
            from django.utils import timezone, translation

            spoken.append((translation.get_language(), timezone.get_current_timezone_name()))
            return render_mail(MailContent(heading="x"), subject="x")

        register(
            NoticeKind("heard", "Heard", lambda n: "", lambda n: "/", listen, lambda n: None, lambda n: "")
        )
        account = make_account(country="JP")
        make_notice(make_person(account, language="ja"), kind="heard")
        make_notice(make_person(account, language="fr", time_zone="Europe/Paris"), kind="heard")
        make_notice(address="guest@elsewhere.example", kind="heard")
        Account.objects.filter(pk=account.pk).update(language="nl")
        make_notice(make_person(account, language=""), kind="heard")

        send_due(NOW)

        assert spoken == [("ja", "Asia/Tokyo"), ("fr", "Europe/Paris"), ("en", "UTC"), ("nl", "Asia/Tokyo")]

    def test_a_round_leaves_a_sign_of_life(self, sink):
        make_notice()

        send_due(NOW)

        beat = Heartbeat.objects.get(name="send")
        assert (beat.done, beat.at >= NOW) == (1, True)


class TestNotSending:
    def test_a_copied_database_sends_nothing(self, sink):
        make_notice()
        InstanceMark.objects.all().delete()

        assert send_due(NOW) == SendReport(is_adopted=False)
        assert (sink.mails, states()) == ([], ["pending"])

    def test_what_no_longer_matters_is_cancelled_with_the_reason(self, sink):
        notice = make_notice(params={"obsolete": "period_ended"})

        assert send_due(NOW) == SendReport(cancelled=1)

        notice.refresh_from_db()
        assert (notice.state, notice.cancelled_because, notice.attempts) == ("cancelled", "period_ended", 0)
        assert sink.mails == []

    def test_who_may_no_longer_sign_in_gets_no_mail(self, sink):
        agent = make_agent()
        notice = make_notice(agent)
        agent.is_active = False
        agent.save()

        assert send_due(NOW) == SendReport(cancelled=1)

        notice.refresh_from_db()
        assert notice.cancelled_because == "recipient_left"

    def test_a_mail_that_another_sender_holds_is_left_alone_until_its_lease_ends(self, sink):
        until = NOW + timedelta(minutes=5)
        make_notice(
            state="sending", attempts=1, lease_token=uuid.uuid4(), lease_until=until, next_attempt_at=until
        )

        assert send_due(until - timedelta(seconds=30)).sent == 0
        assert send_due(until).sent == 1

    def test_quiet_notices_stay_in_the_inbox(self, sink):
        make_notice(state="quiet")

        assert send_due(NOW) == SendReport()
        assert states() == ["quiet"]


class TestFaultyMail:
    @pytest.mark.parametrize("kind", ["broken", "unsure", "of an app that is gone"])
    def test_a_mail_that_cannot_be_made_is_given_up_and_stops_no_other(self, sink, kind):
        broken = make_notice(kind=kind)
        make_notice()

        assert send_due(NOW) == SendReport(sent=1, dead=1)

        broken.refresh_from_db()
        assert broken.state == "dead"
        assert broken.last_error

    def test_a_recipient_refused_for_good_is_given_up_and_stops_no_other(self, sink):
        sink.answers["gone@staff.example"] = "550 no such mailbox"
        gone = make_notice(make_agent(email="gone@staff.example"))
        make_notice(make_agent(email="here@staff.example"))

        assert send_due(NOW) == SendReport(sent=1, dead=1)

        gone.refresh_from_db()
        assert (gone.state, gone.attempts) == ("dead", 1)
        assert "no such mailbox" in gone.last_error
        assert sink.recipients == ["here@staff.example"]

    def test_a_recipient_refused_for_now_is_tried_again_a_minute_later(self, sink):
        sink.answers["busy@staff.example"] = "450 mailbox busy"
        notice = make_notice(make_agent(email="busy@staff.example"))

        assert send_due(NOW) == SendReport(put_off=1)

        notice.refresh_from_db()
        assert (notice.state, notice.attempts, notice.lease_token) == ("pending", 1, None)
        assert NOW + MINUTE <= notice.next_attempt_at < NOW + 2 * MINUTE
        sink.answers.clear()
        assert send_due(NOW + 2 * MINUTE).sent == 1

    @pytest.mark.parametrize(
        ("attempts", "age", "state"),
        [
            (7, FIVE_DAYS - MINUTE, "pending"),
            (7, FIVE_DAYS, "dead"),
            (5, FIVE_DAYS, "pending"),
        ],
    )
    def test_a_mail_that_is_refused_for_now_is_given_up_after_five_days(self, sink, attempts, age, state):
        sink.answers["busy@staff.example"] = "450 mailbox busy"
        make_notice(make_agent(email="busy@staff.example"), attempts=attempts, queued_at=NOW - age)

        send_due(NOW)

        assert states() == [state]

    @pytest.mark.parametrize(("attempts", "state"), [(10, "pending"), (11, "dead")])
    def test_a_mail_that_may_have_been_taken_twelve_times_is_given_up(self, sink, attempts, state):
        sink.dies_after_acceptance = 1
        make_notice(attempts=attempts)

        send_due(NOW)

        assert states() == [state]

    def test_a_mail_whose_senders_all_died_is_given_up(self, sink):
        make_notice(
            state="sending", attempts=12, lease_token=uuid.uuid4(), lease_until=NOW, next_attempt_at=NOW
        )

        assert send_due(NOW) == SendReport(dead=1)
        assert (states(), sink.mails) == (["dead"], [])

    @pytest.mark.parametrize(
        "address",
        [
            "a@b.example\nBcc: all@b.example",
            "a@b.example, c@b.example",
            "nobody",
            "a b@c.example",
            "a@\r\nb.example",
        ],
    )
    def test_an_address_that_is_none_is_given_up(self, sink, address):
        make_notice(address=address)

        assert send_due(NOW) == SendReport(dead=1)
        assert sink.mails == []

    def test_line_breaks_in_a_subject_become_spaces(self, sink):
        make_notice(params={"subject": "One\r\nBcc: all@b.example\nTwo"})

        assert send_due(NOW).sent == 1
        [mail] = sink.mails
        assert (mail["Subject"], mail["Bcc"]) == ("One Bcc: all@b.example Two", None)

    def test_line_breaks_in_a_thread_reach_no_header(self, sink):
        make_notice(about="case:42\nX-Bad: 1")

        assert send_due(NOW).sent == 1
        assert sink.mails[0]["X-Bad"] is None


class TestFaultyServer:
    def test_while_the_server_is_away_nothing_is_lost_and_only_one_mail_is_tried(self, no_server):
        for _ in range(3):
            make_notice()

        assert send_due(NOW) == SendReport(put_off=1)

        assert states() == ["pending"] * 3
        assert sorted(Notice.objects.values_list("attempts", flat=True)) == [0, 0, 1]
        assert all(at >= NOW + MINUTE for at in Notice.objects.values_list("next_attempt_at", flat=True))

    def test_an_outage_of_days_gives_up_no_mail(self, no_server):
        notice = make_notice()
        at = NOW
        for _ in range(40):
            send_due(at)
            notice.refresh_from_db()
            at = notice.next_attempt_at

        assert at - NOW > timedelta(days=1)
        assert (notice.state, notice.attempts) == ("pending", 7)

    def test_a_server_that_never_answers_holds_the_sender_for_its_timeout_only(self, settings):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            settings.EMAIL_BACKEND = "portal.notices.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
            settings.EMAIL_TIMEOUT = 1
            make_notice()
            make_notice()
            started = time.monotonic()

            assert send_due(NOW) == SendReport(put_off=1)

        assert time.monotonic() - started < 3
        assert states() == ["pending", "pending"]

    def test_a_sender_that_is_refused_ends_the_round_and_gives_up_nothing(self, sink):
        sink.sender_answer = "553 sender not allowed"
        make_notice(attempts=11)
        make_notice()

        assert send_due(NOW) == SendReport(put_off=1)
        assert states() == ["pending", "pending"]

    def test_a_server_that_dies_after_accepting_gets_the_same_message_id_again(self, sink):
        sink.dies_after_acceptance = 1
        notice = make_notice()

        assert send_due(NOW) == SendReport(put_off=1)
        assert send_due(NOW + 2 * MINUTE) == SendReport(sent=1)

        assert [mail["Message-ID"] for mail in sink.mails] == [notice.message_id] * 2

    def test_the_others_go_out_over_a_new_connection_after_one_broke(self, sink):
        sink.dies_after_acceptance = 1
        for _ in range(3):
            make_notice()

        assert send_due(NOW) == SendReport(sent=2, put_off=1)


class TestLateResult:
    def test_a_sender_whose_lease_has_passed_to_another_writes_nothing(self, sink, note):
        other = uuid.uuid4()

        def take_the_lease_away(notice):
            Notice.objects.filter(pk=notice.pk).update(lease_token=other)
            return render_mail(MailContent(heading="x"), subject="x")

        register(
            NoticeKind(
                "slow", "Slow", lambda n: "", lambda n: "/", take_the_lease_away, lambda n: None, lambda n: ""
            )
        )
        notice = make_notice(kind="slow")

        assert send_due(NOW) == SendReport(lost=1)

        notice.refresh_from_db()
        assert (notice.state, notice.lease_token, notice.sent_at) == ("sending", other, None)


class TestSecrets:
    @pytest.mark.parametrize(("is_demo", "kept"), [(False, ""), (True, "token-1234")])
    def test_the_text_of_a_secret_is_kept_in_the_demo_only(self, sink, settings, is_demo, kept):
        settings.PORTAL_EMBEDDED = is_demo
        notice = make_notice(kind="secret", params={"text": "token-1234"})

        send_due(NOW)

        notice.refresh_from_db()
        assert "token-1234" in sink.mails[0].get_body(("plain",)).get_content()
        assert (kept in notice.sent_text, bool(notice.sent_text)) == (True, is_demo)
        assert bool(notice.sent_html) == is_demo


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (12, 60), (1000, 60)]
)
def test_the_delay_doubles_up_to_an_hour(attempts, minutes):
    assert delay_after(attempts) == timedelta(minutes=minutes)
