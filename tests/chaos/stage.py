"""The portal of a run: its own database, broker and mail server, and web, worker and beat beside them."""

import http.client
import os
import secrets
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg

from portal.management.broker import prepare_broker
from portal.management.parts import beat_command, web_command, worker_command
from tests.chaos import sink
from tests.chaos.cluster import Cluster
from tests.chaos.processes import Part, Undertaker
from tests.system.running import free_port

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
# Nobody in a run is to be held up by the limits per person and hour.
_NO_LIMIT = "100000"


class Stage:
    """Everything that runs; `with` ends it all, whatever happens."""

    def __init__(self, *, canary: str = "") -> None:
        self.canary = canary
        self.folder = Path(tempfile.mkdtemp(prefix="portal-chaos-"))
        # Another user runs the database below it.
        self.folder.chmod(0o711)
        self.undertaker = Undertaker()
        self.port = free_port()
        self.mail_port = free_port()
        self.cluster = Cluster(self.folder, tell=self.undertaker.tell)
        self._broker = prepare_broker(self.folder)
        self.env = self._environment()
        self.usual_mail_mode = sink.FORGE if canary == "forging-sink" else sink.ACCEPT
        sink.set_mode(self.folder, self.usual_mail_mode)
        self.database = self.cluster.part
        self.broker = self._part("broker", self._broker.command, is_ready=self._broker_answers)
        mail_command = [sys.executable, "-m", "tests.chaos.sink", str(self.mail_port), str(self.folder)]
        self.mail = self._part("mail", mail_command, is_ready=lambda: _listens(self.mail_port))
        web = web_command([f"127.0.0.1:{self.port}"])
        self.web = self._part("web", web, is_ready=lambda: _is_healthy(self.port))
        self.worker = self._part("worker", worker_command())
        self.beat = self._part("beat", beat_command(self.folder / "beat-schedule"))
        self.parts = (self.database, self.broker, self.mail, self.web, self.worker, self.beat)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _environment(self) -> dict[str, str]:
        return {
            **{name: os.environ[name] for name in _INHERITED if name in os.environ},
            "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
            "CHAOS_CANARY": self.canary,
            "PORTAL_EMBEDDED": "1",
            "PORTAL_VAR_DIR": str(self.folder),
            "PORTAL_INSTANCE": "chaos",
            "PORTAL_BASE_URL": self.base,
            "PORTAL_HTTPS": "0",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "127.0.0.1",
            "DEBUG": "0",
            "LOG_LEVEL": "INFO",
            "DATABASE_URL": self.cluster.url,
            "REDIS_URL": self._broker.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "PORTAL_TICK_SECONDS": "1",
            "PORTAL_SEND_SECONDS": "1",
            "PORTAL_LIMIT_CASES": _NO_LIMIT,
            "PORTAL_LIMIT_REPLIES": _NO_LIMIT,
            "PORTAL_LIMIT_UPLOADS": _NO_LIMIT,
            "PYTHONUNBUFFERED": "1",
        }

    def _part(self, name: str, command: list[str], *, is_ready: Callable[[], bool] = lambda: True) -> Part:
        return Part(
            name,
            command,
            env=self.env,
            log_dir=self.folder,
            is_ready=is_ready,
            tell=self.undertaker.tell,
        )

    def start(self, prepare: Callable[[], None]) -> None:
        """Start the database, let `prepare` fill it, then start the rest and wait for the first page."""
        self.cluster.start()
        prepare()
        for part in self.parts[1:]:
            part.start()
        for part in self.parts:
            assert part.wait_until_ready(), f"{part.name}: {part.log.read_text(errors='replace')[-2000:]}"

    def _broker_answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self._broker.socket_path))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def tell_broker(self, command: str) -> bool:
        """Send one command to the broker; tell whether it obeyed."""
        with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(self._broker.socket_path))
            connection.sendall(command.encode() + b"\r\n")
            return connection.recv(64).startswith(b"+OK")
        return False

    def execute(self, statement: str, *values: object, within_seconds: float = 5.0) -> list[tuple]:
        """Run a statement in the database, again while that is away; raise psycopg.Error in the end."""
        deadline = time.monotonic() + within_seconds
        while True:
            try:
                with psycopg.connect(self.cluster.url, autocommit=True, connect_timeout=2) as connection:
                    cursor = connection.execute(statement, values)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def keep_logs(self, target: Path) -> None:
        """Copy what every part wrote to where it is kept."""
        target.mkdir(parents=True, exist_ok=True)
        for path in (*self.folder.glob("*.log"), *self.folder.glob("*.jsonl")):
            shutil.copy(path, target / path.name)

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_error: object) -> None:
        for part in reversed(self.parts):
            part.end()
        self._broker.clean_up()
        self.undertaker.dismiss()
        shutil.rmtree(self.folder, ignore_errors=True)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        return connection.recv(16).startswith(b"220")
    return False


def _is_healthy(port: int) -> bool:
    request = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        request.request("GET", "/healthz")
        return request.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        request.close()
