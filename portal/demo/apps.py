"""The demo's app: present in the embedded run only."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal import clock


class DemoConfig(AppConfig):
    """Demo data and the movable clock."""

    name = "portal.demo"
    label = "demo"
    verbose_name = _("Demo")

    def ready(self) -> None:
        """Let business time run ahead by what the demo's row says."""
        # The model exists only once the apps are ready, so this module cannot import it at its top.
        from portal.demo.queries import current_offset

        clock.use_offset(current_offset)
