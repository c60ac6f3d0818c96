"""The clock's page in the admin."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from portal.clock import business_now, machine_now
from portal.work.instance import adopt
from portal.work.models import Heartbeat
from portal.work.timed import Backlog, PreviewLine, TimedWork, register
from tests.factories.people import make_agent, make_customer

pytestmark = pytest.mark.django_db

PAGE = "admin:work_heartbeat_changelist"


@pytest.fixture
def steps(works):
    """A work with one step due and one to come."""
    now = business_now()
    register(
        TimedWork(
            name="reminders",
            label="Reminders",
            backlog=lambda now: Backlog(1, now - timedelta(minutes=2)),
            carry_out=lambda now, limit: pytest.fail("a dry run carried something out"),
            preview=lambda _now: [
                PreviewLine(now + timedelta(days=1), "E-000000002", "2nd reminder"),
                PreviewLine(now - timedelta(minutes=2), "E-000000001", "1st reminder", "/admin/x/"),
            ],
        )
    )


def test_staff_see_a_clock_that_is_well_and_its_next_steps_soonest_first(client, steps, settings):
    settings.CELERY_BROKER_URL = "memory://"
    adopt()
    Heartbeat.objects.create(name="tick", at=machine_now() - timedelta(minutes=1), business_at=business_now())
    client.force_login(make_agent())

    content = client.get(reverse(PAGE)).content.decode()

    assert "The clock keeps its promises" in content
    assert content.index("E-000000001") < content.index("E-000000002")
    assert '<a href="/admin/x/">E-000000001</a>' in content
    assert Heartbeat.objects.get().at < machine_now()


def test_a_clock_that_stands_still_says_since_when_and_why(client, works, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    Heartbeat.objects.create(
        name="tick",
        at=machine_now() - timedelta(hours=3, seconds=5),
        business_at=datetime(2025, 1, 1, tzinfo=UTC),
    )
    client.force_login(make_agent())

    content = client.get(reverse(PAGE)).content.decode()

    assert "The clock needs attention" in content
    assert "The clock last ran 3 h 00 min ago" in content
    assert "The broker does not answer" in content


def test_customers_do_not_see_the_clock(client, works):
    client.force_login(make_customer())

    assert client.get(reverse(PAGE)).status_code in {302, 403}


@pytest.mark.parametrize("act", ["add/", "tick/delete/"])
def test_nobody_changes_a_heartbeat_by_hand(client, works, act):
    Heartbeat.objects.create(name="tick", at=machine_now(), business_at=business_now())
    client.force_login(make_agent())

    assert client.post(f"/admin/work/heartbeat/{act}", {"post": "yes"}).status_code == 403
    assert Heartbeat.objects.count() == 1
