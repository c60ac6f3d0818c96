"""The tasks that beat wakes: each can be delivered twice."""

import pytest

from portal.celery import app
from portal.notices.models import Notice
from portal.notices.tasks import send
from portal.work.instance import adopt
from portal.work.models import Heartbeat
from portal.work.tasks import tick
from tests.factories.people import make_agent

pytestmark = pytest.mark.django_db


def test_beat_wakes_tasks_that_exist():
    app.loader.import_default_modules()  # as a worker does when it begins
    names = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert names <= set(app.tasks)
    assert {tick.name, send.name} <= names


def test_a_tick_delivered_twice_leaves_one_heartbeat():
    tick()
    tick()

    assert Heartbeat.objects.filter(name="tick").count() == 1


def test_a_round_of_the_sender_delivered_twice_sends_once(mailoutbox):
    adopt()
    person = make_agent()
    Notice.objects.create(key="a", kind="password_reset", recipient=person, created_at=person.joined_at)

    send()
    send()

    assert [mail.to for mail in mailoutbox] == [[person.email]]
