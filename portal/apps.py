"""The joint that holds the apps together: it brings the portal's own commands."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Carries `manage.py up`, `tick` and the other commands that concern all apps."""

    name = "portal"
    label = "portal"
