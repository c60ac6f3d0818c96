"""The portal's business clock as the run moves it: never while somebody's request is on its way."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# A request whose answer never came may still be carried out for so long.
_UNCERTAIN_SECONDS = 3.0


class BusinessClock:
    """Machine time and an offset; a request reads it once, so that it must not jump beneath one."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._requests = 0
        self._is_jumping = False
        self._uncertain_until = 0.0
        self.offset_seconds = 0.0

    def now(self) -> float:
        return time.time() + self.offset_seconds

    @contextmanager
    def request(self) -> Iterator[None]:
        """Make the request inside this block."""
        with self._condition:
            self._condition.wait_for(lambda: not self._is_jumping)
            self._requests += 1
        try:
            yield
        finally:
            with self._condition:
                self._requests -= 1
                self._condition.notify_all()

    def note_unanswered(self) -> None:
        with self._condition:
            self._uncertain_until = time.monotonic() + _UNCERTAIN_SECONDS

    @contextmanager
    def pause(self, *, within_seconds: float = 5.0) -> Iterator[bool]:
        """Move the clock inside this block, if it gives true: then nobody's request is on its way."""
        with self._condition:
            self._is_jumping = True
            is_quiet = self._condition.wait_for(lambda: not self._requests, timeout=within_seconds)
            is_quiet = is_quiet and time.monotonic() > self._uncertain_until
        try:
            yield is_quiet
        finally:
            with self._condition:
                self._is_jumping = False
                self._condition.notify_all()
