"""The processes of a run: started, killed, started again, and none left behind."""

import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from portal.management import undertaker
from portal.management.undertaker import signal_group
from tests.system.running import ROOT

_PATIENCE_SECONDS = 5.0


class Part:
    """One part of the portal: a process in a session of its own, whose output is kept over restarts."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        log_dir: Path,
        is_ready: Callable[[], bool] = lambda: True,
        user: int | None = None,
        tell: Callable[[int], None] = lambda _pid: None,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.is_ready = is_ready
        self.log = log_dir / f"{name}.log"
        # Held by whoever starts or kills it.
        self.lock = threading.RLock()
        self.process: subprocess.Popen[bytes] | None = None
        self.is_wanted = False
        self._env = dict(env)
        self._user = user
        self._tell = tell

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it unless it runs; what a killed one left behind is ended first, as a supervisor does."""
        with self.lock:
            self.is_wanted = True
            if self.is_alive:
                return
            if self.process is not None:
                signal_group(self.process.pid, signal.SIGKILL)
            with self.log.open("ab") as output:
                self.process = subprocess.Popen(
                    self.command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=self._env,
                    cwd=ROOT,
                    start_new_session=True,
                    user=self._user,
                    group=self._user and _group_of(self._user),
                    extra_groups=None if self._user is None else [],
                )
            self._tell(self.process.pid)

    def wait_until_ready(self, within_seconds: float = 40.0) -> bool:
        deadline = time.monotonic() + within_seconds
        while time.monotonic() < deadline:
            if self.is_ready():
                return True
            time.sleep(0.05)
        return False

    def kill(self, *, number: int = signal.SIGKILL, only_first: bool = False) -> None:
        """Kill it with all its children, or only the process that was started."""
        with self.lock:
            self.is_wanted = False
            if self.process is None:
                return
            with suppress(ProcessLookupError):
                (os.kill if only_first else os.killpg)(self.process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=_PATIENCE_SECONDS)

    def kill_one_child(self, choose: Callable[[list[int]], int]) -> bool:
        """Kill one of its children, as the kernel does when memory runs out."""
        children = children_of(self.pid)
        if children:
            with suppress(ProcessLookupError):
                os.kill(choose(sorted(children)), signal.SIGKILL)
        return bool(children)

    def end(self) -> None:
        """Ask it to end, and see to it."""
        with self.lock:
            self.is_wanted = False
            if self.process is None:
                return
            with suppress(ProcessLookupError):
                self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=_PATIENCE_SECONDS)
            signal_group(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _group_of(user: int) -> int:
    return pwd.getpwuid(user).pw_gid


def children_of(pid: int) -> list[int]:
    """The living children of a process."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(after_name[1]) == pid and after_name[0] != "Z":
                found.append(int(folder.name))
    return found


class Undertaker:
    """Ends every process group that it was told of, should this process be killed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", str(undertaker.__file__)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd="/",
        )
        self._lock = threading.Lock()

    def tell(self, pid: int) -> None:
        self._write(f"{pid}\n")

    def dismiss(self) -> None:
        self._write("done\n")
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        self._process.wait(timeout=5)

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        with self._lock, suppress(OSError):
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()


class Supervisor(threading.Thread):
    """Starts a part again that died although nobody killed it, and notes that it did."""

    def __init__(self, parts: Sequence[Part], died: Callable[[str, int], None]) -> None:
        super().__init__(name="supervisor", daemon=True)
        self._parts = parts
        self._died = died
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(0.2):
            for part in self._parts:
                if part.lock.acquire(blocking=False):
                    try:
                        self._look_after(part)
                    finally:
                        part.lock.release()

    def stop(self) -> None:
        self._done.set()
        self.join()

    def _look_after(self, part: Part) -> None:
        if part.is_wanted and not part.is_alive:
            assert part.process is not None
            self._died(part.name, part.process.returncode)
            part.start()
