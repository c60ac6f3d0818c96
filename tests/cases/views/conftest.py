"""Pages are looked at an hour after ASKED, unless a test moves the clock."""

from datetime import timedelta
from typing import Any

import pytest

from tests.factories.cases import ASKED


@pytest.fixture(autouse=True)
def an_hour_after_asked(time_machine: Any) -> None:
    time_machine.move_to(ASKED + timedelta(hours=1), tick=False)
