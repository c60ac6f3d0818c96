"""Whom the matrix tells apart, and what each may be to a case."""

from enum import StrEnum


class Role(StrEnum):
    """A kind of visitor. Customers are of the account that the cases are of, the stranger excepted."""

    ANONYMOUS = "anonymous"
    DEACTIVATED = "deactivated"
    STRANGER = "stranger"
    REMOVED = "removed"
    COLLEAGUE = "colleague"
    CONTACT = "contact"
    READER = "reader"
    WATCHER = "watcher"
    OVERSEER = "overseer"
    REQUESTOR = "requestor"
    ADMINISTRATOR = "administrator"
    BARE_STAFF = "bare staff"
    ENTITLER = "entitlement manager"
    CATALOGUER = "catalogue manager"
    MANAGER = "success manager"
    AGENT = "agent"
    LEAD = "lead"
    SUPERUSER = "superuser"


WHO = {
    Role.ANONYMOUS: "nobody is signed in",
    Role.DEACTIVATED: "was signed in when the last seat was removed, and the sign-in with it",
    Role.STRANGER: "a named contact of another account, requestor of the case *of another account*",
    Role.REMOVED: "was signed in, and watched, when the last seat was removed; keeps the sign-in",
    Role.COLLEAGUE: "of the account, without a seat",
    Role.CONTACT: "a named contact of the product who has nothing to do with the case",
    Role.READER: "of the account, without a seat; watches the case *watched*",
    Role.WATCHER: "a named contact of the product; watches the case *watched*",
    Role.OVERSEER: "a named contact of the product with *sees the whole account's cases*",
    Role.REQUESTOR: "a named contact of the product, requestor of the case *own*; may request services",
    Role.ADMINISTRATOR: "the account's administrator, a named contact of the product",
    Role.BARE_STAFF: "of staff, without any role",
    Role.ENTITLER: "of staff, Entitlement manager",
    Role.CATALOGUER: "of staff, Catalogue manager",
    Role.MANAGER: "of staff, Success manager: the account's Technical Account Manager",
    Role.AGENT: "of staff, Agent",
    Role.LEAD: "of staff, Lead",
    Role.SUPERUSER: "of staff, superuser",
}

OUTSIDE = frozenset({Role.ANONYMOUS, Role.DEACTIVATED})
# Who works cases.
STAFF = frozenset({Role.AGENT, Role.LEAD, Role.SUPERUSER})
LEADS = frozenset({Role.LEAD, Role.SUPERUSER})
# Who has any role of staff.
WITH_ROLE = STAFF | {Role.ENTITLER, Role.CATALOGUER, Role.MANAGER}
ALL_STAFF = WITH_ROLE | {Role.BARE_STAFF}
CUSTOMERS = frozenset(Role) - OUTSIDE - ALL_STAFF


class Whose(StrEnum):
    """Which object an address names."""

    OWN = "own"
    WATCHED = "watched"
    OTHER_PRODUCT = "other product"
    OTHER_ACCOUNT = "other account"
    THERE = "there"
    MISSING = "missing"


OBJECTS = {
    Whose.OWN: "a case or request of the requestor, watched by nobody",
    Whose.WATCHED: "a case of another contact of the same product, watched by reader and watcher",
    Whose.OTHER_PRODUCT: "a case or request of the same account and another product",
    Whose.OTHER_ACCOUNT: "a case, request, person, invitation or license of another account",
    Whose.THERE: "a row that exists, where it makes no difference whose it is",
    Whose.MISSING: "no such row",
}
OF_A_CASE = (Whose.OWN, Whose.WATCHED, Whose.OTHER_PRODUCT, Whose.OTHER_ACCOUNT, Whose.MISSING)
OF_A_ROW = (Whose.THERE, Whose.MISSING)
