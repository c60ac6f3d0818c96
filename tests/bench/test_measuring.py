"""Each bench at a tiny size: what it compares is the same work. Times are not looked at."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

import bench
from bench import idle, mailing, pages, sweeping
from bench.filling import Portfolio, add_due
from bench.measuring import Line, take_turns
from bench.worker import tick_until_quiet
from cases.models import Case
from tests.bench.conftest import NOW

TEMPLATES = Path(bench.__file__).parent / "templates"


@pytest.fixture
def bench_pages(settings):
    """The bare pages have addresses, and a request does not close the test's connection."""
    settings.ROOT_URLCONF = "bench.urls"
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], TEMPLATES]}]
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def test_variants_take_turns_and_each_begins_every_other_round() -> None:
    order: list[str] = []

    def turn(name: str) -> float:
        order.append(name)
        return len(order)

    taken = take_turns({"a": lambda: turn("a"), "b": lambda: turn("b")}, rounds=3)

    assert (order, taken) == (list("abbaab"), {"a": [1, 4, 5], "b": [2, 3, 6]})


def test_sweep_and_set_based_sql_write_as_much_in_every_round(portfolio: Portfolio) -> None:
    line = sweeping.compare(portfolio, 20, rounds=2)
    assert line.goal == "20 steps due, 66 rows written: a tick beside set-based SQL"


def test_work_that_differs_is_no_measurement(portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "carry_out_by_sql", lambda _now: None)
    with pytest.raises(sweeping.DifferentWork):
        sweeping.compare(portfolio, 20, rounds=1)


def test_every_case_of_the_portfolio_is_drained(portfolio: Portfolio) -> None:
    line = sweeping.drain(portfolio, lambda now: [tick_until_quiet(now)])
    assert line.goal == "400 steps due, drained by the ticks of 1 workers"
    assert Case.objects.filter(status="auto_closed").count() >= 100


def test_an_idle_tick_is_one_that_does_nothing(portfolio: Portfolio) -> None:
    here = idle.Place(400, lambda: None)
    assert idle.compare(here, here, now=NOW, rounds=1, ticks=2).goal == (
        "a tick with nothing due, 400 cases beside 400"
    )
    add_due(portfolio, 1, due_at=NOW - timedelta(hours=1))
    with pytest.raises(idle.NotIdle):
        idle.compare(here, here, now=NOW, rounds=1, ticks=2)


def test_the_server_takes_each_mail_that_the_rows_say_was_sent(portfolio: Portfolio) -> None:
    assert mailing.send(portfolio, 12).goal == "12 mails through the sender to a local server"


@pytest.mark.usefixtures("bench_pages")
def test_a_bare_page_is_as_long_as_the_page_that_it_stands_beside(portfolio: Portfolio) -> None:
    lines: list[Line] = pages.compare(portfolio, rounds=1, requests=1)
    assert [line.goal.split(":")[0] for line in lines] == [
        "the list, 25 cases",
        "a waiting case",
        "the list",
        "a waiting case",
        "the staff's queue",
    ]
