"""How allauth behaves here: nobody signs up, and its mail goes through the outbox like all other."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from portal.accounts.addresses import owes_proof
from portal.accounts.models import User
from portal.accounts.sessions import store_of
from portal.clock import business_now, machine_now
from portal.front.throttles import count_guess, count_reset
from portal.notices.account_mail import (
    FactorChange,
    announce_factor_change,
    announce_password_changed,
    announce_password_reset,
)

_PASSWORD_CHANGES = {
    "account/email/password_changed",
    "account/email/password_reset",
    "account/email/password_set",
}
_FACTOR_CHANGES = {
    "mfa/email/totp_activated": FactorChange.APP_ADDED,
    "mfa/email/totp_deactivated": FactorChange.APP_REMOVED,
    "mfa/email/webauthn_added": FactorChange.PASSKEY_ADDED,
    "mfa/email/webauthn_removed": FactorChange.PASSKEY_REMOVED,
    "mfa/email/recovery_codes_generated": FactorChange.CODES_MADE,
}


class UnknownMail(LookupError):  # noqa: N818 -- errors say what happened (STYLE 4)
    """allauth wants to send a mail that the portal has no kind of notice for."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """The portal's answers to allauth."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- allauth's signature
        """Refuse: people are made by staff and administrators."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Count the try where no cache's loss forgets it; answer 429 to one wrong try too many (SPEC 6)."""
        counted = count_guess(request, "password", str(credentials.get("email", "")).lower())
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            counted.take_back()
        return user

    def pre_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse | None:
        """Let nobody in whose address is not proven: a link goes there, and a new password proves it."""
        refused: HttpResponse | None = super().pre_login(request, user, **facts)
        if refused is not None or not owes_proof(user):
            return refused
        count_reset(request, user.email)
        clear_login(request)
        announce_password_reset(user.email, now=business_now())
        words = _("Your address has to be proven first. Choose a new password by the link in the mail.")
        messages.info(request, words)
        return redirect("account_reset_password_done")

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, and note from where, for the list of the person's sessions."""
        super().login(request, user)
        store_of(request).note_sign_in(
            address=self.get_client_ip(request),
            agent=request.headers.get("User-Agent", ""),
            now=machine_now(),
        )

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count nothing more: `authenticate` has counted the try."""

    def is_safe_url(self, url: str) -> bool:
        """Refuse an address that cannot even be read, like any other that leads out."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def set_password(self, user: User, password: str) -> None:
        """Change a password and tell its person, always, in one transaction."""
        with transaction.atomic():
            super().set_password(user, password)
            announce_password_changed(user, now=business_now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:  # noqa: ARG002 -- as above
        """Raise UnknownMail: a new password is announced by its form, and allauth sends nothing else."""
        raise UnknownMail(template_prefix)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,  # noqa: ARG002 -- as above
        email: str | None = None,  # noqa: ARG002 -- as above
    ) -> None:
        """Tell of a changed second factor; who changes a password is told by `set_password`.

        Raises UnknownMail for what no setting of the portal makes allauth send.
        """
        if change := _FACTOR_CHANGES.get(template_prefix):
            announce_factor_change(user, change, now=business_now())
        elif template_prefix not in _PASSWORD_CHANGES:
            raise UnknownMail(template_prefix)
