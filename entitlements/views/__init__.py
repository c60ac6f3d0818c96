"""The customer's pages about named contacts. A view makes one call and translates its result (STYLE 15)."""

from entitlements.views.accepting import accept
from entitlements.views.asking import ask
from entitlements.views.contacts import contacts, permissions
from entitlements.views.history import history
from entitlements.views.inviting import invite, revoke, send_again
from entitlements.views.people import hand_over, remove, replace

__all__ = [
    "accept",
    "ask",
    "contacts",
    "hand_over",
    "history",
    "invite",
    "permissions",
    "remove",
    "replace",
    "revoke",
    "send_again",
]
