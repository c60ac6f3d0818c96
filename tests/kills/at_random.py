"""`make kills`: thousands of kills at random points, with a histogram of where they hit.

N says how many (10,000 where it says nothing), SEED in which order, DATABASE_URL on which server. Not part of
the suite: there every point is hit once, here every point many times.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from django.core.management import call_command
from django.db import connection

from portal.audit.append_only import history_unlocked
from portal.work import invariants
from portal.work.instance import adopt
from tests.kills.scenarios import VERBS
from tests.kills.victims import KilledOperation, KilledPager, KilledSender, KilledSweep, KilledTargets, Victim


def test_nothing_is_lost_doubled_or_half_done_whenever_something_is_killed(
    committed, adopted, note, sink, pager
):
    kills, seed = int(os.environ.get("N") or 10_000), int(os.environ.get("SEED") or 1)
    order, began = random.Random(seed), time.monotonic()
    hits: Counter[tuple[str, str]] = Counter()
    faults: list[str] = []
    second = 0
    makers = all_victims(sink, pager)
    for left, (name, make) in zip(range(len(makers), 0, -1), makers.items(), strict=True):
        begin_anew()
        victim = make()
        # One after the other: the scene of one would be seen in another's footprint.
        for number in points_of(victim, (kills - hits.total()) // left, order):
            hits[name, victim.points[number].label] += 1
            faults += faults_of(lambda victim=victim, number=number: victim.kill(number), f"{name}, {number}")
        faults += faults_of(victim.finish, f"{name}, at the end")
        second += getattr(victim, "second_copies", 0)
        faults += map(str, invariants.check())

    print_histogram(hits)
    print(f"{second} second mails, each of a mail in doubt and with the same Message-ID.")
    print(
        f"{connection.vendor}, seed {seed}: {hits.total()} kills in {time.monotonic() - began:.0f} s, ",
        end="",
    )
    print(f"{len(faults)} things lost, doubled or half done.")
    assert faults == []


def begin_anew() -> None:
    """Empty the database: after each kill all of it is looked at, which must not cost more and more."""
    with history_unlocked("kills at random"):
        call_command("flush", interactive=False, verbosity=0)
    adopt()


def faults_of(claim: Callable[[], None], about: str) -> list[str]:
    try:
        claim()
    except AssertionError as fault:
        return [f"{about}: {fault}"]
    return []


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


def points_of(victim: Victim, kills: int, order: random.Random) -> Iterator[int]:
    """Every point in random order, again and again, until there were so many kills."""
    every = list(range(len(victim.points)))
    for round_ in range(kills // len(every) + 1):
        order.shuffle(every)
        yield from every[: kills - round_ * len(every)]


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
    rarest = min(hits.values())
    print(f"{len(hits)} kinds of point in {len(by_victim)} works; the rarest was hit {rarest} times.")
