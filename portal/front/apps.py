"""What joins the apps for a person: home, inbox, profile, sign-in, errors and health."""

from django.apps import AppConfig


class FrontConfig(AppConfig):
    """Has no tables."""

    name = "portal.front"
    label = "front"

    def ready(self) -> None:
        """Sweep up sessions that are over once an hour."""
        # The models exist only once the apps are ready, so this module cannot import them at its top.
        from portal.accounts import sessions
        from portal.work import timed

        timed.tidy_hourly("sessions", sessions.forget_old)
