"""With the broker stopped people sign in, file, reply and upload in two seconds, and the mail follows later.

Staff are told that nothing wakes the workers.
"""

import gc
import time
from collections.abc import Iterator
from pathlib import Path

import kombu.pools
import kombu.transport.redis  # as the web process does when it starts
import pytest
from celery import current_app
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from cases.models import Case, Message
from portal.clock import business_now, machine_now
from portal.files.models import StoredFile
from portal.notices.models import Notice
from portal.notices.operations import nudge_sender
from portal.notices.sender import send_due
from portal.work.form_tokens import new_token
from portal.work.health import broker_reachable
from portal.work.instance import adopt
from portal.work.timed import run_tick
from tests.factories import people
from tests.portal.files.conftest import store_folder

assert kombu.transport.redis
__all__ = ["store_folder"]

# The promise to people, not a benchmark: beyond it a page counts as hanging.
PATIENCE_SECONDS = 2.0


@pytest.fixture
def no_broker(settings: Settings) -> Iterator[None]:
    """A broker's address where nothing listens, as a process sees it that has not connected yet."""
    before = current_app.conf.broker_url
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    _use_broker(settings.CELERY_BROKER_URL)
    yield
    _use_broker(before)


def _use_broker(url: str) -> None:
    current_app.conf.broker_url = url
    kombu.pools.reset()
    current_app.__dict__.pop("amqp", None)
    current_app._pool = None


def in_time(act: object) -> object:
    started = time.monotonic()
    result = act()  # type: ignore[operator]
    assert time.monotonic() - started < PATIENCE_SECONDS
    return result


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_broker")
def test_people_sign_in_file_reply_and_upload_and_the_mail_follows(store_folder: Path) -> None:
    assert broker_reachable() is False
    license_ = people.make_license()
    owner = people.make_customer(license_, can_sign_in=True)
    adopt()
    client = Client()

    signed_in = in_time(lambda: client.post("/login/", {"login": owner.email, "password": people.PASSWORD}))
    assert (signed_in.status_code, signed_in["Location"]) == (302, "/")  # type: ignore[attr-defined,index]

    filing = {
        "form_token": new_token(),
        "product": str(license_.pk),
        "environment": "Production",
        "title": "Broker away",
        "description": "Nobody wakes the sender.",
        "priority": "3",
    }
    assert in_time(lambda: client.post("/cases/new/", filing)).status_code == 302  # type: ignore[attr-defined]
    case = Case.objects.get()
    log = SimpleUploadedFile("a.log", b"one line\n")
    reply = {"form_token": new_token(), "text": "More about it.", "files": log}
    assert in_time(lambda: client.post(f"/cases/{case.number}/reply/", reply)).status_code == 302  # type: ignore[attr-defined]
    assert list(Message.objects.order_by("pk").values_list("body", flat=True)) == [
        "Nobody wakes the sender.",
        "More about it.",
    ]
    kept = StoredFile.objects.get()
    assert (kept.name, (store_folder / kept.blob).read_bytes()) == ("a.log", b"one line\n")

    theirs = Notice.objects.filter(recipient=owner)
    assert list(theirs.values_list("kind", "state")) == [("case_acknowledgement", "pending")]
    send_due(machine_now())
    assert [message.to for message in mail.outbox if message.to == [owner.email]] == [[owner.email]]
    assert list(theirs.values_list("state", flat=True)) == ["sent"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_broker")
def test_staff_are_told_by_the_health_address_and_the_clocks_page() -> None:
    adopt()
    run_tick(business_now())  # before the broker went away
    staff = Client()
    staff.force_login(people.make_agent())

    health = in_time(lambda: staff.get("/health/clock"))
    page = in_time(lambda: staff.get("/admin/work/heartbeat/"))

    told = health.json()  # type: ignore[attr-defined]
    assert (health.status_code, told["ok"], told["reasons"]) == (503, False, ["broker_away"])  # type: ignore[attr-defined]
    content = page.content.decode()  # type: ignore[attr-defined]
    assert page.status_code == 200  # type: ignore[attr-defined]
    assert "The clock needs attention" in content
    assert "The broker does not answer, so nothing wakes the workers." in content


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are counted in /proc")
@pytest.mark.usefixtures("no_broker")
def test_failed_wake_ups_leave_no_files_open() -> None:
    gc.collect()
    gc.disable()  # nothing is left to luck
    try:
        nudge_sender()
        before = _open_files()
        for _again in range(20):
            nudge_sender()
        assert _open_files() <= before + 1
    finally:
        gc.enable()


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
