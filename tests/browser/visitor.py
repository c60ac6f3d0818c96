"""A person in front of a browser: goes to pages, looks at each of them, and notes what must not happen."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response

PASSWORD = "demo-portal-1"
_RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
# Dark and light differ in colours only.
_COLOUR_RULES = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
_OWN_SCHEMES = ("data:", "blob:", "about:")


@dataclass
class Visitor:
    """One browser session of one person. `faults` collects what fails the test at its end."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)
    _refused: set[str] = field(default_factory=set)
    _seen: set[tuple[str, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("request", self._note_request)
        self.page.on("requestfailed", self._note_failure)
        self.page.on("response", self._note_response)

    @property
    def path(self) -> str:
        """The path of the page that is open."""
        return urlsplit(self.page.url).path

    def go(self, path: str) -> None:
        """Open an address of the portal and look at the page."""
        self.page.goto(self.address + path)
        self.look()

    def press(self, target: Locator) -> None:
        """Press a button or follow a link, and look at the page that comes."""
        with self.page.expect_navigation():
            target.click()
        self.look()

    def sign_in(self, email: str) -> None:
        """Use the printed login on the sign-in page that is open."""
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press(self.page.get_by_role("main").get_by_role("button", name="Sign in"))

    def look(self) -> None:
        """Audit the page, unless it was audited with a case in the same status and the same message."""
        banners = self.page.locator(".stand .badge, .banner").all_inner_texts()
        sight = (re.sub(r"\d+", "#", self.path), *banners)
        if sight not in self._seen:
            self._seen.add(sight)
            self.audit()

    def audit(self) -> None:
        """Note every violation with all folds open, in light and in dark, and more or less than one h1."""
        page = self.page
        page.evaluate("document.querySelectorAll('details.fold').forEach(fold => fold.open = true)")
        found = violations(page, _RULES)
        page.emulate_media(color_scheme="dark")
        # The admin's links fade into their colours.
        page.evaluate("Promise.all(document.getAnimations().map(animation => animation.finished))")
        found += [f"in the dark: {line}" for line in violations(page, _COLOUR_RULES)]
        page.emulate_media(color_scheme="light")
        if page.locator("h1").count() != 1:
            found.append("a page has one h1")
        self.faults += [f"{page.url}: {line}" for line in found]

    def _note_console(self, message: ConsoleMessage) -> None:
        is_refusal = message.location.get("url") in self._refused and "status of 4" in message.text
        if message.type in ("error", "warning") and not is_refusal:
            self.faults.append(f"console {message.type} on {self.page.url}: {message.text}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.address, *_OWN_SCHEMES)):
            self.faults.append(f"{self.page.url} asks another server: {request.url}")

    def _note_failure(self, request: Request) -> None:
        # A download and a page that is left are cut off by the browser itself.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"{request.url} failed: {request.failure}")

    def _note_response(self, response: Response) -> None:
        is_page = response.request.resource_type == "document"
        if is_page and 400 <= response.status < 500:
            # A refusal that the page explains; the browser writes it on its console.
            self._refused.add(response.url)
        elif response.status >= 400:
            self.faults.append(f"{response.status} for {response.url}")


def violations(page: Page, rules: dict[str, object]) -> list[str]:
    """What axe finds on the page: each rule with the first elements and what is wrong with them."""
    page.evaluate(AXE_SCRIPT)
    # One style sheet of Django's admin imports another; axe would write it into the page, which our policy
    # forbids.
    options = rules | {"preload": not urlsplit(page.url).path.startswith("/admin/")}
    found = page.evaluate(f"axe.run(document, {json.dumps(options)}).then(results => results.violations)")
    return [f"{rule['id']}, {len(rule['nodes'])} times: {_first_of(rule['nodes'])}" for rule in found]


def _first_of(nodes: list[dict[str, Any]]) -> str:
    return "; ".join(f"{node['html'][:160]} ({node['failureSummary'][:300]})" for node in nodes[:3])
