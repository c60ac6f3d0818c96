"""The accelerators app: it registers its notices, its part of the clock's work and its answers to others."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AcceleratorsConfig(AppConfig):
    """The catalogue, and requests from it."""

    name = "accelerators"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        """Fill in what lower apps ask for, once all models are there."""
        from accelerators import invariants, notices, sweep
        from accelerators.operations.people import OpenEngagements
        from entitlements.ports import use_open_work
        from portal.work import invariants as claims
        from portal.work import timed

        claims.register(*invariants.INVARIANTS)
        notices.register_kinds()
        timed.register(sweep.ADD_ONS)
        timed.register(sweep.UNITS)
        use_open_work(OpenEngagements())
        post_migrate.connect(_load_reference_rows, sender=self)


def _load_reference_rows(**_signal: Any) -> None:
    # The models exist only once the apps are ready, so this module cannot import them at its top.
    from accelerators.reference import load_reference_rows

    load_reference_rows()
