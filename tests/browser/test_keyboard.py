"""The keyboard alone: sign in, file after an error, answer, confirm, change the theme, sign out."""

from collections.abc import Callable

import pytest

from cases.lifecycle import Resolution, Status
from cases.models import Case
from tests.browser.keyboard import Keyboard
from tests.browser.visitor import PASSWORD, Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.once("how a page looks is the same above each database"),
]

CUSTOMER = "contact@lumiere.example"


def test_everything_is_done_by_keyboard_alone(visitor: Callable[..., Visitor]) -> None:
    one = visitor()
    keyboard = Keyboard(one.page, one.faults)
    one.page.goto(one.address + "/login/")
    _sign_in(one, keyboard)
    _file_after_an_error(one, keyboard)
    _answer(one, keyboard)
    _confirm(one, keyboard)
    _change_the_theme(one, keyboard)
    _sign_out(one, keyboard)


def _sign_in(one: Visitor, keyboard: Keyboard) -> None:
    keyboard.tab_to("E-mail address")
    keyboard.type(CUSTOMER)
    keyboard.tab_to("Password")
    keyboard.type(PASSWORD)
    keyboard.tab_to("Sign in")
    keyboard.enter()
    assert one.path == "/"


def _file_after_an_error(one: Visitor, keyboard: Keyboard) -> None:
    page = one.page
    keyboard.skip_to_content()
    keyboard.tab_to("New case")
    keyboard.enter()
    keyboard.skip_to_content()
    keyboard.tab_to("File the case", tag="button")
    keyboard.enter()
    assert page.evaluate("document.activeElement.innerText").startswith(
        "2 things to correct; nothing was sent yet"
    )
    one.look()
    # The summary has the focus; its links lead to the fields.
    keyboard.tab_to("Title:")
    page.keyboard.press("Enter")
    assert keyboard.stop()["id"] == "id_title"
    keyboard.type("Le sitemap est vide depuis mardi")
    keyboard.tab_to("Description")
    keyboard.type("Rien dans `sitemap.xml`, ni erreur ni adresse.")
    keyboard.tab_to("P3")
    page.keyboard.press("ArrowDown")
    assert keyboard.stop()["name"].startswith("P4")
    keyboard.tab_to("File the case", tag="button")
    keyboard.enter()
    case = Case.objects.latest("pk")
    assert (case.title, case.priority) == ("Le sitemap est vide depuis mardi", 4)
    assert one.path == f"/cases/{case.number}/"
    assert page.evaluate("document.activeElement.innerText").startswith("Your case was filed.")


def _answer(one: Visitor, keyboard: Keyboard) -> None:
    waiting = _case_in(Status.PENDING_RESPONSE)
    _go_from_home_to(one, keyboard, waiting)
    keyboard.tab_to("Write your answer")
    one.page.keyboard.press("Enter")
    keyboard.tab_to("Message", tag="textarea")
    keyboard.type("Nous avons tout vérifié : rien n'a changé chez nous.")
    keyboard.tab_to("Send answer")
    keyboard.enter()
    waiting.refresh_from_db()
    assert waiting.status == Status.IN_PROGRESS
    assert one.page.evaluate("document.activeElement.innerText").startswith("Your answer was sent.")


def _confirm(one: Visitor, keyboard: Keyboard) -> None:
    solved = _case_in(Status.RESOLUTION_PROVIDED)
    _go_from_home_to(one, keyboard, solved)
    keyboard.tab_to("Confirm the solution")
    keyboard.enter()
    solved.refresh_from_db()
    assert (solved.status, solved.resolution) == (Status.CLOSED, Resolution.CONFIRMED)
    one.look()


def _case_in(status: Status) -> Case:
    return Case.objects.filter(requestor__email=CUSTOMER, status=status).earliest("pk")


def _go_from_home_to(one: Visitor, keyboard: Keyboard, case: Case) -> None:
    keyboard.tab_to("Home")
    keyboard.enter()
    keyboard.skip_to_content()
    keyboard.tab_to(case.title)
    keyboard.enter()
    assert one.path == f"/cases/{case.number}/"
    keyboard.skip_to_content()


def _change_the_theme(one: Visitor, keyboard: Keyboard) -> None:
    keyboard.tab_to("Your menu")
    one.page.keyboard.press("Enter")
    keyboard.tab_to("Dark")
    one.audit()
    keyboard.enter()
    assert one.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    one.audit()


def _sign_out(one: Visitor, keyboard: Keyboard) -> None:
    keyboard.tab_to("Your menu")
    one.page.keyboard.press("Enter")
    keyboard.tab_to("Sign out")
    keyboard.enter()
    assert one.path == "/login/"
    assert one.page.get_by_role("status").inner_text() == "You are signed out."
    one.look()
