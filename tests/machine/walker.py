"""A seeded random life, without Hypothesis: long ones, and many of them."""

import math
import time
from collections import Counter

from tests.machine.dice import Dice, pick
from tests.machine.life import Life, undone
from tests.machine.moves import MOVES, begin
from tests.machine.scene import Scene

# What a life asks of the whole database, it asks after so many moves.
JUDGE_EVERY = 250


def walk(scene: Scene, *, steps: int, seed: int, ends_at: float = math.inf) -> Counter[str]:
    """This will live one life of so many steps, or until `ends_at` of the monotonic clock, then take it back.

    Says which moves it made. At its end every claim about the database is asked, and all history folded.
    """
    dice, names, made = Dice(seed), list(MOVES), Counter[str]()
    with undone():
        life = Life(scene)
        begin(life, dice)
        while made.total() < steps and time.monotonic() < ends_at:
            name = pick(dice, names)
            MOVES[name](life, dice)
            made[name] += 1
            if made.total() % JUDGE_EVERY == 0:
                life.judge()
        life.judge()
    return made
