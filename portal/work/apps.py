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

        timed.register(
            timed.housekeeping("form_tokens", label=_("Spent form tokens"), clear=form_tokens.forget_old)
        )
        timed.register(timed.housekeeping("tries", label=_("Tries to sign in"), clear=tries.forget_old))
