"""One long seeded life on the real database, each step beside the model (SPEC 2, 2.1, 2.2)."""

from tests.machine.scene import Scene
from tests.machine.walker import walk


def test_history_folds_to_the_cases_after_every_step_of_a_random_life(scene: Scene) -> None:
    made = walk(scene, steps=1_000, seed=1)
    assert made.total() == 1_000
