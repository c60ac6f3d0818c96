"""The named contacts in a browser: every page is audited; somebody is invited, follows the link and is in."""

from collections.abc import Callable

import pytest

from entitlements.models import Invitation
from entitlements.models.invitations import token_for
from tests.browser.visitor import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.once("how a page looks is the same above each database"),
]

ADMINISTRATOR, COLLEAGUE = "admin@northwind.example", "colleague@northwind.example"
CONTACTS = "/entitlements/contacts/"
NEW = "night-desk@northwind.example"


def signed_in(visitor: Callable[..., Visitor], email: str, **options: object) -> Visitor:
    one = visitor(**options)
    one.page.goto(f"{one.address}/login/")
    one.sign_in(email)
    return one


def fits(one: Visitor) -> bool:
    return bool(one.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_somebody_is_invited_and_is_in_after_one_form(visitor: Callable[..., Visitor]) -> None:
    one = signed_in(visitor, ADMINISTRATOR)
    page = one.page
    one.go(CONTACTS)
    page.get_by_label("E-mail address").fill("agent@portal.example")
    page.get_by_label("Product", exact=True).select_option(index=1)
    one.press(page.get_by_role("button", name="Send invitation"))
    assert "cannot be invited" in page.get_by_role("alert").inner_text()
    page.get_by_label("E-mail address").fill(NEW)
    one.press(page.get_by_role("button", name="Send invitation"))
    assert "is on its way" in page.get_by_role("status").inner_text()
    one.press(page.get_by_role("button", name=f"Send again to {NEW}"))

    guest = visitor()
    invitation = Invitation.objects.get(address=NEW)
    guest.go(f"/entitlements/invitation/{token_for(invitation.nonce)}/")
    guest.press(guest.page.get_by_role("button", name="Accept"))
    guest.page.get_by_label("Your name").fill("Nell Night")
    guest.page.get_by_label("Password").fill("a sentence nobody guesses")
    guest.press(guest.page.get_by_role("button", name="Accept"))
    assert guest.path == "/"
    assert "Welcome." in guest.page.get_by_role("status").inner_text()
    guest.go(CONTACTS)
    assert guest.page.get_by_role("rowheader", name="Nell Night").is_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_of_the_administrator_is_sound(visitor: Callable[..., Visitor], width: int) -> None:
    one = signed_in(visitor, ADMINISTRATOR, viewport={"width": width, "height": 800})
    one.go(CONTACTS)
    links = one.page.get_by_role("main").get_by_role("link").all()
    paths = {link.get_attribute("href") or "" for link in links}
    for path in sorted(path for path in paths if path.startswith(CONTACTS)):
        one.go(path)
        assert fits(one), path
    for path in (f"{CONTACTS}hand-over/", f"{CONTACTS}list/", "/entitlements/access/", "/security/"):
        one.go(path)
        assert fits(one), path
    one.go(f"{CONTACTS}list/")
    one.page.get_by_label("Or its text").fill("email,product\nnew@customer.example,Analytics\nnobody,Magic")
    one.press(one.page.get_by_role("button", name="Look at the rows"))
    assert fits(one)


def test_who_has_no_seat_asks_for_one(visitor: Callable[..., Visitor]) -> None:
    one = signed_in(visitor, COLLEAGUE, viewport={"width": 360, "height": 740})
    one.go(CONTACTS)
    assert fits(one)
    one.press(one.page.get_by_role("link", name="Ask for a seat for Analytics"))
    one.press(one.page.get_by_role("button", name="Ask for the seat"))
    assert "Asked." in one.page.get_by_role("status").inner_text()
