"""`make kills`: thousands of kills at random points, with a histogram of where they hit.

N says how many (10,000 where it says nothing), SEED in which order, DATABASE_URL on which server. Not part of
the suite: there every point is hit once, here every point many times.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from django.core.management import call_command
from django.db import connection

from portal.audit.append_only import history_unlocked
from portal.work import invariants
from portal.work.instance import adopt
from tests.kills.scenarios import VERBS
from tests.kills.victims import KilledOperation, KilledPager, KilledSender, KilledSweep, KilledTargets, Victim

# Of several at once the one to be killed may find nothing left to do before its point: so many for each kill.
MOST_ATTEMPTS = 10


@dataclass
class Tally:
    """Kills by victim and point of death, those that came to their end before, and what does not hold."""

    hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    not_reached: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @contextmanager
    def noting_faults(self, about: str) -> Iterator[None]:
        """Note an assertion that does not hold, and go on."""
        try:
            yield
        except AssertionError as fault:
            self.faults.append(f"{about}: {fault}")


def test_nothing_is_lost_doubled_or_half_done_whenever_something_is_killed(
    committed, adopted, note, sink, pager
):
    kills, seed = int(os.environ.get("N") or 10_000), int(os.environ.get("SEED") or 1)
    order, began = random.Random(seed), time.monotonic()
    tally = Tally()
    second = 0
    makers = all_victims(sink, pager)
    for left, (name, make) in zip(range(len(makers), 0, -1), makers.items(), strict=True):
        begin_anew()
        victim = make()
        # One after the other: the scene of one would be seen in another's footprint.
        kill_at_random(name, victim, (kills - tally.hits.total()) // left, order, tally)
        second += getattr(victim, "second_copies", 0)
        tally.faults += map(str, invariants.check())

    print_histogram(tally.hits)
    print_not_reached(tally.not_reached)
    print(f"{second} second mails, each of a mail in doubt and with the same Message-ID.")
    print(
        f"{connection.vendor}, seed {seed}: {tally.hits.total()} kills in {time.monotonic() - began:.0f} s, ",
        end="",
    )
    print(f"{len(tally.faults)} things lost, doubled or half done.")
    assert tally.faults == []


def begin_anew() -> None:
    """Empty the database: after each kill all of it is looked at, which must not cost more and more."""
    with history_unlocked("kills at random"):
        call_command("flush", interactive=False, verbosity=0)
    adopt()


def kill_at_random(name: str, victim: Victim, kills: int, order: random.Random, tally: Tally) -> None:
    """Go on until it was killed so often, within bounds: some points are reached by chance only."""
    before = tally.hits.total()
    for number in islice(points_of(victim, order), MOST_ATTEMPTS * kills):
        if tally.hits.total() - before == kills:
            break
        with tally.noting_faults(f"{name}, {number}"):
            if point := victim.kill(number):
                tally.hits[name, point.label] += 1
            else:
                tally.not_reached[name, victim.points[number].label] += 1
    with tally.noting_faults(f"{name}, at the end"):
        victim.finish()


def all_victims(sink, pager) -> dict[str, Callable[[], Victim]]:
    # In an order in which none leaves mail, or cases that are due, to the next.
    workers = (1, 3) if connection.vendor == "postgresql" else (1,)
    victims: dict[str, Callable[[], Victim]] = {
        f"one sender of {count}": partial(KilledSender, sink, workers=count) for count in workers
    }
    victims |= {
        f"one sender of pages of {count}": partial(KilledPager, pager, workers=count) for count in workers
    }
    victims |= {f"one sweep of {count}": partial(KilledSweep, workers=count) for count in workers}
    victims |= {
        f"one sweep of targets of {count}": partial(KilledTargets, workers=count) for count in workers
    }
    return victims | {name: partial(KilledOperation, verb) for name, verb in VERBS.items()}


def points_of(victim: Victim, order: random.Random) -> Iterator[int]:
    """Every point in random order, again and again without end."""
    every = list(range(len(victim.points)))
    while True:
        order.shuffle(every)
        yield from every


def print_histogram(hits: Mapping[tuple[str, str], int]) -> None:
    by_victim, by_label = Counter[str](), Counter[str]()
    for (victim, label), count in hits.items():
        by_victim[victim] += count
        by_label[label] += count
    print("\nKills by what was killed:")
    for victim, count in sorted(by_victim.items()):
        print(f"  {count:>6}  {victim}")
    print("Kills by point:")
    for label, count in sorted(by_label.items(), key=lambda pair: pair[0].split(" ", 1)[::-1]):
        print(f"  {count:>6}  {label}")
    rarest = min(hits.values(), default=0)
    print(f"{len(hits)} kinds of point in {len(by_victim)} works; the rarest was hit {rarest} times.")


def print_not_reached(not_reached: Mapping[tuple[str, str], int]) -> None:
    """Those that were to be killed and came to their end before: no kills."""
    by_victim = Counter[str]()
    for (victim, _label), count in not_reached.items():
        by_victim[victim] += count
    print("Ended before the point, others having taken the work, and not counted as killed:")
    for victim, count in sorted(by_victim.items()):
        print(f"  {count:>6}  {victim}")
    if not by_victim:
        print("  none")
