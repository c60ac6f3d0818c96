"""`python -m tests.chaos`: two minutes of people and faults, then a table; 1 when a row of it is wrong."""

import argparse
import io
import os
import random
import sys
import threading
import time
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

import django
from django.core.management import CommandError, call_command

from tests.chaos import (
    canaries,
    checking_answers,
    checking_enough,
    checking_notices,
    checking_operations,
    report,
    sink,
)
from tests.chaos.business_clock import BusinessClock
from tests.chaos.cluster import ProgramsMissing, find_programs
from tests.chaos.generator import Actor, Register, World
from tests.chaos.history import History, Recorder
from tests.chaos.nemesis import KINDS, ClockMover, Nemesis
from tests.chaos.person import Person
from tests.chaos.processes import Supervisor
from tests.chaos.stage import Stage
from tests.chaos.stored import Stored
from tests.chaos.verdict import Verdict
from tests.system.running import ROOT

# Every kind of fault, and enough of all else, comes within this time, whatever the seed.
_SECONDS_FOR_EVERY_KIND = 100
_QUIET_WITHIN_SECONDS = 120.0
_MISSING_PROGRAMS = 2
_DUE = """
    SELECT count(*) FROM cases_case
    WHERE least(next_follow_up_at, next_response_step_at) <= now() + (SELECT "offset" FROM demo_democlock)
"""
_UNSENT = "SELECT count(*) FROM notices_notice WHERE state IN ('pending', 'sending')"
# Delays and leases of a sender are minutes: with every sender ended, time passes for their rows at once.
_LET_DELAYS_PASS = "UPDATE notices_notice SET next_attempt_at = now() WHERE state IN ('pending', 'sending')"


def main() -> int:
    """Run, check, print; return what the command exits with."""
    options = _options()
    try:
        find_programs()
    except ProgramsMissing as missing:
        print(missing, file=sys.stderr)
        return _MISSING_PROGRAMS
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    where = ROOT / "var" / "chaos" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-seed-{seed}"
    where.mkdir(parents=True)
    with Stage(canary=options.canary) as stage:
        recorder = Recorder(stage.folder / "history.jsonl", seed=seed)
        people = _start(stage)
        _say(f"Seed {seed}: {options.seconds} s with {len(people)} people on {stage.base} ...")
        began = time.monotonic()
        clock = BusinessClock()
        failures = _play(stage, people, recorder, clock, seed=seed, seconds=options.seconds)
        _say("Everything is up again; waiting until nothing is due and the outbox is empty ...")
        verdicts = _judge(stage, recorder.history, failures, seconds=options.seconds)
        said = f"{report.figures(recorder.history)}\n\n{report.table(verdicts)}"
        recorder.close()
        is_right = all(verdict.is_right for verdict in verdicts)
        if not is_right or options.keep:
            stage.keep_logs(where)
            (where / "report.txt").write_text(said)
    print(f"\n{said}\n")
    if not is_right or options.keep:
        print(f"Seed {seed}; history, mail and the parts' logs: {where.relative_to(ROOT)}")
    else:
        where.rmdir()
    print(
        f"{'All is as it must be' if is_right else 'NOT as it must be'}, in {time.monotonic() - began:.0f} s."
    )
    return 0 if is_right else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=int, default=120, help="how long people act and parts break")
    parser.add_argument("--seed", type=int, help="repeats a run's choices; the interleaving stays chance")
    parser.add_argument(
        "--canary", choices=sorted(canaries.NAMES), default="", help="break one thing on purpose"
    )
    parser.add_argument("--keep", action="store_true", help="keep the logs of a run that went well, too")
    return parser.parse_args()


def _say(line: str) -> None:
    print(line, flush=True)


def _start(stage: Stage) -> list[Person]:
    """Make the database ready in this process, then start the rest."""
    people: list[Person] = []
    os.environ.update(stage.env)

    def prepare() -> None:
        django.setup()
        from django.db import connection

        from tests.chaos.cast import make_cast

        call_command("migrate", verbosity=0, interactive=False)
        people.extend(make_cast())
        if statement := canaries.STATEMENTS.get(stage.canary):
            stage.execute(statement)
        connection.close()

    _say("Starting database, broker, mail server, web, worker and beat ...")
    stage.start(prepare)
    return people


def _play(
    stage: Stage, people: list[Person], recorder: Recorder, clock: BusinessClock, *, seed: int, seconds: int
) -> list[str]:
    """Let everybody act and the nemesis break for so long; return what went wrong in them."""
    world = World(stage.base, clock, recorder, Register(), threading.Event())
    actors = [
        Actor(person, world, seed=f"{seed}/{person.email}", colleagues=_colleagues(person, people))
        for person in people
    ]
    supervisor = Supervisor(stage.parts, recorder.died)
    nemesis = Nemesis(stage, recorder, seed=f"{seed}/nemesis")
    mover = ClockMover(stage, clock, recorder, seed=f"{seed}/clock")
    for thread in (supervisor, *actors, nemesis, mover):
        thread.start()
    time.sleep(seconds)
    nemesis.stop()
    mover.stop()
    world.is_over.set()
    for actor in actors:
        actor.join(timeout=60)
    supervisor.stop()
    for part in stage.parts:
        part.start()
        part.wait_until_ready()
    stuck = [f"{actor.name} did not end" for actor in actors if actor.is_alive()]
    return [*stuck, *(actor.failure for actor in actors if actor.failure)]


def _colleagues(person: Person, people: list[Person]) -> list[str]:
    return [other.email for other in people if person.account == other.account and person != other]


def _judge(stage: Stage, history: History, failures: list[str], *, seconds: int) -> list[Verdict]:
    """Let all come to rest, then hold what is stored against what was seen."""
    waited = _since_the_last_fault(history) if _is_nought(stage, _DUE) else None
    waiting = _waiting(stage)
    is_settled = _settle(stage)
    _end_all_but_the_database(stage)
    return [
        *_check(history, _stored(stage), failures, seconds=seconds),
        waiting,
        *checking_answers.liveness(history, waited_seconds=waited, is_settled=is_settled),
        _invariants(),
    ]


def _since_the_last_fault(history: History) -> float:
    return time.time() - max((fault.ended for fault in history.faults), default=time.time())


def _is_nought(stage: Stage, count: str) -> bool:
    """Wait until a count is nought; tell whether it ever was."""
    began = time.monotonic()
    while time.monotonic() - began < _QUIET_WITHIN_SECONDS:
        if stage.execute(count)[0][0] == 0:
            return True
        time.sleep(0.1)
    return False


def _waiting(stage: Stage) -> Verdict:
    """End every sender and look at what they left, before time passes for it: that would heal it."""
    from tests.chaos.reading import outbox

    stage.worker.end()
    return checking_notices.waiting(outbox())


def _settle(stage: Stage) -> bool:
    """Let every mail go out whose sender has died or whose server was away; tell whether all have gone."""
    stage.execute(_LET_DELAYS_PASS)
    stage.worker.start()
    return _is_nought(stage, _UNSENT) and _is_nought(stage, _DUE)


def _end_all_but_the_database(stage: Stage) -> None:
    for part in stage.parts[:0:-1]:
        part.end()


def _stored(stage: Stage) -> Stored:
    from tests.chaos.reading import read

    return read(sink.deliveries(stage.folder))


def _check(history: History, stored: Stored, failures: list[str], *, seconds: int) -> list[Verdict]:
    kinds = {fault.kind for fault in history.faults if fault.struck}
    missing = sorted(set(KINDS) - kinds) if seconds >= _SECONDS_FOR_EVERY_KIND else []
    return [
        Verdict(
            "kinds of fault that struck",
            str(len(KINDS)) if seconds >= _SECONDS_FOR_EVERY_KIND else "any",
            str(len(kinds)),
            missing,
        ),
        Verdict("people who acted to the end", "all", f"all but {len(failures)}", failures),
        *(checking_enough.verdicts(history, stored) if seconds >= _SECONDS_FOR_EVERY_KIND else []),
        *checking_operations.verdicts(history, stored),
        *checking_notices.verdicts(history, stored),
        *checking_answers.verdicts(history),
    ]


def _invariants() -> Verdict:
    """Ask the portal's own check of its database."""
    said = io.StringIO()
    try:
        with redirect_stdout(said):
            call_command("check_invariants")
    except (CommandError, SystemExit) as broken:
        lines = [line for line in said.getvalue().splitlines() if not line.endswith(": holds")]
        return Verdict("check_invariants", "all hold", str(broken), lines)
    return Verdict("check_invariants", "all hold", said.getvalue().strip().splitlines()[-1])


if __name__ == "__main__":
    assert Path.cwd() == ROOT, f"run it in {ROOT}"
    sys.exit(main())
