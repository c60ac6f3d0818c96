"""Every label and sentence about the catalogue. Rules return codes with values; here they become words."""

from accelerators.wording.catalogue import (
    AGREED,
    CATEGORIES,
    CATEGORY_NAMES,
    CELL_NAMES,
    CELLS,
    FIELD_NAMES,
    KIND_NAMES,
    KIND_TITLES,
    KINDS,
    OPENED_BY_BUNDLE,
    add_on_names,
    product_names,
    said,
)
from accelerators.wording.history import EVENT_NAMES, hand_over_text
from accelerators.wording.refusals import reason_text, refusal_text, ways_text
from accelerators.wording.requests import (
    ACTION_NAMES,
    STATE_NAMES,
    STATUS_MEANINGS,
    STATUS_NAMES,
    STATUSES,
    UNIT_KINDS,
    units_text,
)

__all__ = [
    "ACTION_NAMES",
    "AGREED",
    "CATEGORIES",
    "CATEGORY_NAMES",
    "CELLS",
    "CELL_NAMES",
    "EVENT_NAMES",
    "FIELD_NAMES",
    "KINDS",
    "KIND_NAMES",
    "KIND_TITLES",
    "OPENED_BY_BUNDLE",
    "STATE_NAMES",
    "STATUSES",
    "STATUS_MEANINGS",
    "STATUS_NAMES",
    "UNIT_KINDS",
    "add_on_names",
    "hand_over_text",
    "product_names",
    "reason_text",
    "refusal_text",
    "said",
    "units_text",
    "ways_text",
]
