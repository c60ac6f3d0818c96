"""One case of 500 that fails, four workers at once: everything due is done, and each step once."""

import multiprocessing
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client

from cases.models import Case, CaseEvent, FollowUpStep
from portal.notices.models import Notice
from portal.work import invariants
from portal.work.timed import run_tick
from tests.factories.cases import ASKED, current, make_waiting_case
from tests.factories.many import copies_of
from tests.factories.people import make_agent
from tests.kills.harness import leave_inherited_session

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
REMINDS = ASKED + 24 * HOUR


def announce_before_its_time(case: Case) -> Notice:
    """Takes the key of the case's first reminder, as no operation could: announcing it will raise."""
    return Notice.objects.create(
        key=f"case:{case.pk}:w1:reminder-1:reminder:u{case.requestor_id}",
        kind="case_reminder",
        recipient=case.requestor,
        created_at=ASKED,
        state="quiet",
    )


def failures(case: Case) -> list[object]:
    found = CaseEvent.objects.filter(case=case, kind="clock_failed").order_by("pk")
    return list(found.values_list("occurred_at", flat=True))


@pytest.mark.django_db
def test_one_case_of_500_that_raises_stops_no_other_is_tried_once_an_hour_and_recovers(time_machine):
    first = make_waiting_case()
    keys = [first.pk, *copies_of(first, 499)]
    poison = Case.objects.get(pk=keys[250])
    stray = announce_before_its_time(poison)

    report = run_tick(REMINDS)

    assert (report.done["follow_up"], report.failed, report.is_complete) == (500, {}, True)
    reminded = FollowUpStep.objects.filter(ordinal=1, outcome="sent", done_at=REMINDS)
    assert sorted(reminded.values_list("case", flat=True)) == sorted(set(keys) - {poison.pk})
    assert (current(poison).clock_failed_at, current(poison).next_follow_up_at) == (REMINDS, REMINDS + HOUR)

    for minutes in range(1, 181):
        run_tick(REMINDS + minutes * MINUTE)
    assert failures(poison) == [REMINDS + hours * HOUR for hours in range(4)]

    staff = Client()
    staff.force_login(make_agent())
    time_machine.move_to(REMINDS + 3 * HOUR, tick=False)
    page = staff.get(f"/admin/cases/case/{poison.pk}/change/").content.decode()
    queue = staff.get("/admin/cases/case/").content.decode()
    assert "The clock could not carry out a step of this case" in page
    assert queue.count("Clock failed") >= 1

    stray.delete()
    assert run_tick(REMINDS + 4 * HOUR - timedelta(microseconds=1)).done["follow_up"] == 0
    assert run_tick(REMINDS + 4 * HOUR).done["follow_up"] == 1
    after = current(poison)
    assert (after.clock_failed_at, after.next_follow_up_at) == (None, ASKED + 72 * HOUR)
    assert FollowUpStep.objects.filter(case=poison).values_list("due_at", "done_at").get() == (
        REMINDS,
        REMINDS + 4 * HOUR,
    )


def _sweep(done: "multiprocessing.Queue[int]", go: "multiprocessing.synchronize.Barrier") -> None:
    leave_inherited_session()
    go.wait(30)
    done.put(run_tick(REMINDS).done["follow_up"])
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_four_workers_that_sweep_2000_due_cases_at_once_do_each_of_them_once():
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite one process writes at a time: its transactions are immediate")
    first = make_waiting_case()
    keys = [first.pk, *copies_of(first, 1999)]
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    done, go = fork.Queue(), fork.Barrier(4)
    workers = [fork.Process(target=_sweep, args=(done, go)) for _ in range(4)]
    for worker in workers:
        worker.start()
    shares = [done.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join(30)

    assert [worker.exitcode for worker in workers] == [0] * 4
    assert sum(shares) == 2000
    assert sum(share > 0 for share in shares) > 1
    steps = FollowUpStep.objects.values_list("case", "kind", "ordinal", "outcome", "done_at")
    assert Counter(steps) == Counter((key, "reminder", 1, "sent", REMINDS) for key in keys)
    assert CaseEvent.objects.filter(kind="reminded").count() == 2000
    assert Notice.objects.filter(kind="case_reminder").count() == 2000
    assert set(Case.objects.values_list("next_follow_up_at", flat=True)) == {ASKED + 72 * HOUR}
    assert invariants.check() == []
