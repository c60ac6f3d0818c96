"""How support works, and the glossary, in a browser: sound at every width, in every language, on paper."""

from collections.abc import Callable

import pytest

from tests.browser.visitor import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.once("how a page looks is the same above each database"),
]

# Whose browser speaks the language, and who has chosen none.
READER = "colleague@northwind.example"
HOW, GLOSSARY = "/how-support-works/", "/glossary/"


def signed_in(visitor: Callable[..., Visitor], **options: object) -> Visitor:
    one = visitor(**options)
    one.page.goto(f"{one.address}/login/")
    one.sign_in(READER)
    return one


def fits(one: Visitor) -> bool:
    return bool(one.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("width", [1280, 800, 360, 320])
def test_both_pages_are_sound(visitor: Callable[..., Visitor], width: int) -> None:
    one = signed_in(visitor, viewport={"width": width, "height": 800})
    one.go(HOW)
    assert fits(one)
    one.press(one.page.get_by_role("contentinfo").get_by_role("link", name="Glossary"))
    assert fits(one)


def test_the_links_lead_to_sections_and_words(visitor: Callable[..., Visitor]) -> None:
    one = signed_in(visitor)
    page = one.page
    one.go(HOW)
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Languages").click()
    assert page.get_by_role("heading", name="Languages").is_visible()
    page.get_by_role("link", name="Targeted initial response").click()
    page.wait_for_url(f"**{GLOSSARY}#targeted-initial-response")
    assert page.locator("tr:target th").inner_text() == "Targeted initial response"


def test_the_frame_of_the_screen_is_not_printed(visitor: Callable[..., Visitor]) -> None:
    one = signed_in(visitor)
    one.page.goto(f"{one.address}{HOW}")
    one.page.emulate_media(media="print")
    assert not one.page.get_by_role("navigation", name="On this page").is_visible()
    assert one.page.get_by_role("table").first.is_visible()
