"""A run in which too little happened is found, at each floor and one step below it."""

from collections.abc import Callable

import pytest

from tests.chaos.checking_enough import CLOSURES, JUMPS, REMINDERS, verdicts
from tests.chaos.history import REFUSED, UNKNOWN, Answer, Fault, History
from tests.chaos.made_up import event, hours, operation
from tests.chaos.model import EVENT_OF
from tests.chaos.stored import Stored


def just_enough() -> tuple[History, Stored]:
    """Every floor is reached, none is passed."""
    inside = [Answer(1, 2, "GET", "/cases/", status) for status in [200] * 7 + [503] * 2]
    outside = [Answer(1000, 1001, "GET", "/cases/", status) for status in (503, 0, 302)]
    history = History(
        operations=[operation(number, kind) for number, kind in enumerate(EVENT_OF)],
        answers=[*inside, *outside],
        faults=[Fault("web killed", "web", 0, 20)],
        jumps=JUMPS,
    )
    kinds = ["reminded"] * REMINDERS + ["auto_closed"] * CLOSURES
    return history, Stored(events=[event(pk, kind, hours(1)) for pk, kind in enumerate(kinds)])


def wrong_rows(history: History, stored: Stored) -> set[str]:
    return {verdict.what for verdict in verdicts(history, stored) if not verdict.is_right}


def _jump_less(history: History, stored: Stored) -> None:
    history.jumps -= 1


def _remind_less(history: History, stored: Stored) -> None:
    del stored.events[0]


def _close_less(history: History, stored: Stored) -> None:
    del stored.events[-1]


def _leave_a_form_unanswered(history: History, stored: Stored) -> None:
    history.operations[-1] = operation(99, history.operations[-1].kind, result=UNKNOWN)


def _leave_a_form_out(history: History, stored: Stored) -> None:
    del history.operations[-1]


def _serve_once_more_in_a_window(history: History, stored: Stored) -> None:
    history.answers.append(Answer(1, 2, "GET", "/cases/", 200))


def _fail_once_more(history: History, stored: Stored) -> None:
    history.answers.append(Answer(1000, 1001, "GET", "/cases/", 503))


EACH: list[tuple[Callable[[History, Stored], None], set[str]]] = [
    (_jump_less, {"jumps of the clock"}),
    (_remind_less, {"reminders by the clock"}),
    (_close_less, {"closures by the clock"}),
    (_leave_a_form_unanswered, {"kinds of form answered"}),
    (_leave_a_form_out, {"kinds of form answered"}),
    (_serve_once_more_in_a_window, {"answers outside the windows"}),
    (_fail_once_more, {"answers that served a page"}),
]


def test_a_run_that_reaches_every_floor_is_enough() -> None:
    assert wrong_rows(*just_enough()) == set()


@pytest.mark.parametrize(("spoil", "rows"), EACH, ids=[spoil.__name__.strip("_") for spoil, _rows in EACH])
def test_a_run_that_misses_a_floor_is_not(spoil: Callable[[History, Stored], None], rows: set[str]) -> None:
    history, stored = just_enough()

    spoil(history, stored)

    assert wrong_rows(history, stored) == rows


def test_a_form_that_was_refused_was_answered() -> None:
    history, stored = just_enough()
    history.operations[-1] = operation(99, history.operations[-1].kind, result=REFUSED)

    assert wrong_rows(history, stored) == set()


def test_a_run_in_which_nothing_happened_is_wrong_in_every_row() -> None:
    assert [verdict.is_right for verdict in verdicts(History(), Stored())] == [False] * 6
