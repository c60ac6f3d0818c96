"""The catalogue in a browser: found, asked for, decided by its manager, followed; sound on a phone."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accelerators.models import EngagementRequest
from entitlements.models import AddOnGrant
from portal.clock import business_now
from tests.browser.visitor import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.once("how a page looks is the same above each database"),
]

CUSTOMER = "admin@northwind.example"
MANAGER = "tam@portal.example"
OF_EXPERT = "contact@kaze.example"
GRANTER = "root@portal.example"
WITHOUT_PLAN = "contact@lumiere.example"
GOAL_OF_EXPERT = "Be served first while we launch."
GOAL = "Find out why a deployment takes two hours."


def signed_in(visitor: Callable[..., Visitor], person: str, **options: object) -> Visitor:
    one = visitor(**options)
    one.page.goto(f"{one.address}/login/")
    one.sign_in(person)
    return one


def fits(one: Visitor) -> bool:
    return bool(one.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_thing_is_asked_for_and_its_manager_says_yes(visitor: Callable[..., Visitor]) -> None:
    customer = signed_in(visitor, CUSTOMER)
    page = customer.page
    customer.press(page.get_by_role("navigation", name="Main").get_by_role("link", name="Catalogue"))
    customer.press(page.get_by_role("link", name="Environment Review", exact=True))
    assert page.get_by_text("2–4 weeks").is_visible()
    customer.press(page.get_by_role("main").get_by_role("link", name="Request …", exact=True))
    page.get_by_label("What do you want to reach?").fill(GOAL)
    page.get_by_label("Wished from").fill((business_now() + timedelta(days=14)).date().isoformat())
    customer.press(page.get_by_role("button", name="Send the request"))
    request = EngagementRequest.objects.get(goal=GOAL)
    assert customer.path == f"/requests/{request.pk}/"

    manager = signed_in(visitor, MANAGER)
    manager.go(f"/admin/accelerators/engagementrequest/{request.pk}/change/")
    assert manager.page.get_by_text(GOAL).is_visible()
    manager.page.get_by_label("Answer").fill("Gladly")
    manager.press(manager.page.get_by_role("button", name="Save", exact=True))

    customer.go("/inbox/")
    assert page.get_by_role("link", name="Your request is accepted: Environment Review").is_visible()
    customer.go(f"/requests/{request.pk}/")
    assert page.get_by_role("heading", name="Accepted").is_visible()
    customer.go("/requests/")
    assert page.get_by_role("link", name="Environment Review").is_visible()


def test_the_bundle_is_found_asked_for_and_granted_and_opens_the_accelerators(
    visitor: Callable[..., Visitor],
) -> None:
    customer = signed_in(visitor, OF_EXPERT)
    page = customer.page
    customer.go("/catalogue/environment-review/")
    assert page.get_by_role("heading", name="Why you cannot ask for it now").is_visible()
    customer.press(page.get_by_role("link", name="See the Priority Queue Bundle"))
    customer.press(page.get_by_role("main").get_by_role("link", name="Request …", exact=True))
    page.get_by_label("What do you want to reach?").fill(GOAL_OF_EXPERT)
    customer.press(page.get_by_role("button", name="Send the request"))
    request = EngagementRequest.objects.get(goal=GOAL_OF_EXPERT)

    manager = signed_in(visitor, MANAGER)
    manager.go(f"/admin/accelerators/engagementrequest/{request.pk}/change/")
    manager.press(manager.page.get_by_role("button", name="Save", exact=True))

    granter = signed_in(visitor, GRANTER)
    granter.go("/inbox/")
    granter.press(granter.page.get_by_role("link", name="Kaze Denki is to get Priority Queue Bundle"))
    today = business_now().date()
    granter.page.get_by_label("First day").fill((today - timedelta(days=1)).isoformat())
    granter.page.get_by_label("Last day").fill((today + timedelta(days=90)).isoformat())
    granter.press(granter.page.get_by_role("button", name="Save", exact=True))
    assert AddOnGrant.objects.filter(license=request.license, add_on="priority-queue-bundle").exists()

    customer.go("/catalogue/environment-review/")
    assert page.get_by_role("heading", name="You can ask for it").is_visible()
    assert page.get_by_role("main").get_by_role("link", name="Request …", exact=True).is_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_of_it_is_sound(visitor: Callable[..., Visitor], width: int) -> None:
    one = signed_in(visitor, WITHOUT_PLAN, viewport={"width": width, "height": 800})
    for path in (
        "/catalogue/",
        "/catalogue/compare/",
        "/catalogue/launch-advisory/",
        "/catalogue/maintenance-managed/",
        "/catalogue/ask/",
        "/catalogue/event-management/request/",
        "/requests/",
    ):
        one.go(path)
        assert fits(one), path
