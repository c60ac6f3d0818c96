"""Where the chance of a life comes from."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Chance from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(least, most)


def pick(draw: Dice, choices: Sequence[T]) -> T:
    """One of these."""
    return choices[draw.number(0, len(choices) - 1)]


def chance(draw: Dice, of: int) -> bool:
    """True once in so many times."""
    return draw.number(1, of) == of


def fault(draw: Dice) -> int:
    """The statement at which the database goes away; mostly none."""
    return draw.number(1, 30) if chance(draw, 12) else 0
