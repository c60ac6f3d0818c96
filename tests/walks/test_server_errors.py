"""What somebody sees when the portal fails: that it failed, and nothing about how it is made (SPEC 6)."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection
from django.test import Client

from tests.walks.matrix import ask, browser_with, undone
from tests.walks.policy import ENTRIES
from tests.walks.roles import Role
from tests.walks.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet")]

# So many pages at least have something to ask of the database.
FEWEST = {Role.REQUESTOR: 40, Role.LEAD: 80, Role.SUPERUSER: 120}
CANARY = "canary-of-the-fault"
# What the frame asks on every request before any view: who asks.
_WHO_ASKS = re.compile(r'"(accounts_signin|accounts_user|auth_group)"|SAVEPOINT|"demo_democlock"')


@contextmanager
def failing_database(*, at_once: bool = False, kind: type[DatabaseError] = DatabaseError) -> Iterator[None]:
    """Every statement fails, or every one that a view makes."""

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if at_once or not _WHO_ASKS.search(sql):
            raise kind(f"{CANARY} in {sql}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield


def same_as(world: World, role: Role) -> Client:
    """A browser of its own in which somebody is signed in, whatever became of the last one."""
    return browser_with(world.clients[role].cookies.output(header="", sep=";"))


def tells(body: str) -> list[str]:
    """What an error page must never say, and says."""
    traces = (
        CANARY,
        "Traceback",
        "SELECT",
        "DatabaseError",
        django.get_version(),
        "Django",
        "Python",
        str(settings.BASE_DIR),
        "site-packages",
        "settings",
        '.py"',
        settings.SECRET_KEY,
    )
    return [trace for trace in traces if trace in body]


@pytest.mark.parametrize("role", [Role.REQUESTOR, Role.SUPERUSER])
def test_a_view_that_fails_shows_one_page_that_tells_nothing(world: World, role: Role) -> None:
    failed, bodies = [], set()
    for entry in ENTRIES:
        whose = next(iter(entry.cells))[0]
        for method in ("GET", "POST"):
            with undone(), failing_database():
                response = ask(same_as(world, role), entry, world, whose=whose, method=method)
            if response.status_code == 500:
                failed.append((entry.title, method))
                bodies.add(re.sub(r"Times in [\w/]+", "", response.content.decode()))
                assert response["X-Content-Type-Options"] == "nosniff"
                assert "default-src 'none'" in response["Content-Security-Policy"]
            else:
                assert tells(response.content.decode() if not response.streaming else "") == [], entry.title
    assert len(failed) > FEWEST[role]
    assert len(bodies) == 1
    assert tells(bodies.pop()) == []


def test_a_database_that_is_busy_shows_as_little(world: World) -> None:
    busy = []
    for entry in ENTRIES:
        whose = next(iter(entry.cells))[0]
        for method in ("GET", "POST"):
            with undone(), failing_database(kind=OperationalError):
                response = ask(same_as(world, Role.LEAD), entry, world, whose=whose, method=method)
            if response.status_code == 503 and entry.title not in ("/readyz", "/health/clock"):
                busy.append((entry.title, method))
                assert tells(response.content.decode()) == [], entry.title
    assert len(busy) > FEWEST[Role.LEAD]


def test_a_database_that_is_away_altogether_shows_the_same_page(world: World) -> None:
    client, monitor = same_as(world, Role.REQUESTOR), Client(raise_request_exception=False)
    with undone(), failing_database(at_once=True):
        pages = [client.get(path) for path in ("/", "/cases/", "/login/", "/admin/")]
        health = [monitor.get(path) for path in ("/healthz", "/readyz", "/health/clock")]
    for page in pages:
        assert (page.status_code, tells(page.content.decode())) == (500, [])
    assert [response.status_code for response in health] == [200, 503, 503]
    assert [tells(response.content.decode()) for response in health] == [[], [], []]


def test_debugging_is_off_unless_asked_for() -> None:
    assert settings.DEBUG is False
    assert logging.getLogger("django.request").isEnabledFor(logging.CRITICAL) is True
