"""Draws the README's pictures from the real portal: `make pictures`.

Runs the demo with its worker and beat in a folder of its own, signs in as its people and writes docs/images/.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
PASSWORD = "demo-portal-1"
_WIDE: ViewportSize = {"width": 1280, "height": 900}
_PHONE: ViewportSize = {"width": 360, "height": 740}
TALLEST = 1500
# Lists repeat themselves, and their many words make big files.
TALLEST_OF_LISTS = 1000
ADMINISTRATOR = "admin@northwind.example"
CUSTOMER, AGENT, LEAD = "contact@northwind.example", "agent@portal.example", "lead@portal.example"
MANAGER = "tam@portal.example"
GOAL = "Find out why a deployment takes two hours, before the season begins."
# A case that waits, with two reminders behind it and one to come.
WAITING_TITLE = "Payment type (eVar18)"
_FIRST_PAGE_WITHIN_SECONDS = 120
_FIRST_TICK_WITHIN_SECONDS = 120


def draw_all() -> None:
    """Write every picture anew."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with running_portal() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        case = _draw_customers_side(browser, address)
        _draw_staff_side(browser, address, case=case)
        browser.close()


def _draw_customers_side(browser: Browser, address: str) -> str:
    """Gives the path of the case that is drawn."""
    page = _open(browser, address)
    page.goto("/login/")
    _draw(page, "signin-wide")
    _sign_in(page, CUSTOMER)
    page.goto("/")
    case = page.get_by_role("link", name=WAITING_TITLE).get_attribute("href") or ""
    for path, name, tallest in (
        ("/", "home-wide", TALLEST),
        ("/cases/?view=all", "cases-wide", TALLEST_OF_LISTS),
        ("/cases/new/", "new-wide", TALLEST),
        ("/inbox/", "inbox-wide", TALLEST_OF_LISTS),
        (case, "case-wide", TALLEST),
    ):
        page.goto(path)
        _draw(page, name, tallest)
    page.context.clear_cookies()
    page.goto("/login/")
    _sign_in(page, ADMINISTRATOR)
    for path, name in (
        ("/entitlements/contacts/", "contacts-wide"),
        ("/entitlements/", "have-wide"),
        ("/catalogue/", "catalogue-wide"),
        ("/catalogue/launch-advisory/", "thing-wide"),
    ):
        page.goto(path)
        _draw(page, name, TALLEST_OF_LISTS)
    _ask_for_a_review(page)
    page.set_viewport_size(_PHONE)
    page.goto("/entitlements/contacts/")
    _draw(page, "contacts-phone")
    page.set_viewport_size(_WIDE)
    page.context.clear_cookies()
    page.goto("/login/")
    _sign_in(page, CUSTOMER)
    page.emulate_media(color_scheme="dark")
    for path, name in ((case, "case-dark"), ("/", "home-dark")):
        page.goto(path)
        _draw(page, name)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(_PHONE)
    page.goto(case)
    _draw(page, "case-phone")
    page.context.close()
    return case


def _ask_for_a_review(page: Page) -> None:
    """Let staff have a request to decide about: the demo brings none."""
    page.goto("/catalogue/environment-review/")
    page.get_by_role("main").get_by_role("link", name="Request …", exact=True).click()
    page.get_by_label("What do you want to reach?").fill(GOAL)
    with page.expect_navigation():
        page.get_by_role("button", name="Send the request").click()


def _draw_staff_side(browser: Browser, address: str, *, case: str) -> None:
    page = _open(browser, address)
    page.goto("/login/")
    _sign_in(page, AGENT)
    page.goto("/admin/cases/case/")
    _draw(page, "admin-list-wide", TALLEST_OF_LISTS)
    page.goto(case)  # staff are led to their own page of the case
    _draw(page, "admin-case-wide")
    page.context.clear_cookies()
    page.goto("/login/")
    _sign_in(page, MANAGER)
    page.goto("/admin/accelerators/engagementrequest/")
    with page.expect_navigation():
        page.locator("#result_list tbody th a").first.click()
    _draw(page, "admin-request-wide")
    page.context.clear_cookies()
    page.goto("/login/")
    _sign_in(page, LEAD)
    page.goto("/admin/notices/notice/")
    _draw(page, "admin-outbox-wide", TALLEST_OF_LISTS)
    _wait_until_answers(f"{address}/health/clock", _FIRST_TICK_WITHIN_SECONDS)
    page.goto("/admin/work/heartbeat/")
    _draw(page, "admin-clock-wide")
    page.context.close()


def _open(browser: Browser, address: str) -> Page:
    return browser.new_context(base_url=address, viewport=_WIDE, reduced_motion="reduce").new_page()


def _sign_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name="Sign in").click()


def _draw(page: Page, name: str, tallest: int = TALLEST) -> None:
    size = page.viewport_size
    assert size is not None
    height = min(page.evaluate("document.documentElement.scrollHeight"), tallest)
    clip = {"x": 0, "y": 0, "width": size["width"], "height": max(height, size["height"])}
    picture = page.screenshot(path=IMAGES / f"{name}.png", full_page=True, clip=clip)
    sys.stdout.write(f"{name}.png  {size['width']} x {clip['height']}, {len(picture) // 1000} kB\n")


@contextmanager
def running_portal() -> Iterator[str]:
    """The whole portal with a fresh demo on a free port, gone afterwards; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="portal-pictures-") as folder:
        env = {**os.environ, "PORTAL_EMBEDDED": "1", "PORTAL_VAR_DIR": folder}
        command = [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(port)]
        portal = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
        try:
            _wait_until_answers(f"{address}/readyz", _FIRST_PAGE_WITHIN_SECONDS)
            yield address
        finally:
            portal.send_signal(signal.SIGINT)
            portal.wait(timeout=30)


def _wait_until_answers(url: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise SystemExit(f"{url} did not answer within {seconds:.0f} s")


def _chromium() -> str:
    named = os.environ.get("CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    found = next(filter(None, map(shutil.which, names)), None)
    return found or sys.exit("no Chromium: install Debian's package chromium, or name one in $CHROMIUM")


if __name__ == "__main__":
    draw_all()
