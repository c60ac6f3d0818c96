"""The machine: Hypothesis draws the moves of short lives, and shrinks the one in which the two part."""

from collections.abc import Callable

from django.db import transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.machine.dice import Dice
from tests.machine.life import Life
from tests.machine.moves import MOVES, Move, begin
from tests.machine.scene import Scene

# A move's chance hangs on one number of Hypothesis' data and on those before: a life repeats with its data,
# and shrinks to the moves up to its fault. Choices drawn one by one came alike in most lives, for Hypothesis
# likes to write what it has drawn over other places.
NUMBERS = st.integers(0, 2**63)


# The suite's 200 lives: ten runs, each with its own number, each starting with small lives.
RUNS = range(1, 11)
LIVES = 20
STEPS = 50


class Lifecycle(RuleBasedStateMachine):
    """One life per example, inside a transaction that is taken back."""

    scene: Scene

    def __init__(self) -> None:
        super().__init__()
        self._frame = transaction.atomic()
        self._frame.__enter__()
        self.life = Life(self.scene)
        self.chain = 0

    def dice(self, number: int) -> Dice:
        self.chain = hash((self.chain, number))
        return Dice(self.chain)

    @initialize(number=NUMBERS)
    def begin(self, number: int) -> None:
        begin(self.life, self.dice(number))

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._frame.__exit__(None, None, None)


def _rule_of(name: str, move: Move) -> Callable[[Lifecycle, int], None]:
    def make(self: Lifecycle, number: int) -> None:
        move(self.life, self.dice(number))

    make.__name__ = name
    return make


for _name, _move in MOVES.items():
    setattr(Lifecycle, _name, rule(number=NUMBERS)(_rule_of(_name, _move)))


def run(scene: Scene, number: int, *, lives: int = LIVES, shrinks: bool = False) -> None:
    """This will run the machine: so many lives of 50 steps, always the same ones for the same number."""
    machine = seed(number)(type("Lifecycle", (Lifecycle,), {"scene": scene}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=STEPS,
            database=None,
            deadline=None,
            print_blob=False,
            report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink) if shrinks else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
