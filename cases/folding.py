"""What history says of a case: each event carries the columns that it changed, and folding them gives the
case as it stands (DESIGN 5). Pure.

A change is `[before, after]`. Values are as JSON holds them: keys, numbers, texts, instants in ISO format in
UTC, sorted lists; an empty text or list counts as None, which is also what every column begins with.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

State = Mapping[str, object]
Changes = Mapping[str, Sequence[object]]


class BrokenHistory(Exception):  # noqa: N818 -- errors say what happened (STYLE 4)
    """An event changed a column from another value than the one that history had led to."""

    def __init__(self, column: str, *, led_to: object, began_with: object) -> None:
        super().__init__(f"{column}: history led to {led_to!r}, the next event began with {began_with!r}")


def recorded(value: object) -> object:
    """This will write a column's value as history holds it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(value) or None
    if isinstance(value, str):
        return str(value) or None
    return int(value) if isinstance(value, int) else value


def changes_between(before: State, after: State) -> dict[str, list[object]]:
    """This will list what differs between two states, each as `[before, after]`."""
    return {
        column: [before.get(column), value] for column, value in after.items() if before.get(column) != value
    }


def fold(history: Iterable[Changes]) -> dict[str, object]:
    """This will give the state that events lead to, oldest first; columns that are None are left out.

    Raises:
        BrokenHistory: an event between two of them is missing, or did not say what it changed.
    """
    state: dict[str, object] = {}
    for changes in history:
        for column, (before, after) in changes.items():
            if state.get(column) != before:
                raise BrokenHistory(column, led_to=state.get(column), began_with=before)
            state[column] = after
    return {column: value for column, value in state.items() if value is not None}
