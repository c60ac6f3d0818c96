"""Products, licenses with their terms, seats, invitations, history. Rows for people: `visible_to(user)`."""

from entitlements.models.access import AccessGrant
from entitlements.models.add_ons import AddOnGrant
from entitlements.models.calendars import DayOff, FrozenCalendar, RegionHours
from entitlements.models.history import EntitlementEvent
from entitlements.models.invitations import Invitation
from entitlements.models.licenses import License, Product, Term
from entitlements.models.response_targets import ResponseTarget
from entitlements.models.seats import Person, Seat
from entitlements.models.teams import TeamMember

__all__ = [
    "AccessGrant",
    "AddOnGrant",
    "DayOff",
    "EntitlementEvent",
    "FrozenCalendar",
    "Invitation",
    "License",
    "Person",
    "Product",
    "RegionHours",
    "ResponseTarget",
    "Seat",
    "TeamMember",
    "Term",
]
