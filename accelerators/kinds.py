"""The kinds of things in the catalogue, and the categories of accelerators (SPEC 4). Pure data."""

from enum import StrEnum


class Kind(StrEnum):
    """A kind of thing in the catalogue, in the order of its pages. The values are stored."""

    ADD_ON = "add-on"
    ACCELERATOR = "accelerator"
    FIELD_SERVICE = "field-service"
    LEARNING = "learning"
    MAINTENANCE = "maintenance"
    # What a maintenance model promises in general: shown on the pages of the models, never asked for.
    SERVICE_LEVEL = "service-level"


# What stands in the catalogue as a thing of its own.
OFFERED = tuple(kind for kind in Kind if kind is not Kind.SERVICE_LEVEL)


class Category(StrEnum):
    """What a Success Accelerator makes ready. The values are stored."""

    TECHNICAL = "technical-readiness"
    ORGANIZATIONAL = "organizational-readiness"
    ADOPTION = "adoption-enablement"


class Cell(StrEnum):
    """What a success plan says of an add-on (SPEC 4.1). The values are stored."""

    INCLUDED = "included"
    AVAILABLE = "available"
    NOT_AVAILABLE = "not-available"


# The accelerator that runs through phases; while one is under way, field services for its product wait.
LAUNCH_ADVISORY = "launch-advisory"
