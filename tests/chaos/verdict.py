"""One line of the table at the end: what must be so, what was found, and every departure from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Verdict:
    """What was looked at, how it must be, how it is; `faults` name each departure."""

    what: str
    expected: str
    found: str
    faults: Sequence[str] = field(default_factory=tuple)

    @property
    def is_right(self) -> bool:
        return not self.faults
