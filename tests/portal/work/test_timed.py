"""The tick: all that is due, fairly, whatever fails."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.work import timed
from portal.work.models import Heartbeat
from portal.work.timed import (
    CHUNK,
    HOUSEKEEPING,
    Backlog,
    PreviewLine,
    TimedWork,
    preview,
    register,
    run_tick,
    tidy_hourly,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 12, 3, 10, 26, tzinfo=UTC)


class Heap:
    """A work with a number of things to do, which notes in what chunks they were done."""

    def __init__(self, name, count, *, log=None, due=NOW):
        self.name, self.count, self.due = name, count, due
        self.log = [] if log is None else log

    def carry_out(self, now, limit):
        done = min(limit, self.count)
        self.count -= done
        self.log.append((self.name, done))
        return done

    def work(self):
        return TimedWork(
            name=self.name,
            label=self.name,
            backlog=lambda now: Backlog(self.count, self.due if self.count else None),
            carry_out=self.carry_out,
            preview=lambda now: (PreviewLine(self.due, f"{n}", "step") for n in range(self.count)),
        )


def test_a_tick_works_in_chunks_until_nothing_is_due(works):
    heap = Heap("many", 2 * CHUNK + 50)
    register(heap.work())

    report = run_tick(NOW)

    assert heap.log == [("many", CHUNK), ("many", CHUNK), ("many", 50), ("many", 0)]
    assert (report.done, report.failed, report.is_complete) == ({"many": 2 * CHUNK + 50}, {}, True)


def test_a_flood_in_one_work_does_not_keep_another_waiting(works):
    log = []
    register(Heap("flood", 3 * CHUNK, log=log).work())
    register(Heap("drop", 1, log=log).work())

    run_tick(NOW)

    assert log[:2] == [("flood", CHUNK), ("drop", 1)]


def test_a_work_that_raises_stops_no_other_and_stands_in_the_report(works):
    def explode(now, limit):
        raise ZeroDivisionError("broken")

    register(TimedWork("bad", "bad", lambda now: Backlog(1, NOW), explode, lambda now: ()))
    register(Heap("good", 3).work())

    report = run_tick(NOW)

    assert report.done == {"bad": 0, "good": 3}
    assert report.failed == {"bad": "ZeroDivisionError: broken"}
    assert Heartbeat.objects.get(name="tick").backlog == 1


def test_a_backlog_that_cannot_be_counted_does_not_cost_the_heartbeat(works):
    def explode(now):
        raise ZeroDivisionError("broken")

    register(TimedWork("bad", "bad", explode, lambda now, limit: 0, lambda now: ()))

    assert run_tick(NOW).failed == {"backlog": "ZeroDivisionError: broken"}
    assert Heartbeat.objects.filter(name="tick").exists()


def test_a_tick_that_runs_out_of_time_leaves_the_rest_and_says_so(works, monkeypatch):
    monkeypatch.setattr(timed, "BUDGET", timedelta(0))
    register(Heap("many", 5).work())

    report = run_tick(NOW)

    assert (report.done, report.backlog, report.is_complete) == ({"many": 0}, Backlog(5, NOW), False)


def test_each_tick_writes_over_the_last_heartbeat(works):
    heap = Heap("many", 7)
    register(heap.work())
    run_tick(NOW)
    later = NOW + timedelta(minutes=1)

    run_tick(later)

    [beat] = Heartbeat.objects.all()
    assert (beat.name, beat.business_at, beat.backlog, beat.oldest_due, beat.done) == (
        "tick",
        later,
        0,
        None,
        0,
    )


def test_a_quiet_tick_is_cheap(works, django_assert_num_queries):
    with django_assert_num_queries(1):
        run_tick(NOW)


def test_the_dry_run_lists_steps_and_changes_nothing(works):
    heap = Heap("many", 130)
    register(heap.work())

    [(work, lines)] = preview(NOW)

    assert (work.name, len(lines), lines[0]) == ("many", 100, PreviewLine(NOW, "0", "step"))
    assert (heap.log, Heartbeat.objects.count()) == ([], 0)


def test_housekeeping_runs_once_an_hour_even_if_it_fails(works, tidiers, time_machine):
    calls, others = [], []

    def clear(now):
        calls.append(now)
        if len(calls) == 1:
            raise OSError("disk")
        return 0

    register(HOUSEKEEPING)
    tidy_hourly("first", clear)
    tidy_hourly("second", lambda now: others.append(now) or 0)
    start = datetime(2025, 12, 3, 10, 0, tzinfo=UTC)
    for minutes in (0, 1, 59, 60, 61):
        time_machine.move_to(start + timedelta(minutes=minutes, microseconds=minutes), tick=False)
        run_tick(NOW)

    assert [at.minute for at in calls] == [0, 0]
    assert others == calls  # one that fails keeps no other from its turn


def test_housekeeping_goes_on_after_a_clock_that_stood_a_year_ahead(works, tidiers, time_machine):
    calls = []
    register(HOUSEKEEPING)
    tidy_hourly("tidy", lambda now: calls.append(now) or 0)
    for days in (365, 0, 0.01, 1):
        time_machine.move_to(NOW + timedelta(days=days), tick=False)
        run_tick(NOW)

    assert calls == [NOW + timedelta(days=365), NOW, NOW + timedelta(days=1)]
