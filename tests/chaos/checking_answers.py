"""What people saw: pages, refusals, server faults, and when."""

from collections import Counter
from collections.abc import Sequence

from tests.chaos.history import GRACE_SECONDS, Answer, Fault, History
from tests.chaos.verdict import Verdict

# Without these two nothing can be served; nothing else excuses a page that fails.
_NEEDED_FOR_A_PAGE = ("web", "database")
_MOST_SECONDS_LATE = 120.0


def verdicts(history: History) -> list[Verdict]:
    """Everything about answers."""
    excuses = _excuses(history)
    return [
        _outside(history.answers, excuses),
        _clean(history.answers),
        _unanswered(history.answers, excuses),
        _signed_in(history.answers),
    ]


def outside_the_windows(history: History) -> list[Answer]:
    """Answers that no fault of web or database excuses."""
    excuses = _excuses(history)
    return [answer for answer in history.answers if not _is_excused(answer, excuses)]


def _excuses(history: History) -> list[Fault]:
    return [fault for fault in history.faults if fault.part in _NEEDED_FOR_A_PAGE]


def _outside(answers: Sequence[Answer], excuses: Sequence[Fault]) -> Verdict:
    failed = [answer for answer in answers if answer.status >= 500]
    inside = [answer for answer in failed if _is_excused(answer, excuses)]
    faults = [_name(answer) for answer in failed if answer not in inside]
    outside = sum(not _is_excused(answer, excuses) for answer in answers)
    what = f"5xx outside the windows of web and database ({outside} answers)"
    return Verdict(what, "0", f"{len(faults)}; {len(inside)} inside", faults)


def _clean(answers: Sequence[Answer]) -> Verdict:
    """A database that is away is no fault of the program: people are told to try again."""
    statuses = Counter(answer.status for answer in answers if answer.status >= 500)
    faults = [_name(answer) for answer in answers if answer.status >= 500 and answer.status != 503]
    found = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items())) or "none"
    return Verdict("5xx anywhere", "503 only", found, faults)


def _unanswered(answers: Sequence[Answer], excuses: Sequence[Fault]) -> Verdict:
    broken = [answer for answer in answers if not answer.status]
    faults = [_name(answer) for answer in broken if not _is_excused(answer, excuses)]
    return Verdict(
        "connections broken outside those windows",
        "0",
        f"{len(faults)}; {len(broken) - len(faults)} inside",
        faults,
    )


def _signed_in(answers: Sequence[Answer]) -> Verdict:
    """Sessions, throttles and protection survive every fault: nobody is sent away or refused by them."""
    odd = {401: "signed out", 403: "forbidden", 404: "not found", 413: "too large", 429: "throttled"}
    found = Counter(odd[answer.status] for answer in answers if answer.status in odd)
    faults = [_name(answer) for answer in answers if answer.status in odd]
    figures = ", ".join(f"{count} {what}" for what, count in sorted(found.items())) or "0"
    return Verdict("people forbidden, throttled or lost", "0", figures, faults)


def _is_excused(answer: Answer, excuses: Sequence[Fault]) -> bool:
    return any(fault.covers(answer.began, answer.ended, grace=GRACE_SECONDS) for fault in excuses)


def _name(answer: Answer) -> str:
    return f"{answer.began:.1f} {answer.method} {answer.path}: {answer.status or answer.error}"


def liveness(history: History, *, waited_seconds: float | None, is_settled: bool) -> list[Verdict]:
    """How long the oldest step waited after the last fault, and whether every part came back."""
    last = max((fault.ended for fault in history.faults), default=0.0)
    is_live = waited_seconds is not None and waited_seconds <= _MOST_SECONDS_LATE
    found = "never done" if waited_seconds is None else f"{waited_seconds:.1f} s"
    lost = [
        f"{fault.kind} at {fault.began:.1f}: {fault.part} did not come back"
        for fault in history.faults
        if not fault.recovered
    ]
    return [
        Verdict(
            "what was due after the last fault",
            f"done within {_MOST_SECONDS_LATE:.0f} s",
            found,
            [] if is_live else [f"the last fault ended at {last:.1f}"],
        ),
        Verdict(
            "outbox in the end",
            "empty",
            "empty" if is_settled else "not empty",
            [] if is_settled else ["mail is still to be sent"],
        ),
        Verdict("parts that came back", str(len(history.faults)), str(len(history.faults) - len(lost)), lost),
        Verdict("parts that died by themselves", "0", str(len(history.deaths)), history.deaths),
    ]
