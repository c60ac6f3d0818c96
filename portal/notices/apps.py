"""Notices: the inbox of people, the outbox of mail, and the sender between them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """Brings the kinds of notice that concern sign-in, and tells the clock's health about unsent mail."""

    name = "portal.notices"
    label = "notices"
    verbose_name = _("Notices and mail")
