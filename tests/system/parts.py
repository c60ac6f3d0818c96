"""Single parts of a portal over the database of the test: each can be stopped, killed and started anew."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import redis
from django.db import connection

from portal.management.broker import Broker, prepare_broker
from portal.management.parts import beat_command, web_command, worker_command
from tests.system.running import ROOT, free_port

# A worker ends with the task under way: on a machine that others share, a round of the sender takes a while.
_ENDS_WITHIN_SECONDS = 80


def database_address() -> str:
    """The address of the database that the test writes to."""
    name = connection.settings_dict["NAME"]
    if connection.vendor != "postgresql":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


class Parts:
    """Broker, web, worker and beat as processes of their own, in sessions of their own, like a portal's."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.broker: Broker = prepare_broker(folder)
        self.port = free_port()
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PORTAL_VAR_DIR": str(folder),
            "DATABASE_URL": database_address(),
            "REDIS_URL": self.broker.url,
            "EMAIL_URL": f"filemail:///{folder / 'mail'}",
            "PORTAL_TICK_SECONDS": "1",
            "PORTAL_SEND_SECONDS": "1",
            "PYTHONUNBUFFERED": "1",
            **settings,
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start_broker(self) -> None:
        self._start("broker", self.broker.command)
        self.broker.wait_until_ready()

    def start_web(self) -> None:
        self._start("web", web_command([f"127.0.0.1:{self.port}"]))

    def start_worker(self) -> None:
        self._start("worker", worker_command())

    def start_beat(self) -> None:
        self._start("beat", beat_command(self.folder / "beat-schedule"))

    def broker_client(self) -> redis.Redis:
        """A connection to the broker, which is this test's alone."""
        return redis.Redis(unix_socket_path=str(self.broker.socket_path))

    def said_by(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", errors="replace")

    def signal(self, name: str, number: int) -> None:
        """To the part and to every process that came of it."""
        os.killpg(self.running[name].pid, number)

    def kill(self, name: str) -> None:
        self.signal(name, signal.SIGKILL)
        self.running.pop(name).wait()

    def ask_to_end(self, name: str) -> int:
        """As a deployment does: TERM to the part itself; returns its status."""
        process = self.running[name]
        process.terminate()
        status = process.wait(timeout=_ENDS_WITHIN_SECONDS)
        self.running.pop(name)
        return status

    def end(self) -> None:
        for process in self.running.values():
            for number in (signal.SIGCONT, signal.SIGKILL):
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
            process.wait()
        self.running.clear()
        self.broker.clean_up()

    def _start(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as output:
            self.running[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
