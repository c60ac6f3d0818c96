"""Names of what stands in the catalogue (SPEC 4)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from accelerators.kinds import Category, Cell, Kind
from entitlements.add_ons import AddOn
from entitlements.products import PRODUCTS
from entitlements.wording import ADD_ON_NAMES, Words

KIND_NAMES: Mapping[str, Words] = {
    Kind.ADD_ON: gettext_lazy("Add-on"),
    Kind.ACCELERATOR: gettext_lazy("Success Accelerator"),
    Kind.FIELD_SERVICE: gettext_lazy("Field service"),
    Kind.LEARNING: gettext_lazy("Digital learning"),
    Kind.MAINTENANCE: gettext_lazy("Maintenance model"),
    Kind.SERVICE_LEVEL: gettext_lazy("Service level"),
}
KINDS = [(kind.value, KIND_NAMES[kind]) for kind in Kind]
# Over the part of the page that lists them.
KIND_TITLES: Mapping[str, Words] = {
    Kind.ADD_ON: gettext_lazy("Add-ons"),
    Kind.ACCELERATOR: gettext_lazy("Success Accelerators"),
    Kind.FIELD_SERVICE: gettext_lazy("Field services"),
    Kind.LEARNING: gettext_lazy("Digital learning"),
    Kind.MAINTENANCE: gettext_lazy("Maintenance and support of Commerce"),
}
CATEGORY_NAMES: Mapping[str, Words] = {
    Category.TECHNICAL: gettext_lazy("Technical Readiness"),
    Category.ORGANIZATIONAL: gettext_lazy("Organizational Readiness"),
    Category.ADOPTION: gettext_lazy("Adoption & Enablement"),
}
CATEGORIES = [(category.value, CATEGORY_NAMES[category]) for category in Category]
CELL_NAMES: Mapping[str, Words] = {
    Cell.INCLUDED: gettext_lazy("Included"),
    Cell.AVAILABLE: gettext_lazy("Available"),
    Cell.NOT_AVAILABLE: gettext_lazy("Not available"),
}
CELLS = [(cell.value, CELL_NAMES[cell]) for cell in Cell]
# What the Expert plan says of the accelerators.
OPENED_BY_BUNDLE = gettext_lazy("With the Priority Queue Bundle")
# What is not published (SPEC 4.2).
AGREED = gettext_lazy("agreed with your success team")

# The columns of a row, as the load command and the staff's preview name them.
FIELD_NAMES: Mapping[str, Any] = {
    "kind": gettext_lazy("Kind"),
    "name": gettext_lazy("Name"),
    "summary": gettext_lazy("What it is"),
    "category": gettext_lazy("Category"),
    "duration": gettext_lazy("Duration"),
    "effort": gettext_lazy("Customer's effort"),
    "audience": gettext_lazy("For whom"),
    "products": gettext_lazy("Products"),
    "expert": gettext_lazy("Under Expert"),
    "ultimate": gettext_lazy("Under Ultimate"),
    "parts": gettext_lazy("Parts"),
    "position": gettext_lazy("Position"),
    "is_offered": gettext_lazy("Is offered"),
}

_PRODUCTS_BY_CODE = {row.code: row.name for row in PRODUCTS}


def said(text: str) -> str:
    """Say a row's text in the reader's language where it is known, else as staff wrote it."""
    return gettext(text) if text else ""


def add_on_names(add_ons: Iterable[AddOn]) -> str:
    """Name add-ons in the order in which they are listed."""
    wanted = frozenset(add_ons)
    return ", ".join(str(ADD_ON_NAMES[add_on]) for add_on in AddOn if add_on in wanted)


def product_names(products: Iterable[str]) -> list[str]:
    """Name the products and families that something is for; names are the same in every language."""
    return [_PRODUCTS_BY_CODE.get(code, code) for code in products]
