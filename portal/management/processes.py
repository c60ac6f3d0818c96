"""Processes of the embedded run: started in sessions of their own, watched, and ended together.

Three things end them: the supervisor's own stop; the kernel, which tells each child when its parent dies
(Linux); and the undertaker, which also reaches the children's children and works without that call.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from portal.management.undertaker import signal_group

_PR_SET_PDEATHSIG = 1
_LOG_TAIL_LINES = 20
_LOG_TAIL_BYTES = 8_192
# Everything has to be gone within five seconds of the first Ctrl-C; the broker goes last.
_PATIENCE_SECONDS = 2.6
_BROKER_PATIENCE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Child:
    """One started process with its name and the log that it writes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_lines(self) -> list[str]:
        """The end of the child's log: at most 20 lines."""
        with suppress(OSError):
            end = self.log.read_bytes()[-_LOG_TAIL_BYTES:]
            return end.decode(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
        return []


class Family:
    """The children of one supervisor; leaving the block ends them all."""

    def __init__(self, log_dir: Path) -> None:
        self._log_dir = log_dir
        self._children: list[Child] = []
        self._die_with_parent = _parent_guard()

    def __enter__(self) -> "Family":
        self._log_dir.mkdir(parents=True, exist_ok=True)
        self._undertaker = subprocess.Popen(  # noqa: S603 -- our own script
            [sys.executable, "-S", "-E", str(Path(__file__).with_name("undertaker.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def start(self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> Child:
        """Start a process that dies with this one; its output goes to `<name>.log`, written anew."""
        log = self._log_dir / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 -- our own commands
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                # The terminal's Ctrl-C is for the supervisor: Celery would take a second one as "at once".
                start_new_session=True,
                preexec_fn=self._die_with_parent,  # noqa: PLW1509 -- nothing else runs threads here
            )
        child = Child(name, process, log)
        self._children.append(child)
        self._tell_undertaker(f"{process.pid}\n")
        return child

    def first_dead(self) -> Child | None:
        """The first child that has ended by itself, if any has."""
        return next((child for child in self._children if child.process.poll() is not None), None)

    def end(self) -> None:
        """End every child within four seconds: all but the first together, then the first, the broker."""
        first, others = self._children[:1], self._children[1:]
        _end(others, _PATIENCE_SECONDS)
        _end(first, _BROKER_PATIENCE_SECONDS)
        self._children.clear()
        self._tell_undertaker("done\n")
        if self._undertaker.stdin:
            with suppress(OSError):
                self._undertaker.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._undertaker.wait(timeout=0.5)

    def _tell_undertaker(self, line: str) -> None:
        with suppress(OSError):
            assert self._undertaker.stdin is not None
            self._undertaker.stdin.write(line.encode())
            self._undertaker.stdin.flush()


def _end(children: Sequence[Child], patience_seconds: float) -> None:
    """Ask children to end, wait together, then kill what is left of their groups."""
    for child in children:
        with suppress(ProcessLookupError):
            child.process.terminate()
    deadline = time.monotonic() + patience_seconds
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(timeout=max(deadline - time.monotonic(), 0.01))
    for child in children:
        # Also after an orderly end: a grandchild may have stayed behind.
        signal_group(child.process.pid, signal.SIGKILL)
        child.process.wait()


def _parent_guard() -> Callable[[], None] | None:
    """What a child calls before it begins, so that the kernel ends it when its parent dies; Linux only."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def guard() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return guard
