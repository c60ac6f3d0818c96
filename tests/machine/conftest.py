"""The scene that every life starts with."""

import pytest

from tests.machine.scene import Scene, set_up


@pytest.fixture
def scene(db: None) -> Scene:
    """People, licenses and the published policy."""
    return set_up()
