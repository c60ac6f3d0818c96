"""Products, licenses with dated terms, seats and their history. Rows for people: `visible_to(user)`."""

from entitlements.models.history import EntitlementEvent
from entitlements.models.licenses import License, Product, Term
from entitlements.models.seats import Person, Seat

__all__ = ["EntitlementEvent", "License", "Person", "Product", "Seat", "Term"]
