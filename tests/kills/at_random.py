"""`make kills`: thousands of kills at random points, with a histogram of where they hit.

N says how many (10,000 where it says nothing), SEED in which order, DATABASE_URL on which server. Not part of
the suite: there every point is hit once, here every point many times.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping

from django.db import connection

from portal.work import invariants
from tests.kills.scenarios import VERBS
from tests.kills.victims import KilledOperation, KilledSender, KilledSweep, Victim


def test_nothing_is_lost_doubled_or_half_done_whenever_something_is_killed(committed, adopted, note, sink):
    kills, seed = int(os.environ.get("N") or 10_000), int(os.environ.get("SEED") or 1)
    began = time.monotonic()
    victims = all_victims(sink)
    hits: Counter[tuple[str, str]] = Counter()
    faults: list[str] = []
    for name, number in points_of(victims, kills, random.Random(seed)):
        hits[name, victims[name].points[number].label] += 1
        try:
            victims[name].kill(number)
        except AssertionError as fault:
            faults.append(f"{name}, point {number}: {fault}")
    for name, victim in victims.items():
        try:
            victim.finish()
        except AssertionError as fault:
            faults.append(f"{name}, at the end: {fault}")
    faults += map(str, invariants.check())

    print_histogram(hits)
    second = sum(getattr(victim, "second_copies", 0) for victim in victims.values())
    print(f"{second} second mails, each of a mail in doubt and with the same Message-ID.")
    print(
        f"{connection.vendor}, seed {seed}: {hits.total()} kills in {time.monotonic() - began:.0f} s, ",
        end="",
    )
    print(f"{len(faults)} things lost, doubled or half done.")
    assert faults == []


def all_victims(sink) -> dict[str, Victim]:
    victims: dict[str, Victim] = {name: KilledOperation(verb) for name, verb in VERBS.items()}
    victims["the sweep"] = KilledSweep()
    victims["the sender"] = KilledSender(sink)
    if connection.vendor == "postgresql":
        victims["one sweep of three"] = KilledSweep(workers=3)
        victims["one sender of three"] = KilledSender(sink, workers=3)
    return victims


def points_of(victims: Mapping[str, Victim], kills: int, order: random.Random) -> Iterator[tuple[str, int]]:
    """Every point of everything in random order, again and again, until there were so many kills."""
    every = [(name, number) for name, victim in victims.items() for number in range(len(victim.points))]
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
