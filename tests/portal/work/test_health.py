"""Whether the clock is said to be well when it is, and not when it is not."""

from datetime import UTC, datetime, timedelta

import kombu.transport.redis  # noqa: F401 -- loaded before time is measured
import pytest

from portal.accounts.models import User
from portal.notices.models import Notice
from portal.work.health import broker_reachable, clock_health
from portal.work.instance import adopt
from portal.work.models import Heartbeat
from portal.work.timed import Backlog, TimedWork, register
from tests.factories.people import make_agent

NOW = datetime(2025, 12, 3, 10, 26, tzinfo=UTC)
ONE = timedelta(microseconds=1)


def beaten(at):
    Heartbeat.objects.create(name="tick", at=at, business_at=at)


def codes():
    return [fault.code for fault in clock_health(NOW, NOW).reasons]


@pytest.fixture
def adopted(db, works):
    adopt()


@pytest.mark.usefixtures("adopted")
class TestClockHealth:
    def test_a_clock_that_ticks_is_well(self):
        beaten(NOW - timedelta(seconds=30))

        health = clock_health(NOW, NOW)

        assert (health.ok, health.age, health.backlog, health.oldest_due) == (
            True,
            timedelta(seconds=30),
            0,
            None,
        )

    def test_a_clock_that_never_ticked_is_not(self):
        health = clock_health(NOW, NOW)

        assert [fault.text for fault in health.reasons] == ["The clock has not run yet."]
        assert (health.last_tick_at, health.age, health.ok) == (None, None, False)

    @pytest.mark.parametrize(("over", "faults"), [(timedelta(0), []), (ONE, ["tick_late"])])
    def test_a_clock_stands_still_after_five_minutes(self, over, faults):
        beaten(NOW - timedelta(minutes=5) - over)

        assert codes() == faults

    @pytest.mark.parametrize(("over", "faults"), [(timedelta(0), []), (ONE, ["backlog_late"])])
    def test_a_step_is_late_after_ten_minutes(self, over, faults):
        beaten(NOW)
        oldest = NOW - timedelta(minutes=10) - over
        register(TimedWork("w", "w", lambda now: Backlog(2, oldest), lambda now, limit: 0, lambda now: ()))

        assert codes() == faults

    @pytest.mark.parametrize(
        ("state", "age", "faults"),
        [
            ("pending", timedelta(minutes=5), []),
            ("pending", timedelta(minutes=5) + ONE, ["page_late"]),
            ("pending", timedelta(days=3), ["page_late"]),
            ("dead", timedelta(minutes=5) + ONE, ["page_late"]),
            ("dead", timedelta(days=1) - ONE, ["page_late"]),
            ("dead", timedelta(days=1), []),
            ("cancelled", timedelta(minutes=6), []),
        ],
    )
    def test_a_page_is_late_after_five_minutes_and_a_dead_one_is_shown_for_a_day(
        self, settings, state, age, faults
    ):
        settings.PORTAL_PAGER_URL = "https://pager.example/"
        beaten(NOW)
        Notice.objects.create(
            key="k", kind="k", transport="pager", created_at=NOW, queued_at=NOW - age, state=state
        )

        assert codes() == faults

    def test_pages_that_were_left_when_the_pager_was_taken_away_worry_nobody(self, settings):
        settings.PORTAL_PAGER_URL = ""
        beaten(NOW)
        Notice.objects.create(
            key="k", kind="k", transport="pager", created_at=NOW, queued_at=NOW - timedelta(hours=1)
        )

        assert codes() == []

    @pytest.mark.parametrize(("over", "faults"), [(timedelta(0), []), (ONE, ["mail_late"])])
    @pytest.mark.parametrize("state", ["pending", "sent", "dead"])
    def test_mail_is_late_after_fifteen_minutes_while_it_waits(self, over, faults, state):
        beaten(NOW)
        Notice.objects.create(
            key="k",
            kind="k",
            recipient=make_agent(),
            created_at=NOW,
            queued_at=NOW - timedelta(minutes=15) - over,
            state=state,
            sent_at=NOW if state == "sent" else None,
        )

        assert codes() == (faults if state == "pending" else [])

    def test_a_database_of_another_installation_is_not_well(self, settings):
        beaten(NOW)
        settings.PORTAL_INSTANCE = "a copy"

        assert codes() == ["not_adopted"]

    def test_every_fault_has_a_sentence(self, settings):
        settings.PORTAL_INSTANCE = "a copy"
        beaten(NOW - timedelta(hours=3))
        oldest = NOW - timedelta(hours=2)
        register(TimedWork("w", "w", lambda now: Backlog(42, oldest), lambda now, limit: 0, lambda now: ()))

        assert [fault.text for fault in clock_health(NOW, NOW).reasons] == [
            "The clock last ran 3 h 00 min ago; it should run every minute.",
            "42 steps are due and not done, the oldest for 2 h 00 min.",
            "No mail is sent, for this database is another installation's. Run `manage.py adopt_database`.",
        ]
        assert User.objects.count() == 0


def test_a_broker_that_is_not_there_is_noticed_within_two_seconds(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    started = datetime.now(UTC)

    assert broker_reachable() is False
    assert datetime.now(UTC) - started < timedelta(seconds=2)
