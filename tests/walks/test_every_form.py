"""Bad input over every form, as the policy and the form's page know it: no fault, nothing half-written.

What each form answers beside its field is tried form by form, in the neighbours of this module.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from entitlements.forms.access import GrantForm
from tests.walks.matrix import ask, browser_with, every_row, undone
from tests.walks.policy import ENTRIES
from tests.walks.policy.entries import GO, Entry
from tests.walks.roles import Role, Whose
from tests.walks.routes import fill
from tests.walks.test_bad_input import FORM, HOSTILE, encoded
from tests.walks.world import World

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("quiet"),
    pytest.mark.once("what a form takes is decided in Python; its operations are tried on each"),
]

# Tries are counted whatever comes of them; signing in notes itself.
_COUNTED = {"work.FormToken", "work.Try", "work.CacheEntry"}
# The admin's forms are Django's own, and tried in `tests/cases/admin` and `tests/entitlements`.
_NOT_HERE = ("/admin/", "/demo/")


def senders(entry: Entry) -> Iterator[tuple[Whose, Role]]:
    """Who gets a form's work done, on which object; the most ordinary people first."""
    for (whose, method), row in entry.cells.items():
        if method == "POST":
            yield from ((whose, role) for role in Role if row[role] in (GO, 200))


FORMS = {
    entry.title: entry
    for entry in ENTRIES
    if not entry.path.startswith(_NOT_HERE) and next(senders(entry), None) is not None
}


class _Fields(HTMLParser):
    """The names of what the forms of a page send to an address."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address, self._is_inside = address, False
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a field of a form of the address."""
        said = dict(attrs)
        if tag == "form":
            target = (said.get("action") or self._address).partition("?")[0]
            self._is_inside = said.get("method") == "post" and target == self._address
        elif self._is_inside and tag in ("input", "select", "textarea", "button") and said.get("name"):
            self.names.add(str(said["name"]))

    def handle_endtag(self, tag: str) -> None:
        """Leave a form."""
        self._is_inside = self._is_inside and tag != "form"


def fields_of(client: Client, entry: Entry, world: World, whose: Whose) -> set[str]:
    """Everything that a form sends: what the policy fills in, and what else its page asks for."""
    names = set(entry.body(world, whose))
    if (whose, "GET") in entry.cells:
        page = ask(client, entry, world, whose=whose, method="GET")
        if page.status_code == 200 and not page.streaming:
            found = _Fields(fill(entry.path, {**entry.given, **entry.values(world, whose)}))
            found.feed(page.content.decode())
            names |= found.names
    return names - {"csrfmiddlewaretoken"}


def send(client: Client, entry: Entry, world: World, *, whose: Whose, forged: dict[str, str]) -> Any:
    """Send a form that is filled in as it should be, but for one field."""
    path = fill(entry.path, {**entry.given, **entry.values(world, whose)})
    said = {name: str(value) for name, value in entry.body(world, whose).items()} | forged
    query = {name: str(value) for name, value in entry.query(world, whose).items()}
    return client.post(path, encoded(said), content_type=FORM, query_params=query)


def rows() -> dict[str, list[dict[str, Any]]]:
    return {label: found for label, found in every_row().items() if label not in _COUNTED}


@pytest.mark.parametrize("title", FORMS)
def test_no_bad_input_at_any_form_is_a_fault_or_half_written(world: World, title: str) -> None:
    entry = FORMS[title]
    whose, role = next(senders(entry))
    client = world.clients[role]
    before = rows()
    for name in sorted(fields_of(client, entry, world, whose)):
        with undone():
            for kind, text in HOSTILE.items():
                status = tried(world, role, entry, whose=whose, forged={name: text})
                assert status in (200, 302, 400, 403, 404, 409, 413, 429), (name, kind)
            assert rows() == before, name


def tried(world: World, role: Role, entry: Entry, *, whose: Whose, forged: dict[str, str]) -> int:
    """The status of an answer; what succeeds, for the text was harmless, is taken back."""
    cookies = world.clients[role].cookies.output(header="", sep=";")
    with transaction.atomic():
        response = send(browser_with(cookies), entry, world, whose=whose, forged=forged)
        if response.status_code < 400:
            transaction.set_rollback(True)
    return int(response.status_code)


def test_a_fields_fault_would_be_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: a form that takes every text for a number."""
    monkeypatch.setattr(GrantForm, "clean_scope", lambda form: int(form.cleaned_data["scope"]), raising=False)
    with pytest.raises(AssertionError, match="500"):
        test_no_bad_input_at_any_form_is_a_fault_or_half_written(world, "/entitlements/access/")


def test_a_half_written_form_would_be_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: a form that writes before it refuses."""

    def clean(form: GrantForm) -> str:
        world.account.people.update(may_request=True)
        return str(form.cleaned_data["scope"])

    monkeypatch.setattr(GrantForm, "clean_scope", clean, raising=False)
    with pytest.raises(AssertionError):
        test_no_bad_input_at_any_form_is_a_fault_or_half_written(world, "/entitlements/access/")


def test_the_fields_are_read_from_the_pages(world: World) -> None:
    """What no policy names, such as a successor who need not be, is tried as well."""
    entry = FORMS["/entitlements/contacts/people/<pk>/remove/"]
    found = fields_of(world.clients[Role.ADMINISTRATOR], entry, world, Whose.THERE)
    assert {"successor", "keeps_sign_in", "seat", "form_token"} <= found


def test_the_forms_of_customers_that_were_once_forgotten_are_here() -> None:
    titles = " ".join(FORMS)
    for path in ("request-call", "cancel-call", "take-over", "/entitlements/access/", "/password/change/"):
        assert re.search(path, titles), path
