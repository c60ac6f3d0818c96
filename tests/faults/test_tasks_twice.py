"""Each task that a worker knows may be delivered twice, in any order: the second time changes nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from celery import Task
from django.apps import apps

from accelerators import operations
from entitlements.add_ons import AddOn
from entitlements.models import DayOff
from entitlements.plans import Plan
from portal.celery import app
from portal.work import invariants
from portal.work.instance import adopt
from portal.work.models import Heartbeat
from portal.work.timed import backlogs
from tests.factories.cases import ASKED, CLOSES, FILED, make_case, make_p1_case, make_waiting_case, sweep_to
from tests.factories.people import make_customer, make_license, make_superuser

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


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


def all_that_happened(mailoutbox, pager) -> tuple[dict[str, list[dict[str, Any]]], list[str], list[str]]:
    """Every row, and the mails and the pages that went out, by what names them at every attempt."""
    return whole_database(), [mail.extra_headers["Message-ID"] for mail in mailoutbox], list(pager.keys)


@pytest.fixture
def much_to_do(pager, time_machine) -> None:
    """Work of every kind due, a holiday missing, a page waiting, and mail of all kinds that led there."""
    requestor = make_customer()
    for hours in (24, 72, 120, 144):  # a reminder of each ordinal, and a closure
        make_waiting_case(requestor, now=CLOSES - hours * (CLOSES - ASKED) / 144)
    sweep_to(CLOSES - (CLOSES - ASKED) / 144)
    make_case(requestor, now=CLOSES - 3 * DAY)  # nobody answered it in time
    make_p1_case(requestor, now=CLOSES - timedelta(minutes=1))
    grants_that_end()
    DayOff.objects.filter(region="AMER", day=date(2026, 7, 3)).delete()
    time_machine.move_to(CLOSES, tick=False)
    adopt()


def grants_that_end() -> None:
    """An add-on and units of an account each, whose last day is the one before CLOSES."""
    days: dict[str, Any] = {"first_on": FILED.date(), "last_on": CLOSES.date() - DAY}
    term = {**days, "actor": make_superuser(), "now": FILED}
    held = make_license(plan=Plan.EXPERT)
    make_customer(held, may_request=True)
    operations.grant_add_on(held.account, AddOn.PRIORITY_QUEUE_BUNDLE, license_=held, **term)
    counted = make_license()
    make_customer(counted, may_request=True)
    operations.grant_units(counted, AddOn.MENTOR_SESSIONS, units=8, **term)


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


def due() -> dict[str, int]:
    return {work.name: backlog.count for work, backlog in backlogs(CLOSES)}


def test_work_of_every_kind_is_due_but_for_tidying_up_that_never_is(much_to_do):
    counts = {"follow_up": 4, "response_targets": 1, "add_ons": 1, "units": 1, "housekeeping": 0}
    assert due() == counts


@pytest.mark.parametrize("order", orders(), ids=str)
def test_every_task_run_twice_leaves_the_database_as_after_the_first_run(
    much_to_do, mailoutbox, pager, order
):
    for number in order:
        task = our_tasks()[number]
        before = whole_database()
        task()
        once = all_that_happened(mailoutbox, pager)
        task()
        assert (all_that_happened(mailoutbox, pager) == once, once[0] != before) == (True, True), task.name
    for number in reversed(order):  # what one task left for another
        our_tasks()[number]()
    settled = all_that_happened(mailoutbox, pager)

    for number in (*order, *reversed(order)):
        our_tasks()[number]()

    assert all_that_happened(mailoutbox, pager) == settled
    _rows, mails, pages = settled
    assert len(mails) == len(set(mails)) > 15  # what is overtaken before the sender comes stays unsent
    assert len(pages) == len(set(pages)) == 2
    assert sorted(page.says["event"] for page in pager.pages) == ["p1_filed", "target_missed"]
    assert set(due().values()) == {0}
    assert invariants.check() == []


def test_a_task_that_adds_up_would_be_noticed(much_to_do):
    def adds_up() -> None:
        make_waiting_case(now=CLOSES)

    adds_up()
    once = whole_database()
    adds_up()
    assert whole_database() != once
