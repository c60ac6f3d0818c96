"""The mail server refuses for a day, hangs, or dies before its answer: no mail is lost, few come twice."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import count

import psycopg
import pytest
from django.db import connection
from django.test import Client

from cases.models import FollowUpStep
from portal.notices.models import Notice
from portal.notices.sender import GIVE_UP_AFTER, SendReport, send_due
from portal.work.models import Heartbeat
from portal.work.timed import TICK, run_tick
from tests.factories.cases import ASKED, make_waiting_case
from tests.factories.mail_sink import ScriptedServer, speak_to
from tests.factories.people import make_agent, make_lead

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ONE = timedelta(microseconds=1)

_keys = count(1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("note")]


def queue_mails(how_many: int, *, to_each: bool = False, queued_at: datetime = NOW) -> list[Notice]:
    person = make_agent()
    people = [person, *(make_agent() for _ in range(how_many - 1))] if to_each else [person] * how_many
    return [
        Notice.objects.create(
            key=f"k{next(_keys)}",
            kind="note",
            recipient=person,
            created_at=NOW,
            queued_at=queued_at,
            next_attempt_at=NOW,
        )
        for person in people
    ]


def states() -> list[str]:
    return list(Notice.objects.filter(kind="note").order_by("pk").values_list("state", flat=True))


def go_through_a_day() -> None:
    """Goes from one instant at which mail is due to the next."""
    at = NOW
    while at < NOW + DAY:
        send_due(at)
        due = Notice.objects.unsent().order_by("next_attempt_at").values_list("next_attempt_at", flat=True)
        at = max(at + timedelta(seconds=15), due[0])


# --- Refusing for a day -----------------------------------------------------------------------------

REFUSALS = {
    "no connection is taken": {},
    "the greeting refuses": {"greeting": "554 no service"},
    "the greeting is too busy": {"greeting": "421 too busy"},
    "the sender is refused": {"mail": "451 try later"},
    "each recipient is refused for now": {"rcpt": "451 lookup failed, try later"},
    "each text is refused for now": {"text": "452 disk full"},
    "the service closes": {"rcpt": "421 closing"},
}


@pytest.mark.parametrize("answers", REFUSALS.values(), ids=REFUSALS.keys())
def test_a_server_that_refuses_for_a_day_loses_no_mail_and_gets_each_once_when_it_accepts(
    adopted, settings, sink, answers
):
    accepting = settings.EMAIL_PORT
    server = ScriptedServer(**answers)
    speak_to(settings, server.port)
    if not answers:
        server.stop()
    mails = queue_mails(3)

    go_through_a_day()
    server.stop()

    assert states() == ["pending"] * 3
    assert sink.mails == []
    speak_to(settings, accepting)
    for hours in (24, 25, 26):
        send_due(NOW + timedelta(hours=hours))
    assert states() == ["sent"] * 3
    assert sorted(sink.message_ids) == sorted(mail.message_id for mail in mails)


def test_the_pauses_grow_from_a_minute_to_an_hour_and_no_further(adopted, no_server):
    [mail] = queue_mails(1)
    at, pauses = NOW, []
    while at < NOW + DAY:
        send_due(at)
        mail.refresh_from_db()
        pauses.append((mail.next_attempt_at - at) // MINUTE)
        at = mail.next_attempt_at

    assert pauses[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert set(pauses[6:]) == {60}
    assert mail.state == "pending"


def test_a_mail_tried_for_five_days_in_vain_is_given_up_and_staff_may_send_it_again(adopted, scripted):
    scripted(rcpt="450 mailbox full")
    queued_at = NOW - GIVE_UP_AFTER + timedelta(hours=3)
    [mail] = queue_mails(1, queued_at=queued_at)
    at = NOW
    while mail.state == "pending":
        send_due(at)
        mail.refresh_from_db()
        last, at = at, mail.next_attempt_at

    assert (mail.state, GIVE_UP_AFTER < last - queued_at < GIVE_UP_AFTER + timedelta(hours=2)) == (
        "dead",
        True,
    )
    client = Client()
    client.force_login(make_lead())
    page = client.get(f"/admin/notices/notice/{mail.pk}/change/").content.decode()
    assert "mailbox full" in page


@pytest.mark.parametrize(("over", "is_late"), [(timedelta(0), False), (ONE, True)])
def test_the_health_address_says_after_15_minutes_that_mail_waits(
    adopted, no_server, time_machine, over, is_late
):
    queue_mails(1)
    send_due(NOW)
    time_machine.move_to(NOW + 15 * MINUTE + over, tick=False)
    Heartbeat.objects.create(name=TICK, at=NOW + 15 * MINUTE, business_at=NOW)

    answer = Client().get("/health/clock")

    assert ("mail_late" in answer.json()["reasons"]) == is_late
    assert answer.status_code == 503 or not is_late


# --- Hanging ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["greeting", "ehlo", "mail", "rcpt", "data"])
def test_a_server_that_hangs_before_a_text_ends_the_round_at_its_timeout_and_costs_no_mail(
    adopted, scripted, stage
):
    server = scripted(**{stage: None})
    queue_mails(3)

    assert send_due(NOW) == SendReport(put_off=1)

    assert server.stages.count(stage) == 1
    assert states() == ["pending"] * 3
    assert sorted(Notice.objects.values_list("attempts", flat=True)) == [0, 0, 1]


def test_a_server_that_hangs_for_a_day_before_a_text_loses_no_mail(adopted, settings, scripted, sink):
    accepting = settings.EMAIL_PORT
    scripted(data=None)
    settings.EMAIL_TIMEOUT = 0.02
    mails = queue_mails(2)

    go_through_a_day()

    assert states() == ["pending"] * 2
    speak_to(settings, accepting)
    send_due(NOW + 25 * timedelta(hours=1))
    assert sorted(sink.message_ids) == sorted(mail.message_id for mail in mails)


def test_a_mail_whose_text_was_out_when_the_server_fell_silent_is_tried_twelve_times_at_most(
    adopted, settings, scripted
):
    server = scripted(text=None)
    settings.EMAIL_TIMEOUT = 0.05
    [mail] = queue_mails(1)
    at = NOW
    while mail.state == "pending":
        assert send_due(at) in (SendReport(put_off=1), SendReport(dead=1))
        mail.refresh_from_db()
        at = mail.next_attempt_at

    assert (mail.state, mail.attempts, server.stages.count("text")) == ("dead", 12, 12)


def idle_in_transaction() -> int:
    """How many sessions of this database keep a transaction open and do nothing."""
    if connection.vendor != "postgresql":
        return 0
    facts = connection.get_connection_params()
    with psycopg.connect(
        host=facts["host"], port=facts["port"], user=facts["user"], dbname=facts["dbname"]
    ) as other:
        [(idle,)] = other.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and state like 'idle in transaction%'"
        ).fetchall()
    return idle


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stage", ["ehlo", "data", "text"])
def test_while_the_server_hangs_no_transaction_is_open_and_the_clock_does_its_work(
    transactional_db, adopted, settings, scripted, stage
):
    server = scripted(**{stage: None})
    settings.EMAIL_TIMEOUT = 20
    queue_mails(2)
    case = make_waiting_case()
    reports = []

    def send():
        reports.append(send_due(NOW))
        connection.close()

    sender = threading.Thread(target=send)
    sender.start()
    assert server.hanging.wait(10)
    reminded_at = ASKED + timedelta(hours=24)

    assert idle_in_transaction() == 0
    assert run_tick(reminded_at).done["follow_up"] == 1
    assert list(FollowUpStep.objects.values_list("case", "ordinal", "done_at")) == [(case.pk, 1, reminded_at)]

    server.stop()
    sender.join(20)
    assert (len(reports), states()) == (1, ["pending", "pending"])


# --- Dying before its answer ------------------------------------------------------------------------


def test_a_server_that_dies_before_its_answer_gets_each_of_100_mails_twice_under_one_message_id(
    adopted, sink
):
    sink.dies_once_for_each = True
    mails = queue_mails(100)

    for minutes in range(0, 20, 2):
        send_due(NOW + minutes * MINUTE)

    assert states() == ["sent"] * 100
    copies = [sink.message_ids.count(mail.message_id) for mail in mails]
    assert (set(copies), len(sink.mails)) == ({2}, 200)


def test_a_connection_that_breaks_between_two_mails_costs_neither_an_attempt_nor_a_minute(adopted, sink):
    queue_mails(3)
    sink.hangs_up_after = 1

    assert send_due(NOW) == SendReport(sent=3)
    assert (sink.greetings, set(Notice.objects.values_list("attempts", flat=True))) == (3, {1})


# --- One refusal among many -------------------------------------------------------------------------


@pytest.mark.parametrize("position", [0, 10, 24])
def test_one_permanent_refusal_among_many_costs_the_others_nothing(adopted, sink, position):
    mails = queue_mails(25, to_each=True)
    gone = mails[position]
    sink.answers[gone.recipient.email] = "550 no such mailbox"

    assert send_due(NOW) == SendReport(sent=24, dead=1)

    assert sorted(sink.message_ids) == sorted(mail.message_id for mail in mails if mail != gone)
    assert sink.greetings == 1
    assert states().index("dead") == position
    gone.refresh_from_db()
    assert (gone.attempts, "no such mailbox" in gone.last_error) == (1, True)


# --- A clock that ran ahead -------------------------------------------------------------------------


def test_mail_put_off_while_the_clock_stood_a_year_ahead_goes_out_after_its_return(adopted, settings, sink):
    accepting, year = settings.EMAIL_PORT, timedelta(days=365)
    server = ScriptedServer(greeting="421 busy")
    speak_to(settings, server.port)
    mails = queue_mails(3)
    assert send_due(NOW + year) == SendReport(put_off=1)
    server.stop()
    speak_to(settings, accepting)

    assert send_due(NOW + MINUTE) == SendReport(sent=3)
    assert sorted(sink.message_ids) == sorted(mail.message_id for mail in mails)


def test_waits_are_never_shortened_while_the_clock_goes_right(adopted, scripted):
    scripted(rcpt="450 later")
    [mail] = queue_mails(1)
    at = NOW
    for _ in range(10):
        assert send_due(at) == SendReport(put_off=1)
        mail.refresh_from_db()
        assert send_due(mail.next_attempt_at - timedelta(seconds=30)) == SendReport()
        at = mail.next_attempt_at
