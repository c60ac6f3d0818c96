"""No request, whatever it holds, is answered by a server error or leaves a traceback in the log.

`make fuzz` sends 100,000 of them. Each batch is undone, so that the next one meets the same cases; a fault
is written down with all that is needed to send it again. FUZZ_SEED chooses other requests.
"""

import logging
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings

from cases.models import Attachment, Case
from portal.accounts.models import User
from portal.files.storing import store
from portal.notices.models import Notice
from tests.factories import people
from tests.factories.browsers import client_of
from tests.factories.cases import ASKED, make_case, make_closed_case, make_waiting_case
from tests.security.fuzz.drawing import ACTIONS, Drawing, Drawn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_asked", "store_folder")]

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "300"))
SECONDS = float(os.environ.get("FUZZ_SECONDS", "150"))
SEED = int(os.environ.get("FUZZ_SEED", "20260304"))
BATCH = 100


class Tracebacks(logging.Handler):
    """Keeps what is logged with a traceback, or as an error."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # Django says there what it has refused, and answers 400.
        is_refused = record.name.startswith("django.security.")
        is_answered = record.name == "django.request" and getattr(record, "status_code", 500) < 500
        if not (is_refused or is_answered) and (record.exc_info or record.levelno >= logging.ERROR):
            self.found.append(record.getMessage())


@contextmanager
def tracebacks() -> Iterator[Tracebacks]:
    handler = Tracebacks()
    logging.getLogger().addHandler(handler)
    try:
        yield handler
    finally:
        logging.getLogger().removeHandler(handler)


@dataclass
class Report:
    """What a run of the fuzz met."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def sent(self) -> int:
        return self.statuses.total()


@dataclass(frozen=True)
class World:
    """Who asks, and what the addresses' arguments may be."""

    people: dict[str, User]
    keys: dict[str, Sequence[Any]]


@pytest.fixture
def world() -> World:
    owner = people.make_customer()
    staff = people.make_superuser()
    log = store(SimpleUploadedFile("app.log", b"line 1\n"))
    cases = [
        make_case(owner, files=[log], now=ASKED - timedelta(days=1)),
        make_waiting_case(owner),
        make_closed_case(owner),
        make_case(),
    ]
    keys = [case.pk for case in cases]
    [file] = Attachment.objects.select_related("file")
    return World(
        {"owner": owner, "staff": staff, "lead": people.make_lead()},
        {
            "key": keys,
            "pk": [*Notice.objects.values_list("pk", flat=True)[:3], 999_999],
            "object_id": [*keys, owner.pk, owner.account_id],
            "id": [owner.pk, staff.pk],
            "action": [*ACTIONS, "nothing"],
            "token": ["x", "x:y", "x" * 300],
            "file_key": [file.file.key, "nothing"],
            "slug": ["environment-review", "priority-queue-bundle", "nothing-like-it", "x" * 300],
            "uidb36": ["1", "zz"],
            "content_type_id": [1, 2],
            "app_label": ["cases", "accounts"],
            "url": ["x", "cases"],
            "from_email": ["x"],
        },
    )


def fuzz(world: World, *, seed: int, requests: int, only: str = "", seconds: float = SECONDS) -> Report:
    """Send so many requests, batch by batch, or as many as there is time for."""
    report = Report()
    drawing = Drawing(seed, world.keys, only=only)
    ends = time.monotonic() + seconds
    with tracebacks() as log:
        while report.sent < requests and time.monotonic() < ends:
            with transaction.atomic():
                clients = {name: client_of(person) for name, person in world.people.items()}
                clients["nobody"] = Client()
                for client in clients.values():
                    client.raise_request_exception = False
                for _ in range(min(BATCH, requests - report.sent)):
                    _send(drawing.draw(), clients, log, report)
                transaction.set_rollback(True)
    return report


def _send(drawn: Drawn, clients: dict[str, Client], log: Tracebacks, report: Report) -> None:
    with transaction.atomic():
        response = clients[drawn.person].generic(
            drawn.method, drawn.path, drawn.body, content_type=drawn.kind, **drawn.headers
        )
        # What a server error has broken is undone with it.
        transaction.set_rollback(response.status_code >= 500)
    if response.streaming:
        b"".join(response.streaming_content)  # closes the file, as the end of an answer does
    report.statuses[response.status_code] += 1
    if response.status_code >= 500 or log.found:
        report.faults.append(f"{response.status_code} {log.found} {drawn}")
        log.found.clear()


def test_no_request_makes_a_server_error_or_a_traceback(world: World) -> None:
    report = fuzz(world, seed=SEED, requests=REQUESTS)

    print(f"\n{report.sent} requests by seed {SEED}: {dict(sorted(report.statuses.items()))}")
    assert report.faults == [], "\n".join(report.faults)
    assert report.sent == REQUESTS or "FUZZ_SECONDS" in os.environ
    # Not all of them end at the door.
    assert {200, 302, 400, 404, 405} <= set(report.statuses)
    assert Case.objects.count() == 4


@pytest.mark.parametrize("name", ["canary_trusting", "canary_hiding"])
def test_a_view_that_breaks_is_found(world: World, name: str) -> None:
    with override_settings(ROOT_URLCONF="tests.security.fuzz.canary_urls"):
        report = fuzz(world, seed=SEED, requests=400, only=name)

    assert report.faults != []
    assert all("/canary/" in fault for fault in report.faults)


def test_the_same_seed_draws_the_same_requests(world: World) -> None:
    drawings = [Drawing(seed, world.keys) for seed in (1, 1, 2)]
    first, again, other = ([drawing.draw() for _ in range(50)] for drawing in drawings)
    assert first == again
    assert first != other
