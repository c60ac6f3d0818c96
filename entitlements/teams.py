"""Who looks after an account by name (SPEC 3.1): its designated success team. Pure data."""

from enum import StrEnum


class TeamRole(StrEnum):
    """A place in the designated team, in the order in which pages name them. The values are stored."""

    TAM = "tam"
    CSM = "csm"
    SSM = "ssm"
    # Comes with the add-on of that name.
    TAD = "tad"


# Who decide about requests from the catalogue (SPEC 4.5).
DECIDERS = (TeamRole.TAM, TeamRole.CSM)
