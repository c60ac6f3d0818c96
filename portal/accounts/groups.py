"""Roles of staff, as Django groups (SPEC 5)."""

from enum import StrEnum
from typing import Any

_CACHE = "_staff_groups"


class StaffGroup(StrEnum):
    """A role of staff; its value is the name of the Django group."""

    AGENT = "Agent"
    LEAD = "Lead"
    ENTITLEMENT_MANAGER = "Entitlement manager"
    CATALOGUE_MANAGER = "Catalogue manager"
    SUCCESS_MANAGER = "Success manager"


# Who works cases, and so reads every conversation; the others see what they look after.
CASE_WORKERS = frozenset({StaffGroup.AGENT, StaffGroup.LEAD})


def staff_groups(user: Any) -> frozenset[StaffGroup]:
    """Tell the roles of staff that a person has; read once per user object.

    The superuser has all of them. Whoever is not active staff, anonymous included, has none.
    """
    if not (getattr(user, "is_active", False) and getattr(user, "is_staff", False)):
        return frozenset()
    if user.is_superuser:
        return frozenset(StaffGroup)
    cached: frozenset[StaffGroup] | None = getattr(user, _CACHE, None)
    if cached is None:
        names = user.groups.filter(name__in=[group.value for group in StaffGroup])
        cached = frozenset(StaffGroup(name) for name in names.values_list("name", flat=True))
        setattr(user, _CACHE, cached)
    return cached


def works_cases(user: Any) -> bool:
    """Tell whether a person works cases, as an agent or a lead."""
    return bool(CASE_WORKERS & staff_groups(user))


def forget_groups(user: Any) -> None:
    """Let the next question about a person's roles be asked of the database again."""
    if hasattr(user, _CACHE):
        delattr(user, _CACHE)
