"""Verbs about entitlements: lock, check, change, record, in one transaction each.

Every verb takes the account's row first and then the license's, so that no two wait for each other.
"""

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
    Imported,
    add_day_off,
    add_region_hours,
    confirm_day_off,
    import_holidays,
    strike_day_off,
)
from entitlements.operations.licenses import add_license, add_term
from entitlements.operations.response_targets import add_response_target
from entitlements.operations.seats import add_named_contact, remove_named_contact

__all__ = [
    "Imported",
    "add_day_off",
    "add_license",
    "add_named_contact",
    "add_person",
    "add_region_hours",
    "add_response_target",
    "add_term",
    "appoint_administrator",
    "change_account",
    "change_person",
    "confirm_day_off",
    "import_holidays",
    "open_account",
    "remove_named_contact",
    "set_contact_permissions",
    "set_sign_in",
    "strike_day_off",
]
