"""Walks every declared address as everybody by every method, and keeps what came back."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db import transaction
from django.test import Client

from tests.factories.browsers import saved_after_a_look
from tests.walks.policy import ENTRIES
from tests.walks.policy.entries import GO, IN, LOOKED, OTHER, SAFE, Answer, Entry
from tests.walks.roles import CUSTOMERS, Role, Whose
from tests.walks.routes import fill
from tests.walks.world import World

_SIGN_IN_PAGES = ("/login/?", "/admin/login/?")
# A visit may note itself in these, and change nothing else: sessions, throttles of the sign-in.
_NOTED = {"accounts.SignIn"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One question to the portal."""

    title: str
    whose: Whose
    method: str
    role: Role


@dataclass(slots=True)
class Observed:
    """All answers, with their headers, and the roles that changed something where they should not."""

    answers: dict[Cell, Answer] = field(default_factory=dict)
    headers: dict[Cell, dict[str, str]] = field(default_factory=dict)
    changed_by_reading: dict[Role, list[str]] = field(default_factory=dict)
    changed_by_refused: dict[Role, list[str]] = field(default_factory=dict)


Question = tuple[Entry, Whose, str]


# What everybody is to ask.
QUESTIONS: list[Question] = [(entry, whose, method) for entry in ENTRIES for whose, method in entry.cells]


@cache
def declared() -> dict[Cell, Answer]:
    """Every cell of the policy with its answer."""
    return {
        Cell(entry.title, whose, method, role): answer
        for entry in ENTRIES
        for (whose, method), row in entry.cells.items()
        for role, answer in row.items()
    }


def observe(world: World, *, in_full: bool = False) -> Observed:
    """Everything as everybody: first what only reads, then the rest; what succeeds is taken back each time.

    Without `in_full` those are spared whose answer somebody else gets in their stead: see `is_spared`.
    """
    observed = Observed()
    for role in Role:
        asked = [cell for cell in QUESTIONS if in_full or not is_spared(*cell, role)]
        with undone(), unchanged(observed.changed_by_reading, role):
            _walk(world, role, [cell for cell in asked if cell[2] in SAFE], observed)
        with undone(), unchanged(observed.changed_by_refused, role):
            _walk(world, role, [cell for cell in asked if cell[2] not in SAFE], observed)
    return observed


def is_spared(entry: Entry, whose: Whose, method: str, role: Role) -> bool:
    """Whether the suite leaves a cell to `make matrix`, because the last of those with its answer is asked.

    Everybody who is to be refused by GET or POST is asked; in the admin one customer for each answer.
    """
    row = entry.cells[whose, method]
    alike = [other for other in Role if row[other] == row[role]]
    if method in OTHER or method == "HEAD" or (method == "GET" and row[role] in (GO, 200)):
        return role is not alike[-1]
    if entry.path.startswith("/admin/") and role in CUSTOMERS:
        return role is not [other for other in alike if other in CUSTOMERS][-1]
    return False


def _walk(world: World, role: Role, asked: list[Question], observed: Observed) -> None:
    client = world.clients[role]
    cookies = client.cookies.output(header="", sep=";")
    for entry, whose, method in asked:
        cell = Cell(entry.title, whose, method, role)
        client.cookies = SimpleCookie(cookies)
        with transaction.atomic() if method == "POST" else nullcontext():
            response = ask(client, entry, world, whose=whose, method=method)
            answer = observed.answers[cell] = answer_of(response)
            if method == "POST" and answer in (GO, 200):
                transaction.set_rollback(True)
        observed.headers[cell] = dict(response.headers)
    client.cookies = SimpleCookie(cookies)


def browser_with(cookies: str, **options: Any) -> Client:
    """A browser with these cookies."""
    client = Client(raise_request_exception=False, **options)
    client.cookies = SimpleCookie(cookies)
    return client


def ask(client: Client, entry: Entry, world: World, *, whose: Whose, method: str) -> Any:
    """One request to an address, filled in, with the form where the method sends one."""
    path = fill(entry.path, {**entry.given, **entry.values(world, whose)})
    query = urlencode(entry.query(world, whose))
    address = f"{path}?{query}" if query else path
    if method == "POST":
        body = dict(entry.body(world, whose))
        if body.get("is_sure") == LOOKED:
            del body["is_sure"]
            return saved_after_a_look(client, address, body)
        return client.post(address, body)
    return client.generic(method, address)


def answer_of(response: Any) -> Answer:
    """The answer in the policy's words."""
    if response.streaming:
        response.getvalue()
    if response.status_code in (301, 302):
        return IN if response.headers["Location"].startswith(_SIGN_IN_PAGES) else GO
    return response.status_code


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves nothing."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def unchanged(found: dict[Role, list[str]], role: Role) -> Iterator[None]:
    """Notes the tables whose rows are others afterwards."""
    before = every_row()
    yield
    after = every_row()
    if changed := sorted(label for label in before if before[label] != after[label]):
        found[role] = changed


def every_row() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that a model has, sessions excepted."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy and model._meta.label not in _NOTED
    }
