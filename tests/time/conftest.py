"""Whose clock it is: the zone of the server's process."""

import os
import time
from collections.abc import Callable, Iterator

import pytest

from tests.factories.mail_sink import adopted, note, sink

__all__ = ["adopted", "note", "server_zone", "sink"]


@pytest.fixture
def server_zone() -> Iterator[Callable[[str], None]]:
    """Moves this process to a zone, as a server that stands there; Django had set it to UTC."""
    before = os.environ.get("TZ")

    def move(zone: str) -> None:
        os.environ["TZ"] = zone
        time.tzset()

    yield move
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()
