"""Every address as everybody, by every method, for every kind of object: the whole authorisation matrix.

The policy is declared in `tests/walks/policy/`. The resolver, the admin's registry, what a walk measures and
the page in the documentation are held to it, so that a new page is covered on the day it is added.
"""

import os
from dataclasses import replace

import pytest
from django.contrib import admin
from django.contrib.contenttypes.admin import GenericInlineModelAdmin

from cases import lifecycle
from cases.action_pages import CUSTOMER_ACTIONS, PAGES, STAFF_ACTIONS
from cases.models import CaseQuerySet
from portal.notices.admin import NoticeAdmin
from tests.walks import authorisation
from tests.walks.actions import DECLARED, form_of, model_of, registered
from tests.walks.matrix import (
    QUESTIONS,
    Cell,
    Observed,
    answer_of,
    ask,
    declared,
    every_row,
    is_spared,
    observe,
    unchanged,
    undone,
)
from tests.walks.policy import ENTRIES
from tests.walks.policy.entries import GO, IN, OTHER
from tests.walks.roles import CUSTOMERS, OUTSIDE, Role, Whose
from tests.walks.routes import every_route
from tests.walks.world import World

# The walk is one long set-up: it may take its time on a machine that has others to serve.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.timeout(900),
    pytest.mark.once("who may do what is decided in Python; pages and operations are tried on each"),
]

# `make matrix` asks also what the suite takes from its neighbour, and writes the page.
WRITE = os.environ.get("WRITE_MATRIX") == "1"


@pytest.fixture(scope="module")
def observed(shared_world: World, quiet: None) -> Observed:
    return observe(shared_world, in_full=WRITE)


# --- Nothing is forgotten ---------------------------------------------------------------------------


def test_every_address_of_the_resolver_is_in_the_policy_and_no_other() -> None:
    assert sorted({entry.path for entry in ENTRIES}) == sorted({route.path for route in every_route()})


def test_every_action_on_a_case_is_in_the_policy() -> None:
    given: dict[str, set[str]] = {}
    for entry in ENTRIES:
        if "action" in entry.given:
            given.setdefault(entry.path, set()).add(entry.given["action"])
    asked = {action.value for action in CUSTOMER_ACTIONS if action in PAGES}
    of_staff = {action.value for action in STAFF_ACTIONS if action in PAGES}
    assert asked <= given["/cases/<key>/<action>/"]
    assert of_staff <= given["/admin/cases/case/<key>/act/<action>/"]


def test_every_bulk_action_of_the_admin_is_declared_and_asks_for_a_permission() -> None:
    assert set(registered()) == set(DECLARED)
    assert [action for action, permissions in registered().items() if not permissions] == []


def test_the_admin_edits_no_rows_in_lists_and_has_no_generic_inlines() -> None:
    editable = [model_of(each) for each in admin.site._registry.values() if each.list_editable]
    inlines = [
        inline
        for each in admin.site._registry.values()
        for inline in each.inlines
        if issubclass(inline, GenericInlineModelAdmin)
    ]
    assert (editable, inlines) == ([], [])


def test_an_address_that_nobody_listed_is_found(settings: object) -> None:
    settings.ROOT_URLCONF = "tests.walks.one_more_address"  # type: ignore[attr-defined]
    listed = {entry.path for entry in ENTRIES}
    assert [route.path for route in every_route() if route.path not in listed] == ["/cases/export/", "/raw"]


# --- Everybody gets what is declared ----------------------------------------------------------------


def test_everybody_gets_what_the_policy_says_and_nothing_else(observed: Observed) -> None:
    policy = declared()
    assert {cell: policy[cell] for cell in observed.answers} == observed.answers
    assert policy.keys() - observed.answers.keys() == (set() if WRITE else left_to_the_command())


def left_to_the_command() -> set[Cell]:
    """The cells that `make matrix` asks and the suite does not."""
    return {
        Cell(entry.title, whose, method, role)
        for entry, whose, method in QUESTIONS
        for role in Role
        if is_spared(entry, whose, method, role)
    }


def test_nobody_who_is_to_be_refused_is_spared_where_customers_go() -> None:
    policy = declared()
    spared = {
        cell
        for cell in left_to_the_command()
        if policy[cell] not in (200, GO)
        and cell.method in ("GET", "POST")
        and not cell.title.startswith("/admin/")
    }
    assert spared == set()


def test_reading_changes_nothing(observed: Observed) -> None:
    assert observed.changed_by_reading == {}


def test_what_is_refused_changes_nothing(observed: Observed) -> None:
    assert observed.changed_by_refused == {}


def test_nobody_but_staff_gets_into_the_admin() -> None:
    answers = {
        answer
        for cell, answer in declared().items()
        if cell.title.startswith("/admin/") and cell.role in OUTSIDE | CUSTOMERS
    }
    # The sign-in page's own address refuses whoever is signed in; signing out leads to the index and on.
    assert answers == {IN, GO, 403, 405}
    led_on = {cell.title for cell, answer in declared().items() if answer == GO and cell.role in OUTSIDE}
    assert {title for title in led_on if title.startswith("/admin/")} == {"/admin/logout/"}


def test_a_case_of_another_account_is_nowhere_to_be_seen() -> None:
    answers = {
        answer
        for cell, answer in declared().items()
        if cell.whose is Whose.OTHER_ACCOUNT and cell.role in CUSTOMERS - {Role.STRANGER}
        if cell.title.startswith("/cases/")
    }
    # 405: the method is refused before any case is looked for.
    assert answers == {404, 405}


def test_nothing_of_another_account_is_to_be_changed_by_its_neighbours_administrator() -> None:
    answers = {
        answer
        for cell, answer in declared().items()
        if cell.whose is Whose.OTHER_ACCOUNT and cell.role is Role.ADMINISTRATOR
    }
    assert answers == {404, 405}


def test_nobody_but_the_administrator_changes_contacts() -> None:
    done = {
        cell.role
        for cell, answer in declared().items()
        if cell.title.startswith("/entitlements/contacts/") and "/ask/" not in cell.title
        if cell.method == "POST" and answer == GO
    }
    assert done == {Role.ADMINISTRATOR}


def test_every_answer_carries_the_headers_that_protect_it(observed: Observed) -> None:
    lacking = {cell: missing_in(headers, cell) for cell, headers in observed.headers.items()}
    assert {cell: names for cell, names in lacking.items() if names} == {}


PAGE_POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}
DOWNLOAD_POLICY = {"sandbox", "default-src 'none'"}
# A mail stands in a frame on the outbox's own page, and can do nothing there.
MAIL_POLICY = {"sandbox", "default-src 'none'", "style-src 'unsafe-inline'", "frame-ancestors 'self'"}


def missing_in(headers: dict[str, str], cell: Cell) -> list[str]:
    """What an answer lacks of the headers that it should have."""
    policy = set(headers.get("Content-Security-Policy", "").split("; "))
    is_mail = cell.title == "/admin/notices/notice/<pk>/mail/" and policy == MAIL_POLICY
    is_download = cell.title == "/cases/<key>/files/<file_key>/" and policy == DOWNLOAD_POLICY
    # Whoever has just signed out is nobody, and other methods are refused before anybody is known.
    has_left = (cell.title, cell.method) == ("/logout/", "POST")
    is_private = cell.role not in OUTSIDE and cell.method not in OTHER and not has_left
    found = {
        "Content-Security-Policy": is_mail or is_download or policy == PAGE_POLICY,
        "X-Content-Type-Options": headers.get("X-Content-Type-Options") == "nosniff",
        "X-Frame-Options": headers.get("X-Frame-Options") == ("SAMEORIGIN" if is_mail else "DENY"),
        "Referrer-Policy": headers.get("Referrer-Policy") == "same-origin",
        "Cross-Origin-Opener-Policy": headers.get("Cross-Origin-Opener-Policy") == "same-origin",
        "Cache-Control": not is_private or "no-store" in headers.get("Cache-Control", ""),
    }
    return [name for name, is_there in found.items() if not is_there]


# --- Bulk actions -----------------------------------------------------------------------------------


def test_bulk_actions_are_done_for_those_who_may_and_refused_to_all_others(world: World, quiet: None) -> None:
    done = {action: set() for action in DECLARED}
    for role in Role:
        refused = [action for action, each in DECLARED.items() if role not in each.may]
        if has_changed(world, role, *refused):
            for action in refused:
                done[action] |= {role} if has_changed(world, role, action) else set()
        for action in DECLARED.keys() - refused:
            done[action] |= {role} if has_changed(world, role, action) else set()
    assert done == {action: set(each.may) for action, each in DECLARED.items()}


def has_changed(world: World, role: Role, *actions: tuple[str, str]) -> bool:
    """Whether anything is different after these actions have been sent."""
    with undone():
        before = every_row()
        for model, name in actions:
            world.clients[role].post(f"/admin/{model}/", form_of(DECLARED[model, name], name, world))
        return every_row() != before


def test_who_only_reads_is_refused_every_action_of_a_lead(world: World, quiet: None) -> None:
    for (model, name), action in DECLARED.items():
        if name != "delete_selected":
            sent = world.clients[Role.AGENT].post(f"/admin/{model}/", form_of(action, name, world))
            assert sent.status_code == 403, name


# --- The walk notices what is wrong -----------------------------------------------------------------


def answers_of(world: World, role: Role, *methods: str) -> dict[Cell, object]:
    """What one person gets at the customers' pages of cases."""
    found: dict[Cell, object] = {}
    for entry, whose, method in QUESTIONS:
        if entry.path.startswith("/cases/") and method in methods:
            with undone():
                response = ask(world.clients[role], entry, world, whose=whose, method=method)
            found[Cell(entry.title, whose, method, role)] = answer_of(response)
    return found


def surprises(found: dict[Cell, object]) -> list[Cell]:
    return [cell for cell, answer in found.items() if declared()[cell] != answer]


def test_a_door_left_open_is_noticed(world: World, quiet: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert surprises(answers_of(world, Role.COLLEAGUE, "GET")) == []
    monkeypatch.setattr(CaseQuerySet, "visible_to", lambda cases, user: cases)
    noticed = surprises(answers_of(world, Role.COLLEAGUE, "GET"))
    assert {cell.title for cell in noticed} >= {"/cases/<key>/", "/cases/<key>/files/<file_key>/"}


def test_a_reader_who_may_act_is_noticed(world: World, quiet: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert surprises(answers_of(world, Role.READER, "POST")) == []
    everyone = tuple(replace(row, roles=frozenset(lifecycle.Role)) for row in lifecycle.TRANSITIONS)
    monkeypatch.setattr(lifecycle, "TRANSITIONS", everyone)
    noticed = surprises(answers_of(world, Role.READER, "POST"))
    assert {cell.title for cell in noticed} >= {"/cases/<key>/reply/", "/cases/<key>/close/"}


def test_a_bulk_action_without_a_permission_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(NoticeAdmin.cancel_selected, "allowed_permissions")
    assert registered()["notices/notice", "cancel_selected"] == ()


def test_a_visit_that_leaves_something_is_noticed(world: World) -> None:
    found: dict[Role, list[str]] = {}
    with unchanged(found, Role.AGENT):
        world.waiting[Whose.OWN].watchers.clear()
        world.clients[Role.CONTACT].get("/")
    assert found == {}
    with unchanged(found, Role.AGENT):
        world.waiting[Whose.WATCHED].watchers.clear()
    assert found == {Role.AGENT: ["cases.Watcher"]}


def test_a_header_that_lacks_is_noticed(observed: Observed) -> None:
    cell = Cell("/cases/", Whose.THERE, "GET", Role.SUPERUSER)
    headers = observed.headers[cell]
    assert missing_in(headers, cell) == []
    for name in headers.keys() - {"Content-Type", "Content-Length", "Content-Language", "Vary", "Expires"}:
        assert missing_in({key: text for key, text in headers.items() if key != name}, cell) == [name]


# --- The page ---------------------------------------------------------------------------------------


def test_the_page_in_the_documentation_is_what_is_declared_and_measured(observed: Observed) -> None:
    if WRITE:
        assert observed.answers == declared()
        authorisation.path().write_text(authorisation.page(observed.answers), encoding="utf-8")
    assert authorisation.path().read_text(encoding="utf-8") == authorisation.page(declared()), (
        "run `make matrix`"
    )
