"""Two clocks (DESIGN 1): business time, which the demo may shift, and machine time, which nothing shifts.

Only views, admin, tasks and commands read them, once each, and pass `now` down.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def _no_offset() -> timedelta:
    return timedelta(0)


_offset: Callable[[], timedelta] = _no_offset


def use_offset(source: Callable[[], timedelta]) -> None:
    """Let business time run ahead of machine time by what `source` returns at each reading.

    The demo fills this in; a deployment never calls it.
    """
    global _offset  # noqa: PLW0603 -- one clock per process, chosen once while the apps start
    _offset = source


def business_now() -> datetime:
    """Read the time that rules count by, as an aware UTC datetime."""
    return machine_now() + _offset()


def machine_now() -> datetime:
    """Read the time of this machine, for leases, delays and heartbeats, as an aware UTC datetime."""
    return datetime.now(UTC)
