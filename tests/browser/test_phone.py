"""A phone of 360 pixels: from home through the menu and the list to a case, and answering it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator

from cases.lifecycle import Status
from cases.models import Case
from tests.browser.visitor import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.once("how a page looks is the same above each database"),
]

CUSTOMER = "contact@kaze.example"
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}

# What is tapped and smaller than 24 pixels either way, save links within a sentence (WCAG 2.5.8).
_SMALL_TARGETS = """
() => [...document.querySelectorAll('a, button, input, select, textarea, summary')].flatMap(target => {
  const area = target.closest('.choice, .check') ?? target;
  const box = area.getBoundingClientRect();
  const isShown = target.checkVisibility({visibilityProperty: true}) && target.type !== 'hidden'
    && !target.closest('.skip');
  const isInText = target.tagName === 'A' && getComputedStyle(target).display === 'inline';
  const isSmall = box.width < 24 || box.height < 24;
  return isShown && isSmall && !isInText
    ? [`${target.outerHTML.slice(0, 120)}: ${Math.round(box.width)} x ${Math.round(box.height)}`] : [];
})
"""


def test_a_case_is_found_and_answered_on_a_phone(visitor: Callable[..., Visitor]) -> None:
    one = visitor(**PHONE)
    page = one.page
    case = Case.objects.filter(requestor__email=CUSTOMER, status=Status.PENDING_RESPONSE).earliest("pk")

    page.goto(one.address + "/")
    one.sign_in(CUSTOMER)
    _fits(one)
    page.get_by_role("button", name="Menu", exact=True).tap()
    menu = page.get_by_role("navigation", name="Main")
    assert menu.is_visible()
    one.audit()
    _tap(one, menu.get_by_role("link", name="Cases"))
    assert one.path == "/cases/"
    _tap(one, page.get_by_role("link", name=case.title))
    assert one.path == f"/cases/{case.number}/"
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Answer").tap()
    page.get_by_label("Message").fill("午前0時ちょうどからです。")
    _tap(one, page.get_by_role("button", name="Send answer"))
    assert page.get_by_role("status").inner_text() == "Your answer was sent."
    case.refresh_from_db()
    assert case.status == Status.IN_PROGRESS


def test_the_other_pages_fit_a_phone(visitor: Callable[..., Visitor]) -> None:
    one = visitor(**PHONE)
    one.page.goto(one.address + "/login/")
    _fits(one)
    one.sign_in(CUSTOMER)
    solved = Case.objects.filter(
        requestor__email=CUSTOMER, status__in=[Status.IN_PROGRESS, Status.RESOLUTION_PROVIDED]
    ).latest("pk")
    for path in (
        "/inbox/",
        "/profile/",
        "/cases/?view=all",
        f"/cases/{solved.number}/",
        f"/cases/{solved.number}/close/",
        f"/cases/{solved.number}/escalate/",
        "/nowhere/",
        "/cases/new/",
    ):
        one.go(path)
        _fits(one)
    one.page.get_by_role("radio", name="P1").check()
    assert one.page.get_by_label("Effect on the business").is_visible()
    _fits(one)


def _tap(one: Visitor, target: Locator) -> None:
    with one.page.expect_navigation():
        target.tap()
    one.look()
    _fits(one)


def _fits(one: Visitor) -> None:
    widths = one.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    if widths != [360, 360]:
        one.faults.append(f"{one.page.url} scrolls sideways: {widths}")
    one.faults += [f"{one.page.url}: {small}" for small in one.page.evaluate(_SMALL_TARGETS)]
