"""The life of a request from the catalogue as data: who may do what, from which status (SPEC 4.5). Pure.

`TRANSITIONS` is the rule; `refusal()` reads it and is the only answer to "may this be done now?". Statuses of
sessions are named here and not reachable yet: scheduling brings its rows with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """Where a request stands. The values are stored."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in-progress"
    DELIVERED = "delivered"
    DECLINED = "declined"
    CANCELLED = "cancelled"


ENDED = frozenset({Status.DELIVERED, Status.DECLINED, Status.CANCELLED})
OPEN = frozenset(Status) - ENDED
# Accepted, and not over yet.
UNDER_WAY = frozenset({Status.ACCEPTED, Status.SCHEDULED, Status.IN_PROGRESS})


class Role(StrEnum):
    """What a person is to one request. One person can have several roles."""

    READER = "reader"
    # A named contact of the product with *may request from the catalogue*.
    CONTACT = "contact"
    REQUESTER = "requester"
    ADMINISTRATOR = "administrator"
    # Who decides for the account: its TAM or CSM, without a designated team any success manager.
    DECIDER = "decider"


class Action(StrEnum):
    """Everything that can be done with a request. The values name addresses and history."""

    REQUEST = "request"
    ACCEPT = "accept"
    DECLINE = "decline"
    CANCEL = "cancel"
    HAND_TO_COLLEAGUE = "hand-to-colleague"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: a code with the values that its sentence needs; `is_about_role` where the person never may."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    is_about_role: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: any of `roles` may take `action` from any of `sources`; None keeps the status."""

    action: Action
    roles: frozenset[Role]
    sources: frozenset[Status]
    target: Status | None


def _row(action: Action, roles: set[Role], sources: set[Status], target: Status | None) -> Transition:
    return Transition(action, frozenset(roles), frozenset(sources), target)


_CUSTOMER = {Role.CONTACT, Role.REQUESTER, Role.ADMINISTRATOR}
# SPEC 4.5: customers cancel until it is in progress, staff until it is delivered.
_BEFORE_PROGRESS = {Status.REQUESTED, Status.ACCEPTED, Status.SCHEDULED}

# Requesting has no source: `accelerators.permissions.request_refusal` answers for it.
TRANSITIONS: tuple[Transition, ...] = (
    _row(Action.REQUEST, {Role.CONTACT}, set(), Status.REQUESTED),
    _row(Action.ACCEPT, {Role.DECIDER}, {Status.REQUESTED}, Status.ACCEPTED),
    _row(Action.DECLINE, {Role.DECIDER}, {Status.REQUESTED}, Status.DECLINED),
    _row(Action.CANCEL, _CUSTOMER, _BEFORE_PROGRESS, Status.CANCELLED),
    _row(Action.CANCEL, {Role.DECIDER}, set(OPEN), Status.CANCELLED),
    _row(
        Action.HAND_TO_COLLEAGUE,
        {Role.REQUESTER, Role.ADMINISTRATOR, Role.DECIDER},
        set(OPEN),
        None,
    ),
)


def refusal(action: Action, status: Status, *, roles: frozenset[Role]) -> Refusal | None:
    """Tell why `action` is refused to somebody with `roles`, or None if it is allowed."""
    rows = [row for row in TRANSITIONS if row.action is action and row.roles & roles]
    if not rows:
        return Refusal("wrong_role", {"action": action}, is_about_role=True)
    if any(status in row.sources for row in rows):
        return None
    allowed = frozenset().union(*(row.sources for row in rows))
    return Refusal("wrong_status", {"action": action, "status": status, "allowed": allowed})


def status_after(action: Action, status: Status) -> Status:
    """Give the status that `action` leads to, where the table allows it."""
    target = next(row.target for row in TRANSITIONS if row.action is action)
    return status if target is None else target
