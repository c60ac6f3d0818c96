"""The database's disk is full: the text is shown again, nothing is half-written, and with room all goes on.

SQLite is really full: it may not grow beyond so many pages. PostgreSQL is told to say so at a write of the
test's choice; with its own log it would not run on, which is a restart like any other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from cases.models import Attachment, Case, CaseEvent, FollowUpStep, Message
from portal.notices.models import Notice
from portal.work import invariants
from portal.work.models import FormToken
from portal.work.timed import run_tick
from tests.factories.cases import ASKED, CLOSES, make_waiting_case
from tests.factories.people import make_customer
from tests.faults.sending import form_with

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
# More than the pages that tables have begun can take, and less than the most that a form takes.
TEXT = "What we have seen:\n" + "one line more, " * 2000
DUE = 40
_SAYS_FULL = """DO $$ BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
END $$"""


@contextmanager
def room_for(number: int) -> Iterator[None]:
    """Inside, the database finds room for so much more: pages of SQLite, writes of PostgreSQL."""
    if connection.vendor == "sqlite":
        most, pages = _pragma("max_page_count"), _pragma("page_count")
        assert _pragma(f"max_page_count = {pages + number}") == pages + number
        try:
            yield
        finally:
            assert _pragma(f"max_page_count = {most}") == most
    else:
        with connection.execute_wrapper(_FullAfter(number)):
            yield


def _pragma(words: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {words}")
        return int(cursor.fetchone()[0])


class _FullAfter:
    """Lets the server refuse every write after so many, with its own code for a full disk."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE")):
            self.number -= 1
            if self.number < 0:
                return execute(_SAYS_FULL, None, False, context)
        return execute(sql, params, many, context)


@pytest.fixture(autouse=True)
def no_free_pages() -> None:
    """What earlier tests have deleted leaves no room."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")


def rows() -> tuple[dict[str, int], list[str]]:
    """What a reply, a filing and a tick write."""
    models = (Case, Message, CaseEvent, Attachment, FollowUpStep, Notice, FormToken)
    counts = {model.__name__: model._base_manager.count() for model in models}
    return counts, list(Case.objects.order_by("pk").values_list("status", flat=True))


def test_a_database_without_room_says_so_in_its_own_words():
    requestor = make_customer()
    before = rows()
    with room_for(0), pytest.raises(OperationalError, match=r"disk is full|No space left on device"):
        make_waiting_case(requestor, description=TEXT)
    assert rows() == before


@pytest.mark.parametrize("is_filing", [False, True], ids=["a reply", "a new case"])
def test_a_form_is_shown_again_while_the_database_is_full_and_carried_out_once_there_is_room(
    time_machine, is_filing
):
    time_machine.move_to(ASKED + HOUR, tick=False)
    requestor = make_customer()
    case = make_waiting_case(requestor)
    browser = Client(raise_request_exception=False)
    browser.force_login(requestor)
    address, form = form_with(TEXT, case, is_filing=is_filing)
    before = rows()

    for room in count():
        with room_for(room):
            answer = browser.post(address, form)
        if answer.status_code == 302:
            break
        assert (answer.status_code, answer["Retry-After"], rows()) == (503, "5", before)
        assert TEXT in answer.content.decode()
        assert browser.get(f"/cases/{case.number}/").status_code == 200

    assert room > 3
    assert Message.objects.filter(body=TEXT.strip()).count() == 1
    assert browser.post(address, form).status_code == 302
    assert Message.objects.filter(body=TEXT.strip()).count() == 1
    assert invariants.check() == []


def test_a_tick_writes_all_or_nothing_while_the_database_is_full_and_the_next_one_does_the_rest():
    requestor = make_customer()
    for _again in range(DUE):
        make_waiting_case(requestor, now=CLOSES - 24 * HOUR)
    before = rows()

    for room in count():
        with room_for(room), suppress(OperationalError):
            run_tick(CLOSES)
        if rows() != before:
            break

    report = run_tick(CLOSES)
    assert (report.failed, report.is_complete) == ({}, True)
    reminded = list(FollowUpStep.objects.values_list("kind", "ordinal", "outcome"))
    assert reminded == [("reminder", 1, "sent")] * DUE
    assert room > 3
    assert not Case.objects.exclude(clock_failed_at=None).exists()
    assert not CaseEvent.objects.filter(kind="clock_failed").exists()
    assert invariants.check() == []
