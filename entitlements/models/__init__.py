"""Products, licenses with dated terms, seats and their history. Rows for people: `visible_to(user)`."""

from entitlements.models.calendars import DayOff, RegionHours
from entitlements.models.history import EntitlementEvent
from entitlements.models.licenses import License, Product, Term
from entitlements.models.response_targets import ResponseTarget
from entitlements.models.seats import Person, Seat

__all__ = [
    "DayOff",
    "EntitlementEvent",
    "License",
    "Person",
    "Product",
    "RegionHours",
    "ResponseTarget",
    "Seat",
    "Term",
]
