"""What every test stands on: history that may be flushed, no way out of this machine, and a browser."""

import gc
import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import TransactionTestCase
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from xdist.scheduler import LoadScopeScheduling

from portal.audit.append_only import history_unlocked

_flush = TransactionTestCase._fixture_teardown
_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex


def pytest_configure(config: pytest.Config) -> None:
    TransactionTestCase._fixture_teardown = _flush_with_history
    socket.socket.connect = _connect_nearby
    socket.socket.connect_ex = _connect_ex_nearby


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return
    for item in items:
        mark = item.get_closest_marker("once")
        if mark or not _may_ask_the_database(item):
            reason = mark.args[0] if mark else "it asks nothing of the database"
            item.add_marker(pytest.mark.skip(reason=f"once is enough, on SQLite: {reason}"))


def pytest_collection_finish() -> None:
    """Spare the collector what stays anyway: it would look through thousands of tests again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


# These start processes or connections of their own, which no fixture tells.
_OWN_WAYS_IN = (
    "tests/bench/",
    "tests/chaos/",
    "tests/machine/",
    "tests/races/",
    "tests/system/",
    "tests/test_settings.py",
)


def _may_ask_the_database(item: pytest.Item) -> bool:
    """Tell whether a test may query: pytest-django refuses who neither says so nor has a fixture for it."""
    of_django = getattr(item, "cls", None)
    return (
        item.nodeid.startswith(_OWN_WAYS_IN)
        or item.get_closest_marker("django_db") is not None
        or not {"db", "transactional_db", "live_server"}.isdisjoint(getattr(item, "fixturenames", ()))
        or (of_django is not None and issubclass(of_django, TransactionTestCase))
    )


# What shares one process, by the beginning of a test's path: whole portals, which take both cores, and what
# has one long set-up. xdist's own marker does nothing here: with pytest 9.2 the name of a test is fixed
# before xdist 3.8 adds the group to it.
TOGETHER = {
    "tests/system/": "system",
    "tests/browser/": "browser",
    "tests/faults/test_text_stays.py": "browser",
    "tests/machine/test_mutants.py": "mutants",
    "tests/machine/": "machine",
    "tests/portal/demo/": "demo",
    "tests/walks/test_authorisation.py": "matrix",
}


class Together(LoadScopeScheduling):  # type: ignore[misc]  # xdist brings no types
    """Hands tests out one by one, but for those that go together."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for start, group in TOGETHER.items() if nodeid.startswith(start)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)


def pytest_unconfigure(config: pytest.Config) -> None:
    if settings.configured:
        shutil.rmtree(settings.VAR_DIR, ignore_errors=True)


def _flush_with_history(case: TransactionTestCase) -> None:
    """Empty the tables after a test that committed; history has to be opened for it."""
    with history_unlocked("test flush"):
        _flush(case)


class LeftTheMachine(Exception):
    """A test tried to reach another machine."""


def _refuse_far(address: Any) -> None:
    host = address[0] if isinstance(address, tuple) else None
    if host is None or host == "localhost":
        return
    try:
        is_near = ipaddress.ip_address(str(host).split("%", maxsplit=1)[0]).is_loopback
    except ValueError:
        is_near = False
    if not is_near:
        raise LeftTheMachine(f"A test tried to reach {host}")


def _connect_nearby(self: socket.socket, address: Any) -> None:
    _refuse_far(address)
    _connect(self, address)


def _connect_ex_nearby(self: socket.socket, address: Any) -> int:
    _refuse_far(address)
    return _connect_ex(self, address)


# --- Browser ----------------------------------------------------------------------------------------

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _find_browser() -> str | None:
    named = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [named] if named else _BROWSERS)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as installed here; skips where there is none, or fails with REQUIRE_BROWSER=1."""
    program = _find_browser()
    if program is None:
        reason = "no Chromium: install Debian's package chromium, or name one in $CHROMIUM"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    # Playwright keeps an event loop in this thread, where Django would refuse its queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, headless=True)
        yield chromium
        chromium.close()


class Watch:
    """What went wrong in the pages of one test: console errors, page errors, requests that left."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self.faults: list[str] = []

    def follow(self, context: BrowserContext) -> None:
        context.on(
            "console", lambda said: said.type == "error" and self.faults.append(f"console: {said.text}")
        )
        context.on("weberror", lambda error: self.faults.append(f"page: {error.error}"))
        context.on("request", lambda request: self._note_request(request.url))

    def _note_request(self, url: str) -> None:
        parts = urlsplit(url)
        if (
            parts.scheme not in {"data", "blob", "about"}
            and f"{parts.scheme}://{parts.netloc}" != self._origin
        ):
            self.faults.append(f"request left the server: {url}")


@pytest.fixture
def open_page(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Open a page in a context of its own (a person of its own): `open_page(width=360, scheme="dark")`.

    Addresses are relative to the live server. The test fails if any page of it wrote an error to the
    console, raised one, or asked another server for anything.
    """
    watch = Watch(live_server.url)
    contexts: list[BrowserContext] = []

    def opened(*, width: int = 1280, height: int = 900, scheme: str = "light", **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            **options,
        )
        context.set_default_timeout(15_000)
        watch.follow(context)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert watch.faults == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """One page of ordinary size in light colours."""
    return open_page()
