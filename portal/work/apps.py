"""The machinery under every promise: tick, heartbeat, form tokens, instance mark."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    """Brings the clock's work and what keeps a form from being carried out twice."""

    name = "portal.work"
    label = "work"
    verbose_name = _("Clock")

    def ready(self) -> None:
        """Sweep up spent form tokens and old tries once an hour."""
        # The models exist only once the apps are ready, so this module cannot import them at its top.
        from portal.work import form_tokens, timed, tries

        timed.register(timed.HOUSEKEEPING)
        timed.tidy_hourly("form_tokens", form_tokens.forget_old)
        timed.tidy_hourly("tries", tries.forget_old)
