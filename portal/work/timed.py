"""The one runner of all that falls due with time: each app brings its query and its step (DESIGN 2)."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.clock import machine_now
from portal.work.models import Heartbeat

logger = logging.getLogger(__name__)

TICK = "tick"
# What a transaction of a quarter of a second does: a statement costs about the same for each number of cases.
CHUNK = 1000
# A tick ends well before the task's soft limit; what is left is due again a minute later.
BUDGET = timedelta(seconds=60)
PREVIEW_LINES = 100
_HOUSEKEEPING_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is due and not yet done: how many, and since when the oldest."""

    count: int = 0
    oldest_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One step to come: when it falls due, about what, what happens, and the staff page that shows it."""

    due_at: datetime
    about: str
    what: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class TimedWork:
    """A kind of work that time makes due.

    `carry_out(now, limit)` does one chunk and returns how much it did: 0 when nothing is left.
    """

    name: str
    label: str | Promise
    backlog: Callable[[datetime], Backlog]
    carry_out: Callable[[datetime, int], int]
    preview: Callable[[datetime], Iterable[PreviewLine]]


@dataclass(slots=True)
class TickReport:
    """What one tick did: started in machine time, `now` in business time, done and failed by work."""

    started_at: datetime
    now: datetime
    duration: timedelta = timedelta(0)
    done: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    backlog: Backlog = Backlog()

    @property
    def is_complete(self) -> bool:
        """Whether nothing that was due is left."""
        return not self.failed and self.backlog.count == 0


_works: dict[str, TimedWork] = {}


def register(work: TimedWork) -> None:
    """Take a kind of work into every tick; registering a name again replaces it."""
    _works[work.name] = work


def works() -> tuple[TimedWork, ...]:
    """Every registered kind of work, in the order of registration."""
    return tuple(_works.values())


def run_tick(now: datetime) -> TickReport:
    """Do all that is due at `now` (business time), chunk after chunk, for at most a minute of machine time.

    The works take turns, so that a flood in one does not starve another; one that raises is logged,
    reported, and ends for this tick only. Writes the heartbeat at the end.
    """
    started = time.monotonic()
    report = TickReport(started_at=machine_now(), now=now, done={work.name: 0 for work in works()})
    unfinished = list(works())
    while unfinished and time.monotonic() - started < BUDGET.total_seconds():
        unfinished = [work for work in unfinished if _take_turn(work, report)]
    report.backlog = _backlog_left(report)
    report.duration = timedelta(seconds=time.monotonic() - started)
    _beat(report)
    return report


def _take_turn(work: TimedWork, report: TickReport) -> bool:
    """Do one chunk; return whether there may be more."""
    try:
        done = work.carry_out(report.now, CHUNK)
    except Exception as error:
        logger.exception("Timed work %s failed", work.name)
        report.failed[work.name] = f"{type(error).__name__}: {error}"
        return False
    report.done[work.name] += done
    return done > 0


def _backlog_left(report: TickReport) -> Backlog:
    """Count what is left; a count that fails must not cost the heartbeat."""
    try:
        return total_backlog(report.now)
    except Exception as error:
        logger.exception("The backlog could not be counted")
        report.failed["backlog"] = f"{type(error).__name__}: {error}"
        return Backlog()


def _beat(report: TickReport) -> None:
    beat(
        Heartbeat(
            name=TICK,
            at=machine_now(),
            business_at=report.now,
            backlog=report.backlog.count,
            oldest_due=report.backlog.oldest_due,
            took_ms=report.duration // timedelta(milliseconds=1),
            done=sum(report.done.values()),
        )
    )


def beat(heartbeat: Heartbeat) -> None:
    """Write a sign of life over the last one of the same name, in one statement."""
    columns = ["at", "business_at", "backlog", "oldest_due", "took_ms", "done"]
    Heartbeat.objects.bulk_create(
        [heartbeat], update_conflicts=True, unique_fields=["name"], update_fields=columns
    )


def backlogs(now: datetime) -> list[tuple[TimedWork, Backlog]]:
    """What is due at `now`, by kind of work."""
    return [(work, work.backlog(now)) for work in works()]


def total_backlog(now: datetime) -> Backlog:
    """What is due at `now`, all kinds together."""
    each = [backlog for _work, backlog in backlogs(now)]
    oldest = min((backlog.oldest_due for backlog in each if backlog.oldest_due), default=None)
    return Backlog(count=sum(backlog.count for backlog in each), oldest_due=oldest)


def preview(now: datetime) -> list[tuple[TimedWork, list[PreviewLine]]]:
    """What a tick at `now` would do, changing nothing: at most 100 steps of each kind of work."""
    return [(work, list(islice(work.preview(now), PREVIEW_LINES))) for work in works()]


_tidiers: dict[str, Callable[[datetime], int]] = {}


def tidy_hourly(name: str, clear: Callable[[datetime], int]) -> None:
    """Let `clear` tidy up once an hour; it takes machine time and returns how much it removed."""
    _tidiers[name] = clear


def _tidy(now: datetime, _limit: int) -> int:
    """Do all that is tidied up hourly, at most once an hour of machine time."""
    started_at = machine_now()
    last = Heartbeat.objects.filter(name=HOUSEKEEPING.name, at__gt=started_at - _HOUSEKEEPING_EVERY)
    # A sign of life from the future was left by a clock that ran ahead, and says nothing.
    if last.filter(at__lte=started_at).exists():
        return 0
    # First the sign of life, then the work: one that fails is not tried again each minute.
    beat(Heartbeat(name=HOUSEKEEPING.name, at=started_at, business_at=now))
    removed, failed = 0, []
    for name, clear in _tidiers.items():
        try:
            removed += clear(started_at)
        except Exception as error:
            error.add_note(name)
            failed.append(error)
    if failed:
        raise ExceptionGroup("housekeeping", failed)
    return removed


# It promises nothing, so it is never due.
HOUSEKEEPING = TimedWork(
    name="housekeeping",
    label=_("Housekeeping"),
    backlog=lambda _now: Backlog(),
    carry_out=_tidy,
    preview=lambda _now: (),
)
