"""The states of an invitation, and how long it waits (SPEC 3.4)."""

from datetime import timedelta
from enum import StrEnum

# A link is valid for seven days; at the instant at which they are over it no longer is.
VALID_FOR = timedelta(days=7)


class InvitationState(StrEnum):
    """Whether an invitation waits, or what became of it."""

    OPEN = "open"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
