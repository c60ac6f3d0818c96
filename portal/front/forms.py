"""The profile's form, and those of the password that count what is tried."""

from allauth.account.fields import EmailField
from allauth.account.forms import ChangePasswordForm, ResetPasswordForm, ResetPasswordKeyForm
from allauth.core import context
from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.accounts.addresses import prove_address
from portal.accounts.form_fields import LANGUAGE_HELP
from portal.accounts.languages import interface_languages
from portal.accounts.models import EMAIL_LENGTH, NAME_LENGTH, User
from portal.accounts.zones import zone_names
from portal.clock import business_now, machine_now
from portal.front.throttles import count_reset, counted_guess
from portal.notices.account_mail import announce_password_reset


class ProfileForm(forms.Form):
    """Name, zone and language; staff also choose whether notices come by mail."""

    name = forms.CharField(
        label=_("Name"), max_length=NAME_LENGTH, error_messages={"required": _("Write your name.")}
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, help_text=_("Every instant in pages and mail is shown in it.")
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        help_text=LANGUAGE_HELP,
    )
    staff_mail = forms.BooleanField(
        label=_("Send me staff notices by mail too; the inbox has them anyway"), required=False
    )

    def __init__(self, *args: object, user: User, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        zones = [(name, name.replace("_", " ")) for name in zone_names()]
        languages = [("", _("As my account")), *interface_languages()]
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [("", _("As my account")), *zones]  # type: ignore[attr-defined]
        if not user.is_staff:
            del self.fields["staff_mail"]


class ResetForm(ResetPasswordForm):  # type: ignore[misc]  # allauth brings no types
    """Asks for a new password; looks nobody up, so that no stopwatch tells whose address it is."""

    email = EmailField(max_length=EMAIL_LENGTH)

    def clean_email(self) -> str:
        """Count the request, whoever the address names; answers 429 to one too many."""
        email = str(self.cleaned_data["email"])
        count_reset(context.request, email)
        return email

    def save(self, request: HttpRequest) -> str:  # noqa: ARG002 -- allauth's signature
        """Promise the address its link, and leave it to the sender to find out whose it is."""
        email = str(self.cleaned_data["email"])
        announce_password_reset(email, now=business_now())
        return email


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc]  # as above
    """Asks twice for a new password, of whoever followed the link in the mail."""

    def save(self) -> None:
        """Set the password and note that the address is proven, both or neither."""
        with transaction.atomic():
            super().save()
            prove_address(self.user, machine_now())


class PasswordChangeForm(ChangePasswordForm):  # type: ignore[misc]  # as above
    """Asks for the old password, and twice for the new one."""

    def clean_oldpassword(self) -> str:
        """Count a wrong old password like one at sign-in; answers 429 to one too many."""
        with counted_guess("password", self.user.email):
            return str(super().clean_oldpassword())
