"""200 lives of 50 steps, drawn by Hypothesis, each step beside the model (SPEC 2, 2.1, 2.2)."""

import pytest

from tests.machine.machine import LIVES, RUNS, STEPS, run
from tests.machine.scene import Scene


@pytest.mark.parametrize("number", RUNS)
def test_portal_and_model_agree_after_every_step_of_twenty_lives(scene: Scene, number: int) -> None:
    run(scene, number)


def test_the_runs_are_200_lives_of_50_steps() -> None:
    assert (len(RUNS) * LIVES, STEPS) == (200, 50)
