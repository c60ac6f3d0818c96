"""The ledger of units: what each kind of entry does to what is left (SPEC 4.1). Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What happened to units. The values are stored."""

    GRANTED = "granted"
    USED = "used"
    RETURNED = "returned"
    LAPSED = "expired"


# What an entry adds to what is left.
SIGN: Mapping[Kind, int] = {Kind.GRANTED: 1, Kind.RETURNED: 1, Kind.USED: -1, Kind.LAPSED: -1}


def left(entries: Iterable[tuple[Kind, int]]) -> int:
    """Add up what is left of units."""
    return sum(SIGN[kind] * units for kind, units in entries)


def share(wanted: int, lots: Iterable[tuple[int, int]]) -> list[tuple[int, int]] | None:
    """Take units from lots in their order, pairs of key and units left; None where they do not suffice."""
    taken, missing = [], wanted
    for key, available in lots:
        part = min(missing, available)
        if part > 0:
            taken.append((key, part))
            missing -= part
    return taken if missing == 0 else None
