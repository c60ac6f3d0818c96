"""Files that people attach."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """Keeps uploads, and removes what no row speaks of."""

    name = "portal.files"
    label = "files"
    verbose_name = _("Files")

    def ready(self) -> None:
        """Sweep up uploads that became nothing, once an hour."""
        # The models exist only once the apps are ready, so this module cannot import them at its top.
        from portal.files import invariants, storing
        from portal.work import invariants as claims
        from portal.work import timed

        claims.register(*invariants.INVARIANTS)
        timed.tidy_hourly("uploads", storing.remove_orphans)
