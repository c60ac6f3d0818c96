"""Each task that a worker knows may be delivered twice, in any order: the second time changes nothing."""

from typing import Any

import pytest
from celery import Task
from django.apps import apps

from portal.celery import app
from portal.work import invariants
from portal.work.instance import adopt
from portal.work.models import Heartbeat
from tests.factories.cases import ASKED, CLOSES, make_waiting_case, sweep_to
from tests.factories.people import make_customer

pytestmark = pytest.mark.django_db


def our_tasks() -> list[Task]:
    """From the registry itself: a task that is added later is tested the same day."""
    app.loader.import_default_modules()
    return [task for name, task in sorted(app.tasks.items()) if not name.startswith("celery.")]


def whole_database() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, but for the signs of life that each run leaves."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models(include_auto_created=True)
        if model is not Heartbeat and model._meta.managed and not model._meta.proxy
    }


@pytest.fixture
def much_to_do(time_machine) -> None:
    """A reminder of each ordinal and a closure due, and mail of all kinds that led there waiting."""
    requestor = make_customer()
    for hours in (24, 72, 120, 144):
        make_waiting_case(requestor, now=CLOSES - hours * (CLOSES - ASKED) / 144)
    sweep_to(CLOSES - (CLOSES - ASKED) / 144)
    time_machine.move_to(CLOSES, tick=False)
    adopt()


def orders() -> list[list[int]]:
    """Forwards and backwards, each task coming first once."""
    every = list(range(len(our_tasks())))
    turned = [every[start:] + every[:start] for start in every]
    return turned + [order[::-1] for order in turned if order[::-1] not in turned]


def test_the_registry_holds_the_tasks_that_beat_wakes():
    assert [task.name for task in our_tasks()] == [
        "entitlements.holidays",
        "portal.notices.page",
        "portal.notices.send",
        "portal.work.tick",
    ]


@pytest.mark.parametrize("order", orders(), ids=str)
def test_every_task_run_twice_leaves_the_database_as_after_the_first_run(much_to_do, mailoutbox, order):
    before = whole_database()
    for number in order:
        task = our_tasks()[number]
        task()
        once, mails = whole_database(), len(mailoutbox)
        task()
        assert (whole_database() == once, len(mailoutbox)) == (True, mails)
    for number in reversed(order):  # what one task left for another
        our_tasks()[number]()
    settled, mails = whole_database(), [mail.extra_headers["Message-ID"] for mail in mailoutbox]

    for number in (*order, *reversed(order)):
        our_tasks()[number]()

    assert whole_database() == settled != before
    assert [mail.extra_headers["Message-ID"] for mail in mailoutbox] == mails
    assert len(mails) == len(set(mails)) > 5
    assert invariants.check() == []


def test_a_task_that_adds_up_would_be_noticed(much_to_do):
    def adds_up() -> None:
        make_waiting_case(now=CLOSES)

    adds_up()
    once = whole_database()
    adds_up()
    assert whole_database() != once
