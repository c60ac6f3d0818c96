"""The machine catches every seeded fault, in the very runs that the portal itself passes.

The suite tries every other one; `make mutants` all of them.
"""

import logging
import os

import pytest

from tests.machine.life import Disagreement
from tests.machine.machine import RUNS, run
from tests.machine.mutants import MUTANTS, Mutant
from tests.machine.scene import Scene

pytestmark = [pytest.mark.once("they try the machine, not the portal"), pytest.mark.timeout(600)]


@pytest.fixture(autouse=True)
def _in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep tells at length of the cases that a mutant breaks."""
    monkeypatch.setattr(logging.getLogger("cases.sweep.chunks"), "disabled", True)


TRIED = list(MUTANTS) if os.environ.get("MUTANTS") == "all" else list(MUTANTS)[::2]


@pytest.mark.parametrize("mutant", TRIED, ids=lambda mutant: mutant.__name__)
def test_the_machine_catches(mutant: Mutant, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant(monkeypatch)
    runs = sorted(RUNS, key=lambda number: number != MUTANTS[mutant])
    assert any(_fails(scene, number) for number in runs)


def _fails(scene: Scene, number: int) -> bool:
    try:
        run(scene, number)
    except Disagreement:
        return True
    return False
