"""Wherever the server stands, whatever its clocks do: elapsed hours, and the viewer's own local time."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from celery.schedules import schedule
from django.test import Client

from cases import operations
from cases.models import FollowUpStep, Hold
from portal.celery import app
from portal.notices.sender import send_due
from tests.factories.cases import current, make_waiting_case, sweep_to
from tests.factories.people import make_account, make_agent, make_customer, make_license

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
SERVER_ZONES = ("UTC", "America/New_York", "Europe/Paris", "Australia/Lord_Howe")


@dataclass(frozen=True)
class Change:
    """A person's zone, an instant a day before its clocks change, and what their pages and mails print."""

    zone: str
    asked: str
    reminders: tuple[str, str, str]
    closes: str


CHANGES = (
    Change(
        "America/New_York",
        "2026-03-07T17:00",
        ("Sun 8 Mar 2026, 13:00 EDT", "Tue 10 Mar 2026, 13:00 EDT", "Thu 12 Mar 2026, 13:00 EDT"),
        "Fri 13 Mar 2026, 13:00 EDT",
    ),
    Change(
        "America/New_York",
        "2026-10-31T16:00",
        ("Sun 1 Nov 2026, 11:00 EST", "Tue 3 Nov 2026, 11:00 EST", "Thu 5 Nov 2026, 11:00 EST"),
        "Fri 6 Nov 2026, 11:00 EST",
    ),
    Change(
        "Europe/Paris",
        "2026-03-28T11:00",
        ("Sun 29 Mar 2026, 13:00 CEST", "Tue 31 Mar 2026, 13:00 CEST", "Thu 2 Apr 2026, 13:00 CEST"),
        "Fri 3 Apr 2026, 13:00 CEST",
    ),
    # The repeated hour: the first reminder falls due in its first, then in its second pass.
    Change(
        "Europe/Paris",
        "2026-10-24T00:30",
        ("Sun 25 Oct 2026, 02:30 CEST", "Tue 27 Oct 2026, 01:30 CET", "Thu 29 Oct 2026, 01:30 CET"),
        "Fri 30 Oct 2026, 01:30 CET",
    ),
    Change(
        "Europe/Paris",
        "2026-10-24T01:30",
        ("Sun 25 Oct 2026, 02:30 CET", "Tue 27 Oct 2026, 02:30 CET", "Thu 29 Oct 2026, 02:30 CET"),
        "Fri 30 Oct 2026, 02:30 CET",
    ),
    # Half an hour only.
    Change(
        "Australia/Lord_Howe",
        "2026-04-04T01:00",
        (
            "Sun 5 Apr 2026, 11:30 UTC+10:30",
            "Tue 7 Apr 2026, 11:30 UTC+10:30",
            "Thu 9 Apr 2026, 11:30 UTC+10:30",
        ),
        "Fri 10 Apr 2026, 11:30 UTC+10:30",
    ),
    Change(
        "Australia/Lord_Howe",
        "2026-10-03T01:30",
        (
            "Sun 4 Oct 2026, 12:30 UTC+11:00",
            "Tue 6 Oct 2026, 12:30 UTC+11:00",
            "Thu 8 Oct 2026, 12:30 UTC+11:00",
        ),
        "Fri 9 Oct 2026, 12:30 UTC+11:00",
    ),
)
# Seconds east of UTC in July and in December 2026.
OFFSETS = {
    "UTC": (0, 0),
    "America/New_York": (-14_400, -18_000),
    "Europe/Paris": (7_200, 3_600),
    "Australia/Lord_Howe": (37_800, 39_600),
}


@pytest.mark.parametrize("zone", SERVER_ZONES)
def test_the_server_of_these_tests_really_stands_in_its_zone(
    server_zone: Callable[[str], None], zone: str
) -> None:
    server_zone(zone)
    days = (datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    assert tuple(time.localtime(day.timestamp()).tm_gmtoff for day in days) == OFFSETS[zone]


@pytest.mark.django_db
@pytest.mark.parametrize("zone", SERVER_ZONES)
def test_steps_fall_due_after_elapsed_hours_and_page_and_mail_print_the_viewers_time(
    server_zone: Callable[[str], None], adopted: None, mailoutbox, time_machine, zone: str
) -> None:
    server_zone(zone)
    license_, agent = make_license(), make_agent()
    for change in CHANGES:
        asked = datetime.fromisoformat(change.asked).replace(tzinfo=UTC)
        person = make_customer(license_, time_zone=change.zone)
        time_machine.move_to(asked, tick=False)
        case = make_waiting_case(person, agent=agent, now=asked)
        browser = Client()
        browser.force_login(person)
        page = browser.get(f"/cases/{case.number}/").content.decode()
        assert [printed for printed in (*change.reminders, change.closes) if printed not in page] == []

        mailoutbox.clear()
        due = [asked + hours * HOUR for hours in (24, 72, 120, 144)]
        for instant in due:
            time_machine.move_to(instant, tick=False)
            assert (sweep_to(instant - TICK), sweep_to(instant)) == (0, 1)
            send_due(instant)
        theirs = [mail.body for mail in mailoutbox if mail.to == [person.email]]
        assert [change.closes in body for body in theirs[-4:-1]] == [True] * 3
        done = FollowUpStep.objects.filter(case=case).order_by("pk").values_list("due_at", "done_at")
        assert list(done) == [(instant, instant) for instant in due]
        assert current(case).closed_at == due[-1]


@pytest.mark.django_db
@pytest.mark.parametrize("zone", SERVER_ZONES)
@pytest.mark.parametrize(
    ("accounts_zone", "asked", "last_on", "until"),
    [
        ("Europe/Paris", "2026-03-28T11:00", date(2026, 3, 29), "2026-03-29T22:00"),
        ("Europe/Paris", "2026-10-24T11:00", date(2026, 10, 25), "2026-10-25T23:00"),
        ("America/New_York", "2026-03-07T17:00", date(2026, 3, 8), "2026-03-09T04:00"),
        ("Australia/Lord_Howe", "2026-10-03T01:30", date(2026, 10, 4), "2026-10-04T13:00"),
        ("UTC", "2028-02-28T11:00", date(2028, 2, 29), "2028-03-01T00:00"),
        ("UTC", "2026-12-30T11:00", date(2026, 12, 31), "2027-01-01T00:00"),
    ],
)
def test_a_hold_ends_with_the_accounts_day_wherever_the_server_stands(
    server_zone: Callable[[str], None], zone: str, accounts_zone: str, asked: str, last_on: date, until: str
) -> None:
    server_zone(zone)
    began = datetime.fromisoformat(asked).replace(tzinfo=UTC)
    ends = datetime.fromisoformat(until).replace(tzinfo=UTC)
    person = make_customer(make_license(make_account(time_zone=accounts_zone)))
    case = make_waiting_case(person, now=began)

    operations.hold_case(case, last_on=last_on, reason="Audit", actor=make_agent(), now=began)

    assert Hold.objects.values_list("until", flat=True).get() == ends
    assert (sweep_to(ends - TICK), sweep_to(ends)) == (0, 1)
    assert current(case).next_follow_up_at == ends + 24 * HOUR


@pytest.mark.parametrize("zone", SERVER_ZONES)
@pytest.mark.parametrize(
    "changes_at",
    [
        "2026-03-08T07:00",
        "2026-11-01T06:00",
        "2026-03-29T01:00",
        "2026-10-25T01:00",
        "2026-04-04T15:00",
        "2026-10-03T15:30",
    ],
)
def test_beat_ticks_once_a_minute_while_clocks_change(
    server_zone: Callable[[str], None], time_machine, zone: str, changes_at: str
) -> None:
    server_zone(zone)
    entry = app.conf.beat_schedule["tick"]
    every = schedule(entry["schedule"], app=app)
    begins = datetime.fromisoformat(changes_at).replace(tzinfo=UTC) - 2 * HOUR
    last, ticks = begins, 0
    for seconds in range(20, 4 * 3600 + 1, 20):
        time_machine.move_to(begins + timedelta(seconds=seconds), tick=False)
        if every.is_due(last).is_due:
            last, ticks = app.now(), ticks + 1
    assert ticks == 4 * 60
