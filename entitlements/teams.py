"""Who looks after an account by name (SPEC 3.1): its designated success team. Pure data."""

from enum import StrEnum


class TeamRole(StrEnum):
    """A place in the designated team, in the order in which pages name them. The values are stored.

    The Technical Account Director comes with an add-on, and joins when there are add-ons.
    """

    TAM = "tam"
    CSM = "csm"
    SSM = "ssm"
