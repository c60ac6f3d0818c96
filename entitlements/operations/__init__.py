"""Verbs about entitlements: lock, check, change, record, in one transaction each.

Every verb takes the account's row first and then the license's, so that no two wait for each other.
"""

from entitlements.operations.access import grant_access, revoke_access
from entitlements.operations.accounts import (
    add_person,
    appoint_administrator,
    change_account,
    change_person,
    open_account,
    set_contact_permissions,
    set_sign_in,
)
from entitlements.operations.calendars import (
    add_day_off,
    add_region_hours,
    confirm_day_off,
    import_holidays,
    strike_day_off,
)
from entitlements.operations.invitations import (
    accept_invitation,
    accept_invitation_as,
    invite_contact,
    revoke_invitation,
    send_invitation_again,
)
from entitlements.operations.licenses import add_license, add_term, change_plan, end_term
from entitlements.operations.replacing import replace_contact
from entitlements.operations.response_targets import add_response_target
from entitlements.operations.seats import add_named_contact, ask_for_seat, remove_named_contact
from entitlements.operations.teams import appoint_to_team, leave_team

__all__ = [
    "accept_invitation",
    "accept_invitation_as",
    "add_day_off",
    "add_license",
    "add_named_contact",
    "add_person",
    "add_region_hours",
    "add_response_target",
    "add_term",
    "appoint_administrator",
    "appoint_to_team",
    "ask_for_seat",
    "change_account",
    "change_person",
    "change_plan",
    "confirm_day_off",
    "end_term",
    "grant_access",
    "import_holidays",
    "invite_contact",
    "leave_team",
    "open_account",
    "remove_named_contact",
    "replace_contact",
    "revoke_access",
    "revoke_invitation",
    "send_invitation_again",
    "set_contact_permissions",
    "set_sign_in",
    "strike_day_off",
]
