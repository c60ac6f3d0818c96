"""A mail server of our own on loopback, and a kind of notice that a test can bend."""

import socket
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


@dataclass
class Sink:
    """What the server took, and how it answers: by address, to MAIL FROM, and after the text."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    greetings: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    sender_answer: str = ""
    dies_after_acceptance: int = 0

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
        self.mails.append(message_from_bytes(envelope.original_content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        if self.dies_after_acceptance:
            self.dies_after_acceptance -= 1
            server.transport.abort()
        return "250 OK"


class _Server(Controller):
    def factory(self):
        return SMTP(self.handler, enable_SMTPUTF8=False)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def sink(settings):
    """A mail server that takes everything until told otherwise."""
    server = _Server(Sink(), hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield server.handler
    server.stop()


@pytest.fixture
def no_server(settings):
    """A mail server that is not there."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


@pytest.fixture
def adopted(db):
    """This installation may send."""
    adopt()


def _refuse_to_render(notice):
    raise ZeroDivisionError("broken template")


@pytest.fixture
def note(monkeypatch):
    """The kinds "note", "secret" and "broken"; what a note says stands in its params."""
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
