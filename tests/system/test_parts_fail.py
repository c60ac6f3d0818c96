"""Real worker, beat and broker: emptied, killed, frozen, stopped in mid-work; what is due is done once."""

import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.models import F
from django.test import Client

from cases.models import Case, FollowUpStep
from portal.clock import machine_now
from portal.notices.models import Notice
from portal.work import invariants
from portal.work.instance import adopt
from portal.work.models import Heartbeat
from tests.factories.cases import make_waiting_case
from tests.factories.many import copies_of
from tests.factories.people import make_agent, make_customer
from tests.system.parts import Parts
from tests.system.running import publisher_to, wait_for

pytestmark = [pytest.mark.system, pytest.mark.timeout(180), pytest.mark.django_db(transaction=True)]

HOUR = timedelta(hours=1)
# Seconds within which a worker has to go on after its broker came back.
RESUMES = 60


@pytest.fixture
def parts(transactional_db, tmp_path: Path) -> Iterator[Parts]:
    """A broker, and what a test starts beside it over its own database; nothing of them stays."""
    adopt()
    every = Parts(tmp_path)
    every.start_broker()
    yield every
    every.end()


def due_case() -> Case:
    """A case whose first reminder has just fallen due."""
    return make_waiting_case(now=machine_now() - 24 * HOUR - timedelta(seconds=1))


def has_mail(case: Case) -> bool:
    theirs = Notice.objects.filter(kind="case_reminder", about=f"case:{case.pk}")
    return list(theirs.values_list("state", flat=True)) == ["sent"]


def message_ids_in(folder: Path) -> list[str]:
    """The ids of all mail that has left, each as often as it left."""
    texts = [path.read_text("utf-8", errors="replace") for path in folder.glob("*")]
    return [found for text in texts for found in re.findall(r"^Message-ID: (\S+)$", text, flags=re.MULTILINE)]


def reminders(*cases: Case) -> Counter[tuple[int, int, str]]:
    return Counter(FollowUpStep.objects.filter(case__in=cases).values_list("case", "ordinal", "outcome"))


def done_ticks(parts: Parts) -> int:
    """How many ticks the worker has carried out."""
    lines = parts.said_by("worker").splitlines()
    return sum("portal.work.tick" in line and "succeeded" in line for line in lines)


def test_a_broker_that_is_emptied_killed_and_gone_for_a_while_costs_no_step_and_doubles_none(parts):
    parts.start_worker()
    parts.start_beat()
    cases = [due_case()]
    assert wait_for(lambda: has_mail(cases[0]), within_seconds=RESUMES), parts.said_by("worker")

    cases.append(due_case())
    with parts.broker_client() as broker:
        for _ in range(20):
            broker.flushall()
            time.sleep(0.05)
    assert wait_for(lambda: has_mail(cases[1]), within_seconds=RESUMES), parts.said_by("worker")

    parts.kill("broker")
    cases.append(due_case())
    time.sleep(2.5)  # beat and worker find nobody there, more than once
    parts.start_broker()
    assert wait_for(lambda: has_mail(cases[2]), within_seconds=RESUMES), parts.said_by("worker")

    assert reminders(*cases) == Counter((case.pk, 1, "sent") for case in cases)
    assert wait_for(lambda: not Notice.objects.unsent().exists(), within_seconds=RESUMES)
    sent = Notice.objects.filter(state="sent").values_list("message_id", flat=True)
    assert sorted(sent) == sorted(message_ids_in(parts.folder / "mail"))
    assert invariants.check() == []


def test_of_ten_stale_ticks_none_runs_and_the_fresh_one_does_but_without_an_expiry_all_would(parts):
    publisher = publisher_to(parts.broker.url)
    for _ in range(10):
        publisher.send_task("portal.work.tick", queue="clock", expires=0.2)
    time.sleep(1)
    publisher.send_task("portal.work.tick", queue="clock", expires=59)

    parts.start_worker()
    assert wait_for(lambda: done_ticks(parts) >= 1, within_seconds=60), parts.said_by("worker")
    assert wait_for(lambda: parts.said_by("worker").count("Discarding revoked task") == 10, within_seconds=20)
    assert done_ticks(parts) == 1

    assert parts.ask_to_end("worker") == 0
    for _ in range(10):
        publisher.send_task("portal.work.tick", queue="clock")
    parts.start_worker()
    assert wait_for(lambda: done_ticks(parts) == 11, within_seconds=60), parts.said_by("worker")


def freeze(parts: Parts) -> datetime:
    """Stops the worker at a moment when it holds no lock, and returns its last sign of life."""
    quick = "SET lock_timeout = 100" if connection.vendor == "postgresql" else "PRAGMA busy_timeout = 100"
    with connection.cursor() as cursor:
        cursor.execute(quick)
    for _ in range(50):
        parts.signal("worker", signal.SIGSTOP)
        with suppress(OperationalError):
            Heartbeat.objects.update(took_ms=F("took_ms"))
            connection.close()
            return Heartbeat.objects.get(name="tick").at
        parts.signal("worker", signal.SIGCONT)
    raise AssertionError("the worker held a lock whenever it was stopped")


def test_a_frozen_worker_is_told_by_banner_and_503_and_recovers_when_it_goes_on(parts, settings):
    settings.CELERY_BROKER_URL = parts.broker.url
    parts.start_worker()
    parts.start_beat()
    staff = Client()
    staff.force_login(make_agent())
    assert wait_for(lambda: staff.get("/health/clock").status_code == 200, within_seconds=60)

    beat = freeze(parts)
    time.sleep(2.5)  # two ticks that nobody serves
    # Five minutes need not be waited for: the frozen worker cannot write over this.
    assert Heartbeat.objects.filter(name="tick", at=beat).update(at=beat - timedelta(minutes=5)) == 1
    answer = staff.get("/health/clock")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["tick_late"])
    page = staff.get("/admin/cases/case/").content.decode()
    assert "The clock needs attention." in page
    assert "it should run every minute" in page

    parts.signal("worker", signal.SIGCONT)
    assert wait_for(lambda: staff.get("/health/clock").status_code == 200, within_seconds=60)
    assert "The clock needs attention." not in staff.get("/admin/cases/case/").content.decode()


def test_a_worker_that_is_asked_to_end_during_a_sweep_finishes_it_and_leaves_no_half_chunk(parts):
    first = make_waiting_case(make_customer(), now=machine_now() - 24 * HOUR - timedelta(seconds=1))
    keys = [first.pk, *copies_of(first, 1999)]
    parts.start_worker()
    publisher_to(parts.broker.url).send_task("portal.work.tick", queue="clock")
    assert wait_for(FollowUpStep.objects.exists, within_seconds=60)
    begun = FollowUpStep.objects.count()

    assert parts.ask_to_end("worker") == 0

    assert 0 < begun < 2000
    done = Counter(FollowUpStep.objects.values_list("case", "ordinal", "outcome"))
    assert done == Counter((key, 1, "sent") for key in keys)
    assert Notice.objects.filter(kind="case_reminder").count() == 2000
    assert Heartbeat.objects.get(name="tick").done == 2000
    assert invariants.check() == []
