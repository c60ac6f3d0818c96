"""What customers see of their entitlements. A view makes one call and translates its result (STYLE 15)."""

from entitlements.views.accepting import accept
from entitlements.views.asking import ask
from entitlements.views.comparison import plans
from entitlements.views.contacts import contacts, permissions
from entitlements.views.granting import access, revoke_access
from entitlements.views.history import history
from entitlements.views.inviting import invite, revoke, send_again
from entitlements.views.lists import export, invite_list
from entitlements.views.overview import what_we_have
from entitlements.views.people import hand_over, remove, replace

__all__ = [
    "accept",
    "access",
    "ask",
    "contacts",
    "export",
    "hand_over",
    "history",
    "invite",
    "invite_list",
    "permissions",
    "plans",
    "remove",
    "replace",
    "revoke",
    "revoke_access",
    "send_again",
    "what_we_have",
]
