"""What beat wakes, and that a worker of the portal would do it (DESIGN 2)."""

from django.conf import settings

from portal.celery import app


def test_beat_ticks_every_minute_sends_every_quarter_of_it_and_looks_for_holidays_every_hour() -> None:
    entries = {name: (entry["task"], entry["schedule"]) for name, entry in app.conf.beat_schedule.items()}
    assert entries == {
        "tick": ("portal.work.tick", 60.0),
        "send": ("portal.notices.send", 15.0),
        "holidays": ("entitlements.holidays", 3600.0),
    }


def test_every_entry_names_a_task_that_the_worker_knows() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_a_tick_that_nobody_served_expires_before_the_next_one() -> None:
    for entry in app.conf.beat_schedule.values():
        assert 0 < entry["options"]["expires"] < entry["schedule"]


def test_mail_has_a_queue_of_its_own() -> None:
    queues = {name: entry["options"]["queue"] for name, entry in app.conf.beat_schedule.items()}
    assert queues == {"tick": "clock", "send": "mail", "holidays": "clock"}


def test_nothing_is_scheduled_by_wall_clock_or_kept_in_the_broker() -> None:
    assert (app.conf.timezone, app.conf.enable_utc) == ("UTC", True)
    assert app.conf.task_ignore_result is True
    assert app.conf.result_backend is None
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_reject_on_worker_lost is False
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["socket_timeout"] > 0
