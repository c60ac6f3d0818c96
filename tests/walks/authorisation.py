"""`docs/authorisation.md`: the matrix as people read it. `make matrix` measures every cell and writes it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from django.conf import settings

from tests.walks.actions import DECLARED
from tests.walks.matrix import Cell
from tests.walks.policy import SECTIONS
from tests.walks.policy.entries import OTHER, Answer, Entry
from tests.walks.roles import OBJECTS, WHO, Role, Whose
from tests.walks.routes import Route, every_route

PAGE = Path("docs") / "authorisation.md"

_HEAD = """# Who may do what: the authorisation matrix

Written by `make matrix` from the addresses that the resolver knows, the admin's registry, and what came back
when every address was asked by everybody, by every method, for every kind of object. The policy that it was
compared with is the table in `tests/walks/policy/`; a new address, a new admin page or a new bulk action that
is not listed there fails the tests, and so does this page when it is stale. Do not edit it.

| Answer | What it means |
|---|---|
| 200 | shown |
| go | done, or led to another page |
| in | led to the sign-in page |
| 400 | a form that names what the person cannot choose |
| 403 | seen, but not allowed |
| 404 | not there, or not to be seen: the two answers are the same, byte by byte |
| 405 | not by this method |
| 503 | what a health address says while the clock stands still, as it does during the walk |

{others} get 405 at every address, from everybody, before anything else is looked at. POST sends the form
filled in as it should be, so that a refusal is about the person; without the form's protection it is 403.
"""


def page(answers: Mapping[Cell, Answer]) -> str:
    """The whole page; `answers` are the cells as measured, or as declared."""
    routes = {route.path: route for route in every_route()}
    parts = [
        _HEAD.format(others=", ".join(OTHER)),
        _list("Who asks", WHO),
        _list("Whose", OBJECTS),
        *[_section(name, entries, answers, routes=routes) for name, entries in SECTIONS.items()],
        _actions(),
    ]
    return "\n".join(parts)


def _list(heading: str, words: Mapping[Role, str] | Mapping[Whose, str]) -> str:
    rows = "".join(f"| {name} | {text} |\n" for name, text in words.items())
    return f"## {heading}\n\n| | |\n|---|---|\n{rows}"


def _section(
    name: str, entries: Iterable[Entry], answers: Mapping[Cell, Answer], *, routes: Mapping[str, Route]
) -> str:
    """Addresses that answer alike stand over one table."""
    alike: dict[str, list[str]] = {}
    for entry in entries:
        label = f"`{entry.title}`"
        if route := routes[entry.path].name:
            label += f" ({route})"
        alike.setdefault(_table(entry, answers), []).append(label)
    tables = [f"{', '.join(labels)}\n\n{table}" for table, labels in alike.items()]
    return f"## {name}\n\n" + "\n".join(tables)


def _table(entry: Entry, answers: Mapping[Cell, Answer]) -> str:
    """One row for all methods and objects that answer everybody alike."""
    by_method: dict[str, dict[Whose, tuple[Answer, ...]]] = {}
    for whose, method in entry.cells:
        answered = tuple(answers[Cell(entry.title, whose, method, role)] for role in Role)
        if method not in OTHER or set(answered) != {405}:
            by_method.setdefault(method, {})[whose] = answered
    rows: dict[tuple[tuple[Whose, tuple[Answer, ...]], ...], list[str]] = {}
    for method, answered_by in by_method.items():
        rows.setdefault(tuple(answered_by.items()), []).append(method)
    head = f"| | whose | {' | '.join(Role)} |\n|---|---|{'---|' * len(Role)}\n"
    return head + "".join(_rows(" ".join(methods), by_object) for by_object, methods in rows.items())


def _rows(methods: str, by_object: Iterable[tuple[Whose, tuple[Answer, ...]]]) -> str:
    alike: dict[tuple[Answer, ...], list[Whose]] = {}
    for whose, answered in by_object:
        alike.setdefault(answered, []).append(whose)
    return "".join(
        f"| {methods} | {', '.join(objects)} | {' | '.join(map(str, answered))} |\n"
        for answered, objects in alike.items()
    )


def _actions() -> str:
    rows = "".join(
        f"| {model} | {name} | {', '.join(role for role in Role if role in action.may) or 'nobody'} |\n"
        for (model, name), action in sorted(DECLARED.items())
    )
    return f"## Bulk actions in the admin\n\n| Model | Action | Done for |\n|---|---|---|\n{rows}"


def path() -> Path:
    """Where the page lies."""
    return Path(settings.BASE_DIR) / PAGE
