"""A PostgreSQL cluster of the run's own: made in a folder, on a loopback port, with a password of its own."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.chaos.processes import Part
from tests.system.running import free_port

_UNPRIVILEGED = ("postgres", "nobody")
# How a server is asked to end at once: immediate mode loses no commit, and recovers when it starts.
IMMEDIATE, FAST = signal.SIGQUIT, signal.SIGINT


class ProgramsMissing(Exception):
    """PostgreSQL's server programs are not on this machine."""


def find_programs(installed_in: Path = Path("/usr/lib/postgresql")) -> Path:
    """The folder of `initdb` and `postgres`; raise ProgramsMissing where there is none."""
    candidates = []
    if shutil.which("pg_config"):
        said = subprocess.run(
            ["pg_config", "--bindir"], capture_output=True, text=True, check=False, timeout=10
        )
        candidates.append(Path(said.stdout.strip()))
    if initdb := shutil.which("initdb"):
        candidates.append(Path(initdb).resolve().parent)
    installed = installed_in.glob("*/bin")
    candidates += sorted(installed, key=lambda path: int(path.parent.name.partition(".")[0]), reverse=True)
    for folder in candidates:
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
            return folder
    raise ProgramsMissing(
        "PostgreSQL's server programs (initdb, postgres) were not found: install Debian's package postgresql."
    )


class Cluster:
    """The server with its one database `portal`."""

    def __init__(self, folder: Path, *, tell: Callable[[int], None]) -> None:
        self._programs = find_programs()
        self._data = folder / "postgres"
        self._user = _unprivileged_user()
        self._password = secrets.token_hex(16)
        self.port = free_port()
        self.url = f"postgres://portal:{self._password}@127.0.0.1:{self.port}/portal"
        self._make(folder)
        self.part = Part(
            "database",
            [str(self._programs / "postgres"), "-D", str(self._data), *self._options()],
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            log_dir=folder,
            is_ready=self.answers,
            user=self._user,
            tell=tell,
        )

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "60",
            "log_min_messages": "warning",
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _make(self, folder: Path) -> None:
        self._data.mkdir(mode=0o700)
        password = folder / "postgres-password"
        password.write_text(self._password)
        if self._user is not None:
            group = pwd.getpwuid(self._user).pw_gid
            for path in (self._data, password):
                os.chown(path, self._user, group)
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        made = subprocess.run(
            [
                str(self._programs / "initdb"),
                *("-D", str(self._data), "-U", "portal", f"--pwfile={password}", *options),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            cwd="/",
            user=self._user,
            group=None if self._user is None else pwd.getpwuid(self._user).pw_gid,
            extra_groups=None if self._user is None else [],
        )
        password.unlink()
        if made.returncode:
            sys.exit(f"initdb failed:\n{made.stdout}\n{made.stderr}")

    def start(self) -> None:
        self.part.start()
        assert self.part.wait_until_ready(), self.part.log.read_text(errors="replace")[-2000:]
        with psycopg.connect(self._maintenance_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE portal")

    @property
    def _maintenance_url(self) -> str:
        return self.url.removesuffix("/portal") + "/postgres"

    def answers(self) -> bool:
        try:
            psycopg.connect(self._maintenance_url, connect_timeout=2).close()
        except psycopg.Error:
            return False
        return True


def _unprivileged_user() -> int | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise ProgramsMissing("PostgreSQL does not run as root, and there is no user postgres or nobody here.")
