"""A tick whose works a test chooses."""

from collections.abc import Callable
from datetime import datetime

import pytest

from portal.work import timed


@pytest.fixture
def works(monkeypatch):
    """No work but what the test registers."""
    registered: dict[str, timed.TimedWork] = {}
    monkeypatch.setattr(timed, "_works", registered)
    return registered


@pytest.fixture
def tidiers(monkeypatch):
    """Nothing tidies up but what the test registers."""
    registered: dict[str, Callable[[datetime], int]] = {}
    monkeypatch.setattr(timed, "_tidiers", registered)
    return registered
