"""Whether a run had in it what it is about: where nothing happens, every other row is right."""

from collections import Counter

from tests.chaos.checking_answers import outside_the_windows
from tests.chaos.history import OK, REFUSED, History
from tests.chaos.model import EVENT_OF
from tests.chaos.stored import Stored
from tests.chaos.verdict import Verdict

# Every run of two minutes has several times as many; a run without them says little of the clock.
JUMPS, REMINDERS, CLOSURES = 5, 10, 5
# The windows of web and database, ten seconds of grace each, may cover more than half of two minutes.
OUTSIDE = 0.25
SERVED = 2 / 3


def verdicts(history: History, stored: Stored) -> list[Verdict]:
    """Everything about how much happened."""
    events = Counter(event.kind for event in stored.events)
    served = sum(0 < answer.status < 500 for answer in history.answers)
    return [
        _at_least("jumps of the clock", JUMPS, history.jumps),
        _at_least("reminders by the clock", REMINDERS, events["reminded"]),
        _at_least("closures by the clock", CLOSURES, events["auto_closed"]),
        _forms(history),
        _share("answers outside the windows", OUTSIDE, len(outside_the_windows(history)), history),
        _share("answers that served a page", SERVED, served, history),
    ]


def _at_least(what: str, floor: int, found: int) -> Verdict:
    return Verdict(what, f"at least {floor}", str(found), [] if found >= floor else [f"only {found}"])


def _forms(history: History) -> Verdict:
    """Of every kind of form at least one was answered, if with a refusal."""
    results = {(operation.kind, operation.result) for operation in history.operations}
    done = [kind for kind in EVENT_OF if (kind, OK) in results]
    missing = [kind for kind in EVENT_OF if kind not in done and (kind, REFUSED) not in results]
    found = f"{len(EVENT_OF) - len(missing)}, {len(done)} of them done"
    return Verdict("kinds of form answered", str(len(EVENT_OF)), found, missing)


def _share(what: str, floor: float, count: int, history: History) -> Verdict:
    every = len(history.answers)
    found = f"{count} of {every}"
    is_enough = every > 0 and count >= floor * every
    return Verdict(what, f"at least {floor:.0%}", found, [] if is_enough else [f"only {found}"])
