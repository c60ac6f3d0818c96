"""200 lives of 50 steps, drawn by Hypothesis, each step beside the model (SPEC 2, 2.1, 2.2)."""

import pytest

from tests.machine.machine import run
from tests.machine.scene import Scene

pytestmark = pytest.mark.xdist_group("machine")


@pytest.mark.timeout(600)
def test_portal_and_model_agree_after_every_step_of_200_lives(scene: Scene) -> None:
    run(scene)
