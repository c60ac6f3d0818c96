"""Pages reach the pager once each where that can be known, are signed, and say nothing of the customer's."""

import hmac
import ipaddress
import re
import ssl
import threading
import uuid
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings as portal
from django.db import IntegrityError, connection, transaction

from portal.notices.models import Notice
from portal.notices.operations import NoticeDraft, announce, send_again
from portal.notices.pager import page_due
from portal.notices.pager_settings import PAGED, faults_of
from portal.notices.rounds import SendReport
from portal.notices.sender import send_due
from portal.notices.states import PAGE_KEY, Transport
from portal.work.models import Heartbeat, InstanceMark
from tests.factories.mail_sink import free_port
from tests.factories.pager import DIE, HANG, SECRET, start_pager
from tests.factories.people import make_agent, make_lead

NOW = datetime(2025, 12, 3, 10, 26, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
FACTS = {"event": "p1_filed", "number": "E-000000042", "priority": "P1", "region": "EMEA"}

_keys = count(1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("adopted", "note")]


def make_page(**facts):
    columns = {
        "key": f"k{next(_keys)}{PAGE_KEY}",
        "kind": "note",
        "transport": Transport.PAGER,
        "params": {"case": 42, **FACTS, "response_due_at": None},
        "created_at": NOW,
        "queued_at": NOW,
        "next_attempt_at": NOW,
    }
    return Notice.objects.create(**{**columns, **facts})


def fresh(notice):
    return Notice.objects.get(pk=notice.pk)


def go_on_until_settled(page):
    """Goes from one instant at which the page is due to the next; tells the pauses, and the last instant."""
    at, pauses = NOW, []
    while (page := fresh(page)).state == "pending":
        page_due(at)
        pauses.append((fresh(page).next_attempt_at - at) // SECOND)
        at = max(at, fresh(page).next_attempt_at)
    return pauses, at


class TestPaging:
    def test_a_page_is_posted_once_and_says_what_happened_and_where(self, pager, settings):
        settings.PORTAL_BASE_URL = "https://support.example"
        page = make_page(params={"case": 42, **FACTS, "response_due_at": "2025-12-03T10:41:00+00:00"})

        assert page_due(NOW) == SendReport(sent=1)
        assert page_due(NOW + 24 * HOUR) == SendReport()

        [got] = pager.pages
        assert (got.method, got.path) == ("POST", "/hooks/support?team=emea")
        assert got.says == {
            **FACTS,
            "id": got.key,
            "occurred_at": "2025-12-03T10:26:00+00:00",
            "response_due_at": "2025-12-03T10:41:00+00:00",
            "url": "https://support.example/inbox/",
        }
        assert got.headers["Content-Type"] == "application/json"
        assert got.key == page.message_id[1:33]
        after = fresh(page)
        assert (after.state, after.attempts, after.address, after.last_error) == ("sent", 1, "127.0.0.1", "")
        assert (after.sent_text, NOW <= after.sent_at < NOW + MINUTE) == (got.body.decode(), True)

    def test_nothing_of_a_row_is_said_but_what_a_page_may_say(self, pager):
        make_page(params={**FACTS, "response_due_at": None, "title": "Till is down", "requestor": "Rita"})

        page_due(NOW)

        assert set(pager.pages[0].says) == {*FACTS, "id", "occurred_at", "response_due_at", "url"}

    def test_mail_and_pages_go_their_own_ways(self, pager, sink):
        make_page()
        mail = Notice.objects.create(
            key="m", kind="note", recipient=make_agent(), created_at=NOW, next_attempt_at=NOW
        )

        assert send_due(NOW) == SendReport(sent=1)
        assert (fresh(mail).state, pager.pages) == ("sent", [])
        assert page_due(NOW) == SendReport(sent=1)
        assert len(sink.mails) == 1

    def test_while_the_mail_server_is_away_pages_go_out_and_the_other_way_round(
        self, pager, no_server, settings
    ):
        mail = Notice.objects.create(
            key="m", kind="note", recipient=make_agent(), created_at=NOW, next_attempt_at=NOW
        )
        page = make_page()

        assert send_due(NOW) == SendReport(put_off=1)
        assert page_due(NOW) == SendReport(sent=1)
        assert (fresh(mail).state, fresh(page).state) == ("pending", "sent")

    def test_a_round_leaves_a_sign_of_life_of_its_own(self, pager):
        page_due(NOW)

        assert list(Heartbeat.objects.values_list("name", flat=True)) == ["page"]


class TestNotPaging:
    def test_a_copied_database_pages_nobody(self, pager):
        page = make_page()
        InstanceMark.objects.all().delete()

        assert page_due(NOW) == SendReport(is_adopted=False)
        assert (pager.pages, fresh(page).state) == ([], "pending")

    def test_without_a_pager_nothing_is_sent(self, pager, settings):
        page = make_page()
        settings.PORTAL_PAGER_URL = ""

        assert page_due(NOW) == SendReport()
        assert (pager.pages, fresh(page).state) == ([], "pending")

    def test_what_no_longer_matters_is_cancelled_with_the_reason(self, pager):
        page = make_page(params={**FACTS, "obsolete": "answered"})

        assert page_due(NOW) == SendReport(cancelled=1)
        assert (fresh(page).cancelled_because, pager.pages) == ("answered", [])

    def test_a_page_that_another_holds_is_left_alone_until_its_lease_ends(self, pager):
        until = NOW + MINUTE
        make_page(
            state="sending", attempts=1, lease_token=uuid.uuid4(), lease_until=until, next_attempt_at=until
        )

        assert page_due(until - SECOND).sent == 0
        assert page_due(until).sent == 1

    @pytest.mark.parametrize("facts", [{"kind": "of an app that is gone"}, {"params": {}}])
    def test_a_page_that_cannot_be_written_is_given_up_and_stops_no_other(self, pager, facts):
        broken = make_page(**facts)
        make_page()

        assert page_due(NOW) == SendReport(sent=1, dead=1)
        assert fresh(broken).state == "dead"
        assert fresh(broken).last_error

    def test_a_page_has_no_recipient(self, pager):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_page(recipient=make_agent())

    def test_an_event_is_paged_once(self, pager):
        draft = NoticeDraft("a:pager", "note", None, params=FACTS, transport=Transport.PAGER)
        announce([draft], now=NOW)

        with pytest.raises(IntegrityError), transaction.atomic():
            announce([draft], now=NOW)
        assert Notice.objects.count() == 1

    def test_a_page_wakes_its_own_sender_once(self, pager, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks() as woken:
            for key in "ab":
                announce([NoticeDraft(key, "note", None, transport=Transport.PAGER)], now=NOW)

        assert [function.__name__ for function in woken] == ["nudge_pager"]


class TestFaultyPager:
    @pytest.mark.parametrize(
        "answer",
        [500, 503, 404, 429, 301, 302, 307, 308],
    )
    def test_any_answer_but_2xx_is_tried_again_and_costs_the_others_nothing(self, pager, answer):
        pager.answers_once = [answer]
        page = make_page()
        make_page(next_attempt_at=NOW, created_at=NOW)

        assert page_due(NOW) == SendReport(sent=1, put_off=1)
        after = fresh(page)
        assert (after.state, after.attempts, after.last_error) == (
            "pending",
            1,
            f"NotTaken: HTTP {answer}",
        )
        assert NOW + 15 * SECOND <= after.next_attempt_at < NOW + 25 * SECOND

        assert page_due(NOW + MINUTE) == SendReport(sent=1)
        assert pager.keys[0] == pager.keys[2]

    def test_a_redirect_is_never_followed(self, pager):
        pager.answer = 307
        make_page()

        page_due(NOW)

        assert [page.path for page in pager.pages] == ["/hooks/support?team=emea"]

    def test_gone_is_given_up_at_once_and_staff_may_send_it_again(self, pager):
        pager.answers_once = [410]
        page = make_page()

        assert page_due(NOW) == SendReport(dead=1)
        assert (fresh(page).state, fresh(page).last_error) == ("dead", "NotTaken: HTTP 410")

        send_again(page, make_lead())
        Notice.objects.update(next_attempt_at=NOW)
        assert page_due(NOW) == SendReport(sent=1)
        assert len(set(pager.keys)) == 1

    def test_while_nobody_is_there_one_page_is_tried_and_none_is_lost(self, pager, settings):
        settings.PORTAL_PAGER_URL = f"http://127.0.0.1:{free_port()}/"
        for _ in range(3):
            make_page()

        assert page_due(NOW) == SendReport(put_off=1)
        assert sorted(Notice.objects.values_list("state", "attempts")) == [
            ("pending", 0),
            ("pending", 0),
            ("pending", 1),
        ]
        assert all(at >= NOW + 15 * SECOND for at in Notice.objects.values_list("next_attempt_at", flat=True))

    def test_the_pauses_grow_and_a_page_is_given_up_within_a_day(self, pager):
        pager.answer = 500
        page = make_page()

        pauses, last = go_on_until_settled(page)

        assert pauses[:9] == [15, 30, 60, 120, 240, 480, 960, 1920, 3600]
        assert (len(pager.pages), set(pager.keys), fresh(page).state) == (30, {pager.keys[0]}, "dead")
        assert timedelta(hours=20) < last - NOW < timedelta(hours=24)

    def test_a_page_whose_senders_all_died_is_given_up(self, pager):
        make_page(
            state="sending", attempts=30, lease_token=uuid.uuid4(), lease_until=NOW, next_attempt_at=NOW
        )

        assert (page_due(NOW), pager.pages) == (SendReport(dead=1), [])

    @pytest.mark.parametrize("answer", [DIE, b"nonsense\r\n\r\n", b"", b"HTTP/1.1 abc\r\n\r\n"])
    def test_a_pager_that_dies_after_taking_a_page_gets_it_again_under_the_same_key(self, pager, answer):
        pager.answers_once = [answer]
        page = make_page()

        assert page_due(NOW) == SendReport(put_off=1)
        assert page_due(NOW + MINUTE) == SendReport(sent=1)
        assert (pager.keys, fresh(page).attempts) == ([pager.keys[0]] * 2, 2)
        assert pager.pages[0].body == pager.pages[1].body

    def test_a_pager_that_hangs_holds_the_round_for_its_timeout_only(self, pager, settings):
        settings.PORTAL_PAGER_TIMEOUT = 0.2
        pager.answer = HANG
        make_page()
        make_page()

        assert page_due(NOW) == SendReport(put_off=1)
        assert len(pager.pages) == 1

    def test_the_body_of_an_answer_is_not_read(self, pager):
        pager.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 20_000_000
        make_page()

        assert page_due(NOW) == SendReport(sent=1)


class TestSignature:
    def test_it_is_an_hmac_of_timestamp_and_body_by_every_secret_in_use(self, pager, settings):
        newer = "the-second-secret-of-the-pager-in-test"
        settings.PORTAL_PAGER_SECRETS = [newer, SECRET]
        make_page()

        page_due(NOW)

        [got] = pager.pages
        said = f"{int(NOW.timestamp())}.".encode() + got.body
        expected = [hmac.digest(secret.encode(), said, "sha256").hex() for secret in (newer, SECRET)]
        assert got.headers["Portal-Timestamp"] == str(int(NOW.timestamp()))
        assert got.headers["Portal-Signature"] == f"v1={expected[0]},v1={expected[1]}"

    def test_the_check_of_the_documentation_takes_what_is_sent_and_nothing_else(self, pager):
        text = (Path(portal.BASE_DIR) / "docs" / "deployment.md").read_text("utf-8")
        [code] = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
        described: dict = {}
        exec(code, described)
        is_genuine = described["is_genuine"]
        make_page()
        page_due(NOW)
        [got] = pager.pages
        now = NOW.timestamp()

        assert is_genuine(got.headers, got.body, SECRET, now)
        assert not is_genuine(got.headers, got.body + b" ", SECRET, now)
        assert not is_genuine(got.headers, got.body, SECRET + "x", now)
        assert not is_genuine(got.headers, got.body, SECRET, now + 302)
        later = {**got.headers, "Portal-Timestamp": str(int(now) + 200)}
        assert not is_genuine(later, got.body, SECRET, now + 200)

    def test_each_attempt_has_a_timestamp_of_its_own(self, pager):
        pager.answers_once = [500]
        make_page()

        page_due(NOW)
        page_due(NOW + HOUR)

        first, second = (int(page.headers["Portal-Timestamp"]) for page in pager.pages)
        assert 3600 <= second - first <= 3601


def certificate_of(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody trusts, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pager.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - HOUR)
        .not_valid_after(now + HOUR)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "pager.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "pager.key").write_bytes(pem)
    return folder / "pager.pem", folder / "pager.key"


def test_a_certificate_that_nobody_trusts_gets_no_page(settings, monkeypatch, tmp_path, pager):
    certificate, key = certificate_of(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    strange, server = start_pager(context)
    settings.PORTAL_PAGER_URL = f"https://127.0.0.1:{strange.port}/"
    page = make_page()

    assert page_due(NOW) == SendReport(put_off=1)
    assert "CERTIFICATE_VERIFY_FAILED" in fresh(page).last_error
    assert strange.pages == []

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert page_due(NOW + MINUTE) == SendReport(sent=1)
    server.shutdown()
    server.server_close()


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_pager_hangs_and_a_late_result_is_not_written(
    transactional_db, pager, settings
):
    settings.PORTAL_PAGER_TIMEOUT = 20
    pager.answers_once = [HANG]
    page = make_page()
    reports = []

    def send():
        reports.append(page_due(NOW))
        connection.close()

    sender = threading.Thread(target=send)
    sender.start()
    assert pager.hanging.wait(10)

    # The lease has run out: another one takes the page, and writes without waiting.
    assert page_due(NOW + 2 * MINUTE) == SendReport(sent=1)
    pager.released.set()
    sender.join(20)

    assert reports == [SendReport(lost=1)]
    assert (fresh(page).state, len(set(pager.keys)), len(pager.pages)) == ("sent", 1, 2)


LONG = "x" * 32


@pytest.mark.parametrize(
    ("url", "secrets", "kinds", "said"),
    [
        ("", [], PAGED, []),
        ("https://pager.example/hook", [LONG], PAGED, []),
        ("https://pager.example:8443/hook?team=a", [LONG, LONG], [], []),
        ("https://pager.example/", [], PAGED, ["set both for a pager, or neither"]),
        ("", [LONG], PAGED, ["set both for a pager, or neither"]),
        ("https://pager.example/", [LONG[1:]], PAGED, ["32 characters or more"]),
        ("https://pager.example/", [LONG], ["p1_filed", "everything"], ["not everything"]),
        ("http://127.0.0.1:1/", [LONG], PAGED, ["an https:// address"]),
        ("http://pager.example/", [LONG], PAGED, ["an https:// address"]),
        ("ftp://pager.example/", [LONG], PAGED, ["an https:// address"]),
        ("https://", [LONG], PAGED, ["an https:// address"]),
        ("https://a:b@pager.example/", [LONG], PAGED, ["an https:// address"]),
        ("https://pager.example:99999/", [LONG], PAGED, ["an https:// address"]),
        ("https://pager..example/", [LONG], PAGED, ["an https:// address"]),
        ("https://pager.example/a b", [LONG], PAGED, ["an https:// address"]),
        ("pager.example", [LONG], PAGED, ["an https:// address"]),
    ],
)
def test_settings_that_make_no_sense_are_told(url, secrets, kinds, said):
    faults = list(faults_of(url, secrets, kinds, may_be_plain=False))

    assert len(faults) == len(said)
    assert all(words in fault for words, fault in zip(said, faults, strict=True))


@pytest.mark.parametrize(
    ("url", "is_fine"),
    [
        ("http://127.0.0.1:9000/", True),
        ("http://localhost/", True),
        ("http://[::1]:9000/", True),
        ("http://pager.example/", False),
        ("http://127.0.0.1.pager.example/", False),
    ],
)
def test_a_plain_address_is_one_of_this_machine(url, is_fine):
    assert (list(faults_of(url, [LONG], PAGED, may_be_plain=True)) == []) == is_fine
