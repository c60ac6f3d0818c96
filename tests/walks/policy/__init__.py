"""Who may do what at which address: the declared policy, by section of the portal.

`docs/authorisation.md` is written from it, from the resolver and the admin's registry, and from what a walk
measures; tests hold all four together.
"""

from tests.walks.policy import admin, cases, catalogue, contacts, entitlements, pages
from tests.walks.policy.entries import Entry

SECTIONS: dict[str, tuple[Entry, ...]] = {
    "Home, inbox, profile, health": pages.FRONT,
    "Customers' cases": cases.CASES,
    "Customers' entitlements": entitlements.ENTITLEMENTS,
    "Named contacts": contacts.CONTACTS,
    "Catalogue and requests": catalogue.CATALOGUE,
    "Sign-in": pages.SIGN_IN,
    "Second factors": pages.SECURITY,
    "Admin: the site": admin.SITE,
    "Admin: cases": admin.CASES,
    "Admin: outbox": admin.NOTICES,
    "Admin: accounts, people, licenses, clock": admin.MODELS,
    "Admin: catalogue, requests, add-ons, units": admin.CATALOGUE,
    "Demo bar (embedded run only)": pages.DEMO,
}
ENTRIES: tuple[Entry, ...] = tuple(entry for entries in SECTIONS.values() for entry in entries)
