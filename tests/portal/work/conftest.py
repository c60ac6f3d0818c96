"""A tick whose works a test chooses."""

import pytest

from portal.work import timed


@pytest.fixture
def works(monkeypatch):
    """No work but what the test registers."""
    registered: dict[str, timed.TimedWork] = {}
    monkeypatch.setattr(timed, "_works", registered)
    return registered
