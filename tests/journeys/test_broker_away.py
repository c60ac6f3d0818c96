"""With the broker stopped people sign in, file and reply within two seconds, and the mail follows later."""

import gc
import time
from collections.abc import Iterator
from pathlib import Path

import kombu.pools
import kombu.transport.redis  # as the web process does when it starts
import pytest
from celery import current_app
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from cases.models import Case, Message
from portal.clock import machine_now
from portal.notices.models import Notice
from portal.notices.operations import nudge_sender
from portal.notices.sender import send_due
from portal.work.form_tokens import new_token
from portal.work.health import broker_reachable
from portal.work.instance import adopt
from tests.factories import people

assert kombu.transport.redis

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
def test_people_sign_in_file_and_reply_and_the_mail_follows() -> None:
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
    reply = {"form_token": new_token(), "text": "More about it."}
    assert in_time(lambda: client.post(f"/cases/{case.number}/reply/", reply)).status_code == 302  # type: ignore[attr-defined]
    assert list(Message.objects.order_by("pk").values_list("body", flat=True)) == [
        "Nobody wakes the sender.",
        "More about it.",
    ]

    theirs = Notice.objects.filter(recipient=owner)
    assert list(theirs.values_list("kind", "state")) == [("case_acknowledgement", "pending")]
    send_due(machine_now())
    assert [message.to for message in mail.outbox if message.to == [owner.email]] == [[owner.email]]
    assert list(theirs.values_list("state", flat=True)) == ["sent"]


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
