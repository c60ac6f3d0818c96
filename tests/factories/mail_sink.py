"""A mail server of our own on loopback, and a kind of notice that a test can bend."""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from portal.notices import kinds
from portal.notices.kinds import NoticeKind
from portal.notices.mail import MailContent, render_mail
from portal.work.instance import adopt

BACKEND = "portal.notices.smtp.EmailBackend"


@dataclass
class Sink:
    """What the server took, and how it answers: by address, to MAIL FROM, and after the text."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    greetings: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    sender_answer: str = ""
    dies_after_acceptance: int = 0
    # Every mail meets a dying server the first time that it is seen.
    dies_once_for_each: bool = False
    # After so many mails it closes the connection, as servers do that limit mails for each.
    hangs_up_after: int = 0

    @property
    def message_ids(self):
        return [mail["Message-ID"] for mail in self.mails]

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.greetings += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.sender_answer:
            return self.sender_answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.original_content, policy=policy.default)
        is_first = mail["Message-ID"] not in self.message_ids
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        if self.dies_once_for_each and is_first:
            server.transport.abort()
        if self.dies_after_acceptance:
            self.dies_after_acceptance -= 1
            server.transport.abort()
        if self.hangs_up_after and len(self.mails) % self.hangs_up_after == 0:
            asyncio.get_running_loop().call_soon(server.transport.close)
        return "250 OK"


class _Server(Controller):
    def factory(self):
        return SMTP(self.handler, enable_SMTPUTF8=False)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


STAGES = ("greeting", "ehlo", "mail", "rcpt", "data", "text")
_USUAL = {
    "greeting": "220 here",
    "ehlo": "250 here",
    "mail": "250 OK",
    "rcpt": "250 OK",
    "data": "354 go on",
    "text": "250 OK",
    "rset": "250 OK",
    "quit": "221 bye",
}


class ScriptedServer:
    """A mail server that says at each stage what a test wants, or nothing at all: then it hangs.

    `hanging` is set when it has fallen silent; `at_stage` is called before each answer.
    """

    def __init__(self, **answers: str | None):
        self.answers = {**_USUAL, **answers}
        self.hanging = threading.Event()
        self.at_stage: Callable[[str], None] = lambda stage: None
        self.stages: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self):
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def _serve(self):
        with suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                self._open.append(connection)
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        with suppress(OSError), connection.makefile("rwb") as stream:
            stage = "greeting"
            while self._answer(stream, stage):
                line = stream.readline()
                if not line:
                    return
                stage = "text" if stage == "data" else line[:4].decode().strip().lower()
                while stage == "text" and line != b".\r\n":
                    line = stream.readline()

    def _answer(self, stream, stage):
        self.stages.append(stage)
        self.at_stage(stage)
        answer = self.answers[stage]
        if answer is None:
            self.hanging.set()
            stream.read()
            return False
        stream.write(f"{answer}\r\n".encode())
        stream.flush()
        return answer[:1] in "23" or stage != "greeting"


def speak_to(settings, port, *, timeout=5):
    """Let the portal send through a server on this port of loopback."""
    settings.EMAIL_BACKEND = BACKEND
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, timeout
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


@pytest.fixture
def sink(settings):
    """A mail server that takes everything until told otherwise."""
    server = _Server(Sink(), hostname="127.0.0.1", port=free_port())
    server.start()
    speak_to(settings, server.port)
    yield server.handler
    server.stop()


@pytest.fixture
def scripted(settings):
    """Starts a mail server that answers as told; a request to it times out quickly."""
    started = []

    def start(**answers):
        started.append(ScriptedServer(**answers))
        speak_to(settings, started[-1].port, timeout=0.3)
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def no_server(settings):
    """A mail server that is not there."""
    speak_to(settings, free_port())


@pytest.fixture
def adopted(db):
    """This installation may send."""
    adopt()


def _refuse_to_render(notice):
    raise ZeroDivisionError("broken template")


@pytest.fixture
def note(monkeypatch):
    """The kinds "note", "secret" and "broken"; what a note says stands in its params. Registers others."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))

    def register(code, **changes):
        facts = {
            "code": code,
            "label": code.capitalize(),
            "headline": lambda notice: notice.params.get("text", "A note"),
            "path": lambda notice: "/inbox/",
            "mail": lambda notice: render_mail(
                MailContent(heading="A note", lead=[notice.params.get("text", "")], button_path="/inbox/"),
                subject=notice.params.get("subject", "A note"),
            ),
            "obsolete_because": lambda notice: notice.params.get("obsolete"),
            "thread": lambda notice: notice.about,
        }
        kinds.register(NoticeKind(**{**facts, **changes}))

    register("note")
    register("secret", is_secret=True, is_in_inbox=False)
    register("broken", mail=_refuse_to_render)
    register("unsure", obsolete_because=_refuse_to_render)
    return register
