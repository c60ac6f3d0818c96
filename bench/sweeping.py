"""The sweep beside its floor, and a million due steps drained by ticks."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Min

from bench.filling import Portfolio, add_due, make_all_due
from bench.floor import carry_out_by_sql
from bench.measuring import ROUNDS, Line, ratio, seconds, spread, take_turns
from bench.worker import Ticks
from cases.models import Case, CaseEvent, FollowUpStep, WaitingPeriod
from portal.notices.models import Notice
from portal.work.timed import run_tick

MOST_RATIO = 2.5
MOST_SECONDS = 180


class DifferentWork(AssertionError):  # noqa: N818 -- errors say what happened (STYLE 4)
    """Two variants that are compared have not done the same."""


def compare(portfolio: Portfolio, count: int, rounds: int = ROUNDS) -> Line:
    """This will let the sweep and the set-based SQL carry out `count` steps each, in turns."""
    done: list[Counter[str]] = []

    def measured(act: Callable[[datetime], object]) -> Callable[[], float]:
        def turn() -> float:
            now = _quiet_instant()
            add_due(portfolio, count, due_at=now)
            before = written()
            taken = seconds(lambda: act(now))
            done.append(written() - before)
            return taken

        return turn

    taken = take_turns({"sweep": measured(run_tick), "sql": measured(carry_out_by_sql)}, rounds)
    for counts in done:
        if counts != done[0] or counts["steps"] != count:
            raise DifferentWork(f"{counts} beside {done[0]}")
    times = ratio(taken, "sweep", "sql")
    rows = sum(done[0][table] for table in ("steps", "events", "notices"))
    return Line(
        f"{count:,} steps due, {rows:,} rows written: a tick beside set-based SQL",
        f"{spread(taken['sweep'])} beside {spread(taken['sql'])}: {times:.2f} ×",
        f"{MOST_RATIO} ×",
        times <= MOST_RATIO,
    )


def written() -> Counter[str]:
    """This will count what the clock writes, by table and kind."""
    kinds = Counter(CaseEvent.objects.filter(actor=None).values_list("kind", flat=True))
    return Counter(
        {
            "steps": FollowUpStep.objects.count(),
            "events": CaseEvent.objects.count(),
            "notices": Notice.objects.count(),
            "ended periods": WaitingPeriod.objects.filter(ended_at__isnull=False).count(),
            "cases closed by the clock": Case.objects.filter(status="auto_closed").count(),
            **{f"events of kind {kind}": rows for kind, rows in kinds.items()},
        }
    )


def _quiet_instant() -> datetime:
    """An instant at which nothing is due, a minute before the first step that will be."""
    first = Case.objects.aggregate(first=Min("next_follow_up_at"))["first"]
    return first - timedelta(minutes=1)


def drain(portfolio: Portfolio, tick: Callable[[datetime], list[Ticks]]) -> Line:
    """This will make a step due in every case and let `tick` carry all of them out."""
    now = _quiet_instant()
    count = make_all_due(portfolio, due_at=now)
    before = FollowUpStep.objects.count()
    workers: list[Ticks] = []
    taken = seconds(lambda: workers.extend(tick(now)))
    done = FollowUpStep.objects.count() - before
    if done != count or sum(worker.done for worker in workers) != count:
        raise DifferentWork(f"{done} of {count} steps were carried out: {workers}")
    ticks = ", ".join(str(worker.ticks) for worker in workers)
    return Line(
        f"{count:,} steps due, drained by the ticks of {len(workers)} workers",
        f"{taken:.0f} s, {count / taken:,.0f} steps/s, ticks: {ticks}",
        f"{MOST_SECONDS} s",
        taken <= MOST_SECONDS,
    )
