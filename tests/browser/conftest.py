"""A portal with the demo in it, which runs while the journeys are made, and sessions of its visitors.

The demo is loaded once for all of them: each journey is made by another person, and the one that moves the
demo's time comes last, by its file's name.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from portal.audit.append_only import history_unlocked
from portal.clock import machine_now
from portal.demo.operations import load_demo
from portal.work.instance import adopt
from tests.browser.visitor import Visitor

_PATIENCE_MS = 30_000


@pytest.fixture(scope="package")
def demo_address(
    browser: Browser, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """Where the portal with the demo answers; afterwards nothing of it is left."""
    with django_db_blocker.unblock():
        load_demo(machine_now())
        adopt()
        server = LiveServer("127.0.0.1")
        yield server.url
        server.stop()
        with history_unlocked("the journeys are over"):
            call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def db(demo_address: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo's database, in place of one that is emptied after every test."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def visitor(browser: Browser, demo_address: str, db: None) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser session of its own for a person; its faults fail the test at the end."""
    contexts, visitors = [], []

    def open_session(**options: Any) -> Visitor:
        options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options}
        context = browser.new_context(**options)
        context.set_default_timeout(_PATIENCE_MS)
        contexts.append(context)
        visitors.append(Visitor(context.new_page(), demo_address))
        return visitors[-1]

    yield open_session
    for context in contexts:
        context.close()
    assert [fault for one in visitors for fault in one.faults] == []
