"""The two success plans (SPEC 3.1). Pure."""

from collections.abc import Mapping
from enum import StrEnum


class Plan(StrEnum):
    """A success plan: Expert comes with every license, Ultimate is bought."""

    EXPERT = "expert"
    ULTIMATE = "ultimate"


# SPEC 3.1: named contacts per product.
_CAPACITY: Mapping[Plan, int] = {Plan.EXPERT: 4, Plan.ULTIMATE: 15}


def capacity(plan: Plan) -> int:
    """Tell how many named contacts a license may have under a plan."""
    return _CAPACITY[plan]


class Topic(StrEnum):
    """What the plans are compared by, in the order of the published table; the words are wording."""

    SUMMARY = "summary"
    TEAM = "team"
    PROACTIVE = "proactive"
    COVERAGE = "coverage"
    OUTAGES = "outages"
    ESCALATIONS = "escalations"
    ACCELERATORS = "accelerators"
    CHANNELS = "channels"
    CONTACTS = "contacts"
