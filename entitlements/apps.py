"""What customers are entitled to, and who of them may use it."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from portal.clock import machine_now


class EntitlementsConfig(AppConfig):
    """Brings the products, which every installation has."""

    name = "entitlements"
    verbose_name = _("Entitlements")

    def ready(self) -> None:
        """Register claims and kinds of notice, and load the reference rows whenever tables were made."""
        # The models exist only once the apps are ready, so this module cannot import them at its top.
        from entitlements import invariants, notices
        from portal.work import invariants as claims

        claims.register(*invariants.INVARIANTS)
        notices.register_kinds()
        post_migrate.connect(_load_reference_rows, sender=self)


def _load_reference_rows(**signal: Any) -> None:
    # The models exist only once the apps are ready, so this module cannot import them at its top.
    from entitlements.reference import bring_holidays, load_reference_rows

    load_reference_rows()
    # Emptying tables sends the signal too, without a plan; a task brings what is missing then.
    if "plan" in signal:
        bring_holidays(machine_now())
