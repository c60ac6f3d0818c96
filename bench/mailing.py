"""Mails through the sender as it runs, to a mail server of this machine."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Min

from bench.filling import Portfolio, add_due
from bench.measuring import Line, seconds
from cases.models import Case
from portal.clock import machine_now
from portal.notices.models import Notice
from portal.notices.sender import send_due
from portal.notices.states import MailState
from portal.work.instance import adopt
from portal.work.timed import run_tick


class LostMail(AssertionError):  # noqa: N818 -- errors say what happened (STYLE 4)
    """The server did not take what the rows say."""


class Sink:
    """The mail server's process, and the ids of the mails that it took, known once it has ended."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.port = int(process.stdout.readline())
        self.message_ids: list[str] = []

    def end(self) -> None:
        """This will let the server end, and keep the ids."""
        said, _nothing = self._process.communicate(timeout=60)
        self.message_ids = said.split()


@contextmanager
def sink() -> Iterator[Sink]:
    """Inside, mail goes to a server of this machine."""
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("sink.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    names = ("EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_USE_SSL", "EMAIL_HOST_USER")
    before = {name: getattr(settings, name) for name in names}
    try:
        with server:
            taken = Sink(server)
            backend = "portal.notices.smtp.EmailBackend"
            for name, value in zip(names, (backend, "127.0.0.1", taken.port, False, False, ""), strict=True):
                setattr(settings, name, value)
            yield taken
            taken.end()
    finally:
        server.kill()
        for name, value in before.items():
            setattr(settings, name, value)


def send(portfolio: Portfolio, count: int) -> Line:
    """This will announce `count` reminders and closures and send them, round after round."""
    adopt()
    waiting = _announce(portfolio, count)
    rounds = 0

    def send_all() -> None:
        nonlocal rounds
        while send_due(machine_now()).sent:
            rounds += 1

    with sink() as server:
        taken = seconds(send_all)
    rows = set(
        Notice.objects.filter(pk__in=waiting, state=MailState.SENT).values_list("message_id", flat=True)
    )
    if len(rows) != count or sorted(server.message_ids) != sorted(rows):
        raise LostMail(f"{len(server.message_ids)} mails were taken, {len(rows)} of {count} rows say sent")
    return Line(
        f"{count:,} mails through the sender to a local server",
        f"{taken:.0f} s, {count / taken:,.0f} mails/s, {rounds} rounds",
    )


def _announce(portfolio: Portfolio, count: int) -> list[int]:
    """The keys of exactly `count` notices whose mail waits."""
    unsent = Notice.objects.filter(state=MailState.PENDING)
    unsent.update(state=MailState.QUIET)
    now = Case.objects.aggregate(first=Min("next_follow_up_at"))["first"] - timedelta(minutes=1)
    add_due(portfolio, count, due_at=now)
    run_tick(now)
    waiting = list(unsent.order_by("pk").values_list("pk", flat=True))
    unsent.filter(pk__in=waiting[count:]).update(state=MailState.QUIET)
    return waiting[:count]
