"""`make machine`: a million steps on the pure core, then STEPS on the database that DATABASE_URL names.

STEPS (100,000), SEED (1), LIFE (10,000: the length of the one long life among them) and MINUTES (90: after
these it stops where it is) come from the environment. Without DATABASE_URL it is a SQLite file of its own.
"""

import os
import shutil
import sys
import time
from collections import Counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.conf import settings  # noqa: E402 -- settings first
from django.db import connection, transaction  # noqa: E402
from django.test.utils import (  # noqa: E402
    setup_databases,
    setup_test_environment,
    teardown_databases,
    teardown_test_environment,
)

from tests.machine.life import Disagreement  # noqa: E402
from tests.machine.pure import PureWalk  # noqa: E402
from tests.machine.scene import Scene, set_up  # noqa: E402
from tests.machine.walker import walk  # noqa: E402

PURE_STEPS = 1_000_000
# Lives beside the long one: long enough for every policy and the end of a term, short enough to differ.
STEPS_OF_A_LIFE = 200


def main() -> int:
    """This will walk and say how far; gives 1 where portal and model parted, 2 where the time ran out."""
    steps, seed = int(os.environ.get("STEPS", "100000")), int(os.environ.get("SEED", "1"))
    ends_at = time.monotonic() + 60 * float(os.environ.get("MINUTES", "90"))
    started = time.monotonic()
    try:
        made = PureWalk(seed).walk(PURE_STEPS)
        _say("pure core", PURE_STEPS, started, made)
        return _on_a_database(steps, seed, ends_at)
    except Disagreement as parted:
        print(parted)
        return 1


def _on_a_database(steps: int, seed: int, ends_at: float) -> int:
    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        with transaction.atomic():
            return _walk(set_up(), steps, seed, ends_at)
    finally:
        teardown_databases(old, verbosity=0)
        teardown_test_environment()
        shutil.rmtree(settings.VAR_DIR, ignore_errors=True)


def _walk(scene: Scene, steps: int, seed: int, ends_at: float) -> int:
    """The long life first, then others, each with a seed of its own."""
    started, taken, made = time.monotonic(), 0, Counter[str]()
    length = min(int(os.environ.get("LIFE", "10000")), steps)
    while taken < steps and time.monotonic() < ends_at:
        life = walk(scene, steps=length, seed=seed, ends_at=ends_at)
        made, taken, seed = made + life, taken + life.total(), seed + 1
        if length > STEPS_OF_A_LIFE:
            _say(f"{connection.vendor}, one life", taken, started, life)
        length = min(STEPS_OF_A_LIFE, steps - taken)
    _say(connection.vendor, taken, started, made)
    if taken < steps:
        print(f"The time ran out after {taken} of {steps} steps.")
    return 0 if taken == steps else 2


def _say(where: str, steps: int, started: float, made: Counter[str]) -> None:
    took = time.monotonic() - started
    moves = ", ".join(f"{count} {name}" for name, count in made.most_common())
    print(f"{where}: {steps} steps in {took:.0f} s, {steps / took:.0f} a second; no disagreement.\n  {moves}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
