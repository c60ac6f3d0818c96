"""`manage.py up`: the whole portal on one machine, with broker, web server, worker and beat."""

import fcntl
import http.client
import os
import signal
import socket
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from portal.management.broker import Broker, NoBroker, prepare_broker
from portal.management.parts import beat_command, web_command, worker_command
from portal.management.processes import Child, Family
from portal.work.instance import adopt

_FIRST_PAGE_WITHIN_SECONDS = 60.0
_LOGINS = (
    ("customer", "contact@northwind.example"),
    ("staff", "agent@portal.example, lead@portal.example"),
    ("superuser", "root@portal.example"),
)
_PASSWORD = "demo-portal-1"  # noqa: S105 -- the demo's, printed for everybody


class _StopRequested(BaseException):
    """Somebody pressed Ctrl-C, or the terminal or the machine asks the portal to end."""


class Command(BaseCommand):
    """Starts everything, says where it is, and ends everything."""

    help = "Run the whole portal here for trying it out: broker, web server, worker, beat and demo data."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the port."""
        parser.add_argument("--port", type=int, default=8000, help="the web server's port on 127.0.0.1")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run until Ctrl-C; raise CommandError where it cannot, or where a part of it dies."""
        if not settings.PORTAL_EMBEDDED:
            raise CommandError("This is for trying the portal out: it needs PORTAL_EMBEDDED=1 (`make run`).")
        settings.VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        port: int = options["port"]
        with _only_one(settings.VAR_DIR / "up.lock", port), _signals_as_exceptions():
            try:
                self._run(port)
            except _StopRequested:
                self.stdout.write("\nStopped.")
            except NoBroker as problem:
                raise CommandError(str(problem)) from problem

    def _run(self, port: int) -> None:
        addresses = _listening_addresses(port)
        broker = None if os.environ.get("REDIS_URL") else prepare_broker(settings.VAR_DIR)
        url = broker.url if broker else settings.CELERY_BROKER_URL
        # The demo is loaded in this process, and its notices wake the same broker.
        current_app.conf.broker_url = url
        env = {
            **os.environ,
            "PORTAL_EMBEDDED": "1",
            "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
            "REDIS_URL": url,
            "PYTHONUNBUFFERED": "1",
        }
        try:
            with Family(settings.VAR_DIR / "log") as family:
                self._start_all(family, broker, env=env, addresses=addresses)
                self._wait_for_first_page(family, port)
                self._print_banner(port)
                self._watch(family)
        finally:
            if broker:
                broker.clean_up()

    def _start_all(
        self, family: Family, broker: Broker | None, *, env: dict[str, str], addresses: list[str]
    ) -> None:
        """Start the parts; the web server loads while the database is made ready."""
        if broker:
            family.start("broker", broker.command, env=env, cwd=settings.BASE_DIR)
        family.start("web", web_command(addresses), env=env, cwd=settings.BASE_DIR)
        if broker:
            try:
                broker.wait_until_ready()
            except NoBroker:
                self._refuse_if_dead(family)
                raise
        self._prepare_database()
        family.start("worker", worker_command(), env=env, cwd=settings.BASE_DIR)
        schedule = settings.CELERY_BEAT_SCHEDULE_FILENAME
        family.start("beat", beat_command(schedule), env=env, cwd=settings.BASE_DIR)

    def _prepare_database(self) -> None:
        """Migrate where something is pending, load the demo where there is none, and adopt the database."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database ...")
            call_command("migrate", verbosity=0, interactive=False)
        call_command("demo_load", "--if-empty")
        adopt()
        connection.close()

    def _wait_for_first_page(self, family: Family, port: int) -> None:
        deadline = time.monotonic() + _FIRST_PAGE_WITHIN_SECONDS
        while not _is_healthy(port):
            self._refuse_if_dead(family)
            if time.monotonic() > deadline:
                raise CommandError("The portal did not answer within a minute; see var/log/web.log.")
            time.sleep(0.05)

    def _watch(self, family: Family) -> None:
        while True:
            self._refuse_if_dead(family)
            time.sleep(0.25)

    def _refuse_if_dead(self, family: Family) -> None:
        dead = family.first_dead()
        if dead:
            raise CommandError(_obituary(dead))

    def _print_banner(self, port: int) -> None:
        lines = [
            "",
            "  The support portal is running.",
            "",
            f"  Customers:  http://127.0.0.1:{port}/",
            f"  Staff:      http://localhost:{port}/admin/",
            "",
            *(f"  {who + ':':<11} {address}" for who, address in _LOGINS),
            f"  Password:   {_PASSWORD}  (for everybody)",
            "",
            f"  Mail is written to {settings.VAR_DIR / 'mail'}; logs to {settings.VAR_DIR / 'log'}.",
            "  Ctrl-C stops everything.",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


@contextmanager
def _only_one(path: Path, port: int) -> Iterator[None]:
    """Hold the lock of this folder of data, or refuse: two portals would share broker and database."""
    with path.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"The portal is running already: {_holder(lock)}. Nothing was changed."
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, http://127.0.0.1:{port}/")
        lock.flush()
        yield
        lock.truncate(0)


def _holder(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read(200) or "another start of it is under way"


@contextmanager
def _signals_as_exceptions() -> Iterator[None]:
    """Turn the first Ctrl-C, TERM or HUP into _StopRequested; further ones change nothing."""
    watched = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_number: int, _frame: FrameType | None) -> None:
        for each in watched:
            signal.signal(each, signal.SIG_IGN)
        raise _StopRequested

    for each in watched:
        signal.signal(each, stop)
    try:
        yield
    finally:
        for each in watched:
            signal.signal(each, signal.SIG_DFL)


def _listening_addresses(port: int) -> list[str]:
    """Where the web server listens: loopback only, in both families, as `localhost` may mean either."""
    if not _can_bind(socket.AF_INET, "127.0.0.1", port):
        raise CommandError(f"Port {port} is taken. Choose another one: make run PORT={port + 1}")
    addresses = [f"127.0.0.1:{port}"]
    if socket.has_ipv6 and _can_bind(socket.AF_INET6, "::1", port):
        addresses.append(f"[::1]:{port}")
    return addresses


def _can_bind(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError):
        return False
    return True


def _is_healthy(port: int) -> bool:
    request = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        request.request("GET", "/healthz")
        return request.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        request.close()


def _obituary(child: Child) -> str:
    """Say which part ended, how, and what it wrote last."""
    lines = "\n".join(f"  | {line}" for line in child.last_lines())
    return (
        f"The {child.name} ended by itself (status {child.process.returncode}), so everything was stopped. "
        f"The end of {child.log}:\n{lines}"
    )
