"""The machine catches every seeded fault, with the settings with which the portal itself passes."""

import pytest

from tests.machine.life import Disagreement
from tests.machine.machine import run
from tests.machine.mutants import MUTANTS, Mutant
from tests.machine.scene import Scene

pytestmark = pytest.mark.xdist_group("mutants")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_machine_catches(mutant: Mutant, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant(monkeypatch)
    with pytest.raises(Disagreement) as caught:
        run(scene)
    print("CAUGHT", mutant.__name__, str(caught.value).splitlines()[0][:150])
