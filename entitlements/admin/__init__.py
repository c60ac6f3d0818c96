"""Accounts, their people, licenses, terms, seats, invitations and history in Django admin.

Every form calls an operation; what an operation refuses comes back as the form's error (SPEC 5).
"""

from entitlements.admin import contacts, dated, pages, teams, term_pages

__all__ = ["contacts", "dated", "pages", "teams", "term_pages"]
