"""When everything happens on the staff's pages."""

from datetime import timedelta
from typing import Any

import pytest

from tests.factories.cases import (
    ASKED,
)


@pytest.fixture(autouse=True)
def at_asked(time_machine: Any) -> None:
    """Everything happens an hour after ASKED, unless a test says otherwise."""
    time_machine.move_to(ASKED + timedelta(hours=1), tick=False)
