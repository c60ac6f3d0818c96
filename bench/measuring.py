"""Rounds that take turns, their medians, and the table that they end in."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from django.db import connection

ROUNDS = 5


@dataclass(frozen=True)
class Line:
    """One goal: what was measured, its limit, and whether it is met; None: a figure without a goal."""

    goal: str
    measured: str
    limit: str = ""
    is_met: bool | None = None

    def __str__(self) -> str:
        verdict = {None: "", True: "yes", False: "**no**"}[self.is_met]
        return f"| {self.goal} | {self.measured} | {self.limit} | {verdict} |"


def seconds(act: Callable[[], object]) -> float:
    """This will say how long an act takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def take_turns(variants: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """This will measure each variant once a round; the one that begins changes from round to round."""
    taken: dict[str, list[float]] = {name: [] for name in variants}
    for turn in range(rounds):
        names = list(variants) if turn % 2 == 0 else list(reversed(variants))
        for name in names:
            taken[name].append(variants[name]())
    return taken


def spread(values: Iterable[float], unit: str = "s", digits: int = 2) -> str:
    """This will write a median with the least and the greatest value."""
    known = sorted(values)
    return f"{median(known):.{digits}f} {unit} ({known[0]:.{digits}f}–{known[-1]:.{digits}f})"


def ratio(taken: Mapping[str, list[float]], above: str, below: str) -> float:
    """This will divide the medians of two variants."""
    return median(taken[above]) / median(taken[below])


def machine() -> str:
    """This will say on what was measured."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT split_part(version(), ' ', 2), current_setting('shared_buffers')")
        version, buffers = cursor.fetchone()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores, load average {load}; PostgreSQL {version}, shared_buffers {buffers}"
