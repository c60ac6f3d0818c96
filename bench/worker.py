"""A worker that ticks until nothing is due, as beat's tasks would let it; any number of them at once.

`python -m bench.worker DATABASE INSTANT` prints how many ticks it took and how many steps it carried out.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Ticks:
    """What one worker did."""

    ticks: int
    done: int


def tick_until_quiet(now: datetime) -> Ticks:
    """This will tick at `now`, again and again, until a tick leaves nothing behind."""
    from portal.work.timed import run_tick  # noqa: PLC0415 -- a worker's process sets Django up first

    ticks = done = 0
    while True:
        report = run_tick(now)
        ticks, done = ticks + 1, done + report.done["follow_up"]
        if report.failed:
            raise RuntimeError(f"a tick failed: {report.failed}")
        if report.is_complete:
            return Ticks(ticks, done)


def tick_in_processes(count: int, database: str, now: datetime) -> list[Ticks]:
    """This will let `count` workers tick at once, each in a process of its own."""
    command = [sys.executable, "-m", "bench.worker", database, now.isoformat()]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    try:
        said = [worker.communicate(timeout=600)[0].split() for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    return [Ticks(int(ticks), int(done)) for ticks, done in said]


def main(name: str, instant: str) -> None:
    """This will do one worker's work."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django  # noqa: PLC0415 -- as above

    django.setup()
    from bench.database import use  # noqa: PLC0415 -- as above

    use(name)
    report = tick_until_quiet(datetime.fromisoformat(instant))
    print(report.ticks, report.done)


if __name__ == "__main__":
    main(*sys.argv[1:])
