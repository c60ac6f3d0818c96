"""A tick when nothing is due: in a small portfolio and in a large one."""

from datetime import datetime

from bench import database
from bench.measuring import ROUNDS, Line, ratio, seconds, spread, take_turns
from portal.work.timed import run_tick

MOST_MS = 5
MOST_RATIO = 1.5
_TICKS = 100


def compare(small: int, large: int, *, now: datetime, rounds: int = ROUNDS, ticks: int = _TICKS) -> Line:
    """This will tick at an instant at which nothing is due, in turns in two databases of these many cases."""

    def idle() -> None:
        report = run_tick(now)
        assert report.is_complete
        assert not sum(report.done.values())

    def turn(name: str) -> float:
        database.use(name)
        idle()
        return seconds(lambda: [idle() for _ in range(ticks)]) / ticks * 1000

    taken = take_turns({"small": lambda: turn(database.SMALL), "large": lambda: turn(database.WORK)}, rounds)
    times = ratio(taken, "large", "small")
    largest = sorted(taken["large"])[len(taken["large"]) // 2]
    return Line(
        f"a tick with nothing due, {large:,} cases beside {small:,}",
        f"{spread(taken['large'], 'ms')} beside {spread(taken['small'], 'ms')}: {times:.2f} ×",
        f"{MOST_MS} ms, {MOST_RATIO} ×",
        largest <= MOST_MS and times <= MOST_RATIO,
    )
