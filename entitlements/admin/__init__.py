"""Accounts, their people, licenses, terms, seats and history in Django admin.

Every form calls an operation; what an operation refuses comes back as the form's error (SPEC 5).
"""

from entitlements.admin import dated, pages, teams, term_pages

__all__ = ["dated", "pages", "teams", "term_pages"]
