"""History: nothing that happened is changed afterwards."""

from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Keeps the triggers of every history table in place."""

    name = "portal.audit"
    label = "audit"
    verbose_name = _("History")

    def ready(self) -> None:
        """Re-create the triggers whenever tables may have been made or rebuilt."""
        post_migrate.connect(_protect_history, sender=self)


def _protect_history(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    # The models exist only once the apps are ready, so this module cannot import them at its top.
    from portal.audit.append_only import create_triggers

    create_triggers(using=using)
