"""Notices: the inbox of people, the outbox of mail, and the sender between them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """Brings the kinds of notice that concern sign-in, and tells the clock's health about unsent mail."""

    name = "portal.notices"
    label = "notices"
    verbose_name = _("Notices and mail")

    def ready(self) -> None:
        """Register the kinds, what the clock's health asks about mail, and what is swept up."""
        # The models exist only once the apps are ready, so this module cannot import them at its top.
        from portal.accounts.ports import use_address_news
        from portal.notices import account_mail, invariants, queries
        from portal.work import invariants as claims
        from portal.work import ports, timed

        account_mail.register_kinds()
        use_address_news(account_mail.AddressMail())
        timed.tidy_hourly("resets", account_mail.forget_strangers)
        claims.register(*invariants.INVARIANTS)
        ports.unsent_mail_since = queries.unsent_since
        ports.undelivered_page_since = queries.undelivered_page_since
