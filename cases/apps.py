"""The cases app: it registers its notices, its part of the clock's work and its answers to entitlements."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Cases, their lifecycle and their clock."""

    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        """This will fill in what lower apps ask for, once all models are there."""
        from cases import invariants, notices, sweep
        from cases.operations.people import OpenCases
        from cases.operations.policies import load_reference_rows
        from cases.operations.work import StaffCases
        from entitlements.ports import use_open_work
        from portal.accounts.ports import use_staff_work
        from portal.work import invariants as claims
        from portal.work import timed

        claims.register(*invariants.INVARIANTS)
        notices.register_kinds()
        timed.register(sweep.FOLLOW_UP)
        timed.register(sweep.RESPONSE_TARGETS)
        use_open_work(OpenCases())
        use_staff_work(StaffCases())
        post_migrate.connect(
            lambda **_: load_reference_rows(), sender=self, weak=False, dispatch_uid="cases.reference_rows"
        )
