"""`python -m bench`: measure the portal on PostgreSQL and print one table.

BENCH_CASES=100000 takes a smaller portfolio, KEEP=1 keeps the filled one for the next run.
"""

import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"

import django

django.setup()

from bench import database, idle, mailing, pages, sweeping  # noqa: E402 -- models need the apps
from bench.filling import Portfolio  # noqa: E402
from bench.measuring import Line, machine  # noqa: E402
from bench.worker import tick_in_processes  # noqa: E402

CASES = int(os.environ.get("BENCH_CASES", "1_000_000"))
KEEP = os.environ.get("KEEP") == "1"
SMALL_CASES = 10_000
DUE = 10_000
WORKERS = 2
MAILS = int(os.environ.get("BENCH_MAILS", "10_000"))


def lines(now: datetime) -> Iterator[Line]:
    """This will measure goal after goal."""
    database.make_empty(database.SMALL)
    portfolio = database.kept(CASES)
    if portfolio is None:
        database.copy(database.SMALL, database.WORK)
        database.use(database.WORK)
        started = time.monotonic()
        portfolio = database.fill_and_settle(CASES, now=now)
        yield Line(
            f"{CASES:,} cases filled in by set-based SQL", f"{time.monotonic() - started:.0f} s", "minutes"
        )
        if KEEP:
            database.keep(portfolio)
    else:
        database.copy(database.KEPT, database.WORK)
    database.use(database.SMALL)
    database.fill_and_settle(SMALL_CASES, now=portfolio.now)
    yield from measured(portfolio)


def measured(portfolio: Portfolio) -> Iterator[Line]:
    """This will measure what needs the filled database."""
    large, small = (
        idle.Place(cases, lambda name=name: database.use(name))
        for cases, name in ((CASES, database.WORK), (SMALL_CASES, database.SMALL))
    )
    yield idle.compare(large, small, now=portfolio.now)
    database.use(database.WORK)
    yield sweeping.compare(portfolio, DUE)
    yield from pages.compare(portfolio)
    yield mailing.send(portfolio, MAILS)
    yield sweeping.drain(portfolio, lambda now: tick_in_processes(WORKERS, database.WORK, now))


def main() -> int:
    """This will print each line as it is known, then the table; 1 if a goal was missed."""
    now = datetime.now(UTC).replace(microsecond=0)
    started, known = time.monotonic(), []
    try:
        for line in lines(now):
            known.append(line)
            print(line, file=sys.stderr, flush=True)
        print(f"\n{now:%Y-%m-%d}: {machine()}. Took {time.monotonic() - started:.0f} s.\n")
        print("| Goal | Measured | Limit | Met |\n|---|---|---|---|")
        print(*known, sep="\n")
    finally:
        database.drop(database.WORK, database.SMALL, *([] if KEEP else [database.KEPT]))
    return int(any(line.is_met is False for line in known))


if __name__ == "__main__":
    sys.exit(main())
