"""What is counted as a kill, shown with a victim that is made up and dies at some of its points only."""

from random import Random

from tests.kills.at_random import MOST_ATTEMPTS, Tally, kill_at_random
from tests.kills.harness import Point

BEGINNING, COMMIT = Point("at the beginning", 0, False), Point("after COMMIT", 1, False)


class MadeUp:
    """Killed at its beginning; the commit is reached at every so manieth attempt, or never."""

    def __init__(self, *points, every=0, breaks=False):
        self.points = points or (BEGINNING, COMMIT)
        self._every, self._breaks, self._attempts = every, breaks, 0

    def kill(self, number):
        self.finish()
        if self.points[number] is BEGINNING:
            return BEGINNING
        self._attempts += 1
        return COMMIT if self._every and self._attempts % self._every == 0 else None

    def finish(self):
        if self._breaks:
            raise AssertionError("lost")


def tally_of(victim, *, kills):
    tally = Tally()
    kill_at_random("it", victim, kills, Random(1), tally)
    return tally


def test_only_those_that_died_are_counted_by_the_point_where_they_did():
    tally = tally_of(MadeUp(every=2), kills=30)

    assert tally.hits == {("it", BEGINNING.label): 20, ("it", COMMIT.label): 10}
    assert tally.not_reached == {("it", COMMIT.label): 10}
    assert tally.faults == []


def test_a_point_that_is_never_reached_is_no_kill():
    tally = tally_of(MadeUp(), kills=30)

    assert tally.hits == {("it", BEGINNING.label): 30}
    assert tally.not_reached.keys() == {("it", COMMIT.label)}


def test_it_ends_where_nothing_can_be_killed_any_more():
    tally = tally_of(MadeUp(COMMIT), kills=3)

    assert (tally.hits, tally.not_reached.total()) == ({}, 3 * MOST_ATTEMPTS)


def test_what_does_not_hold_is_noted_and_is_no_kill():
    tally = tally_of(MadeUp(breaks=True), kills=1)

    assert tally.hits == {}
    assert tally.faults[-1] == "it, at the end: lost"
    assert len(tally.faults) == MOST_ATTEMPTS + 1
