"""Setting up and using second factors in a real browser, whose key is a virtual one."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.visitor import PASSWORD, Visitor
from tests.factories.second_factors import code_now

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.once("how a page looks is the same above each database"),
]

AGENT = "lead@portal.example"
CUSTOMER = "s.tanabe@kaze.example"
_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def confirm_by_password(one: Visitor) -> None:
    one.page.get_by_label("Password").fill(PASSWORD)
    one.press(one.page.get_by_role("button", name="Confirm"))


def plug_in_a_key(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": _KEY})


def button(one: Visitor, name: str) -> Locator:
    return one.page.get_by_role("button", name=name, exact=True)


def test_staff_without_a_second_factor_set_one_up_and_sign_in_with_it(
    visitor: Callable[..., Visitor], settings: Any
) -> None:
    settings.PORTAL_MFA_REQUIRED = ["staff", "administrators"]
    one = visitor()
    page = one.page
    one.go("/login/")
    one.sign_in(AGENT)
    assert one.path == "/security/"
    assert page.get_by_role("heading", name="Set up a second factor first").is_visible()
    one.press(page.get_by_role("link", name="Set up an authenticator app"))
    confirm_by_password(one)
    page.get_by_label("Code from the app").fill(code_now(page.locator("code.key").inner_text()))
    one.press(button(one, "Switch the app on"))
    assert one.path == "/security/codes/"
    assert page.locator(".keys li").count() == 10
    one.press(page.get_by_role("link", name="I have kept them: go on"))
    assert one.path == "/admin/"

    again = visitor(viewport={"width": 360, "height": 740})
    again.go("/login/")
    again.sign_in(AGENT)
    assert again.path == "/login/code/"
    assert not again.page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_passkey_is_added_and_signs_in(
    visitor: Callable[..., Visitor], demo_address: str, settings: Any
) -> None:
    # Browsers keep passkeys for names, not for numbers.
    one = visitor()
    one.address = demo_address.replace("127.0.0.1", "localhost")
    page = one.page
    plug_in_a_key(page)
    one.go("/login/")
    one.sign_in(CUSTOMER)
    one.go("/security/passkeys/add/")
    confirm_by_password(one)
    page.get_by_label("Name").fill("My laptop")
    one.press(button(one, "Add the passkey"))
    assert one.path == "/security/codes/"
    one.go("/security/")
    assert page.get_by_text("My laptop", exact=True).first.is_visible()
    one.go("/logout/")
    one.press(page.get_by_role("main").get_by_role("button", name="Sign out"))
    one.go("/login/")
    one.sign_in(CUSTOMER)
    assert one.path == "/login/code/"
    one.press(button(one, "Use a passkey"))
    assert one.path == "/"
