"""A tick when nothing is due: in a small portfolio and in a large one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from bench.measuring import ROUNDS, Line, ratio, seconds, spread, take_turns
from portal.work.timed import run_tick

MOST_MS = 5
MOST_RATIO = 1.5
_TICKS = 100


class NotIdle(AssertionError):  # noqa: N818 -- errors say what happened (STYLE 4)
    """A tick that should have had nothing to do did something."""


@dataclass(frozen=True)
class Place:
    """A database of so many cases, and how to go there."""

    cases: int
    enter: Callable[[], None]


def compare(large: Place, small: Place, *, now: datetime, rounds: int = ROUNDS, ticks: int = _TICKS) -> Line:
    """This will tick at an instant at which nothing is due, in turns in the two databases."""

    def turn(place: Place) -> float:
        place.enter()
        _idle(now)
        return seconds(lambda: [_idle(now) for _ in range(ticks)]) / ticks * 1000

    taken = take_turns({"large": lambda: turn(large), "small": lambda: turn(small)}, rounds)
    times = ratio(taken, "large", "small")
    return Line(
        f"a tick with nothing due, {large.cases:,} cases beside {small.cases:,}",
        f"{spread(taken['large'], 'ms')} beside {spread(taken['small'], 'ms')}: {times:.2f} ×",
        f"{MOST_MS} ms, {MOST_RATIO} ×",
        median(taken["large"]) <= MOST_MS and times <= MOST_RATIO,
    )


def _idle(now: datetime) -> None:
    report = run_tick(now)
    if not report.is_complete or report.done["follow_up"]:
        raise NotIdle(str(report))
