"""How allauth behaves here: nobody signs up, and its mail goes through the outbox like all other."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from portal.accounts.models import User
from portal.clock import business_now
from portal.notices.account_mail import announce_password_changed, announce_password_reset

_PASSWORD_CHANGES = {
    "account/email/password_changed",
    "account/email/password_reset",
    "account/email/password_set",
}


class UnknownMail(LookupError):  # noqa: N818 -- errors say what happened (STYLE 4)
    """allauth wants to send a mail that the portal has no kind of notice for."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """The portal's answers to allauth."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- allauth's signature
        """Refuse: people are made by staff and administrators."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Answer 429 to one wrong try too many, instead of showing the form anew (SPEC 6)."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            raise ImmediateHttpResponse(respond_429(request)) from error

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
        """Write a notice instead of a mail; its link is made when it is sent.

        Raises UnknownMail for what no setting of the portal makes allauth send.
        """
        if template_prefix != "account/email/password_reset_key":
            raise UnknownMail(template_prefix)
        announce_password_reset(context["user"], now=business_now())

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,  # noqa: ARG002 -- as above
        context: dict[str, Any] | None = None,  # noqa: ARG002 -- as above
        email: str | None = None,  # noqa: ARG002 -- as above
    ) -> None:
        """Say nothing more: who changes a password is told by `set_password`.

        Raises UnknownMail for what no setting of the portal makes allauth send.
        """
        if template_prefix not in _PASSWORD_CHANGES:
            raise UnknownMail(template_prefix)
