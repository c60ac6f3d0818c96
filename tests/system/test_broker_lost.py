"""A worker that loses its broker goes on with its work, and takes new work as soon as the broker is back."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.management.broker import Broker, prepare_broker
from portal.management.parts import worker_command
from tests.system.running import ROOT, publisher_to, wait_for

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = prepare_broker(tmp_path)
    yield broker
    broker.clean_up()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that a test started; none of them stays."""
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        finally:
            process.wait()


def start_broker(broker: Broker, started: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    broker.socket_path.unlink(missing_ok=True)
    started.append(subprocess.Popen(broker.command, stdout=subprocess.DEVNULL, start_new_session=True))
    broker.wait_until_ready()
    return started[-1]


def start_worker(
    broker: Broker, folder: Path, started: list[subprocess.Popen[bytes]]
) -> subprocess.Popen[bytes]:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "REDIS_URL": broker.url}
    with (folder / "worker.log").open("wb") as log:
        started.append(
            subprocess.Popen(
                [*worker_command(), "--include", "tests.system.sleeper"],
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        )
    return started[-1]


@pytest.mark.parametrize(
    "running", [1, 2, 3], ids=["one task runs", "two tasks run", "two run and one waits"]
)
def test_a_worker_outlives_a_broker_that_dies_while_tasks_run(
    broker: Broker, started: list[subprocess.Popen[bytes]], tmp_path: Path, running: int
) -> None:
    def has(*names: str) -> bool:
        return all((tmp_path / name).exists() for name in names)

    sender = publisher_to(broker.url)

    def send(name: str, seconds: float) -> None:
        sender.send_task("tests.sleep", (seconds, str(tmp_path), name), queue="clock")

    first = start_broker(broker, started)
    worker = start_worker(broker, tmp_path, started)
    names = [f"task{number}" for number in range(running)]
    for name in names:
        send(name, 4)
    assert wait_for(lambda: has(*(f"{name}-began" for name in names[:2])), within_seconds=40)

    first.kill()
    first.wait()
    start_broker(broker, started)

    assert wait_for(lambda: has(*(f"{name}-ended" for name in names[:2])), within_seconds=20)
    send("after", 0)
    assert wait_for(lambda: has("after-ended"), within_seconds=30), (tmp_path / "worker.log").read_text()
    assert worker.poll() is None
