"""What joins the apps for a person: home, inbox, profile, sign-in, errors and health."""

from django.apps import AppConfig


class FrontConfig(AppConfig):
    """Has no tables."""

    name = "portal.front"
    label = "front"
