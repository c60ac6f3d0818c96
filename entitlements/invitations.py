"""The states of an invitation (SPEC 3.4)."""

from enum import StrEnum


class InvitationState(StrEnum):
    """Whether an invitation waits, or what became of it."""

    OPEN = "open"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
