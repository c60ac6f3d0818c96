"""People, their companies, and the regions that serve them."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Brings the rows that every installation has: regions, countries, staff groups."""

    name = "portal.accounts"
    label = "accounts"
    verbose_name = _("Accounts and people")

    def ready(self) -> None:
        """Load the reference rows whenever tables were made or emptied."""
        post_migrate.connect(_load_reference_rows, sender=self)


def _load_reference_rows(**_signal: Any) -> None:
    # The models exist only once the apps are ready, so this module cannot import them at its top.
    from portal.accounts.reference import load_reference_rows

    load_reference_rows()
