"""The words in which the policy is written: for each address rows of method, whose and who gets what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tests.walks.roles import OUTSIDE, Role, Whose
from tests.walks.world import Body, World

# "in" is a redirect to the sign-in page, "go" a redirect elsewhere, a number the status of the answer.
Answer = int | str
IN, GO = "in", "go"

# A tick that counts only for who has looked: the walk looks first, and sends the tick that it is given.
LOOKED = "looked"

SAFE = ("GET", "HEAD")
# Methods that no form of the portal sends.
OTHER = ("PUT", "PATCH", "DELETE", "OPTIONS")
METHODS = (*SAFE, "POST", *OTHER)

Answers = Mapping[Role, Answer]


def answers(said: Mapping[Answer, Iterable[Role]], *, otherwise: Answer) -> Answers:
    """Everybody's answer: who is not named gets `otherwise`."""
    named = {role: answer for answer, roles in said.items() for role in roles}
    assert len(named) == sum(len(list(roles)) for roles in said.values()), "somebody is named twice"
    return {role: named.get(role, otherwise) for role in Role}


def everybody(answer: Answer) -> Answers:
    """One answer for all."""
    return answers({}, otherwise=answer)


def signed_in(said: Mapping[Answer, Iterable[Role]] | None = None, *, otherwise: Answer) -> Answers:
    """Who is not signed in is asked to; everybody else as named."""
    return answers({IN: OUTSIDE, **(said or {})}, otherwise=otherwise)


@dataclass(frozen=True, slots=True)
class Row:
    """What everybody gets by some methods, for some objects."""

    methods: tuple[str, ...]
    answers: Answers
    whose: tuple[Whose, ...]


def get(who: Answers, *whose: Whose) -> Row:
    """Reading: GET, and HEAD just the same."""
    return Row(SAFE, who, whose)


def post(who: Answers, *whose: Whose) -> Row:
    """Sending a form that is filled in as it should be."""
    return Row(("POST",), who, whose)


def _nothing(_world: World, _whose: Whose) -> dict[str, object]:
    return {}


@dataclass(frozen=True)
class Entry:
    """One address: who gets what, and how the walk fills it in.

    `given` are arguments with one value, such as an action; `values` those that depend on the object.
    """

    path: str
    rows: tuple[Row, ...]
    given: Mapping[str, str] = field(default_factory=dict)
    values: Body = _nothing
    query: Body = _nothing
    body: Body = _nothing
    asks: str = ""

    @cached_property
    def title(self) -> str:
        """The address as people read it."""
        path = self.path
        for name, value in self.given.items():
            path = path.replace(f"<{name}>", value)
        return path + self.asks

    @cached_property
    def cells(self) -> dict[tuple[Whose, str], Answers]:
        """Everybody's answer by object and method; what no row names is refused with 405."""
        objects = dict.fromkeys(whose for row in self.rows for whose in row.whose or (Whose.THERE,))
        found: dict[tuple[Whose, str], Answers] = {
            (whose, method): everybody(405) for whose in objects for method in OTHER
        }
        for row in self.rows:
            for whose in row.whose or (Whose.THERE,):
                for method in row.methods:
                    assert (whose, method) not in found, f"{self.title}: {method} {whose} is said twice"
                    found[whose, method] = row.answers
        return found
