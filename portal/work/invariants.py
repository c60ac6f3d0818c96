"""What must be true of every database of the portal, whatever crashed: each app brings its claims.

`check()` asks them all. A test, `make chaos` and `manage.py check_invariants` ask the same ones.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

# A broken claim names its first offenders only: one fault may have touched every row.
SHOWN = 20

# What breaks a claim: about which row ("case:42"), and how.
Offence = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Invariant:
    """One claim about the database; `offences` yields the rows that break it, and reads only."""

    code: str
    claim: str
    offences: Callable[[], Iterable[Offence]]


@dataclass(frozen=True, slots=True)
class Violation:
    """A row that breaks a claim."""

    code: str
    about: str
    what: str

    def __str__(self) -> str:
        return f"{self.code} {self.about}: {self.what}"


_invariants: dict[str, Invariant] = {}


def register(*invariants: Invariant) -> None:
    """Take claims into every check; registering a code again replaces it."""
    _invariants.update({invariant.code: invariant for invariant in invariants})


def invariants() -> tuple[Invariant, ...]:
    """Every registered claim, in the order of registration."""
    return tuple(_invariants.values())


def violations_of(invariant: Invariant) -> Iterator[Violation]:
    """Find what breaks one claim: at most the first 20 rows."""
    for about, what in islice(invariant.offences(), SHOWN):
        yield Violation(invariant.code, about, what)


def check() -> list[Violation]:
    """Ask every claim; an empty list says that all hold."""
    return [violation for invariant in invariants() for violation in violations_of(invariant)]
