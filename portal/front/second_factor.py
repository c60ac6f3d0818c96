"""How second factors behave here: their names, how their secrets are kept, and how often one may guess."""

import base64
import hashlib
import json
import logging
import re
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import User
from portal.clock import machine_now
from portal.front.throttles import counted_guess
from portal.work.tries import is_first_use, key_of

logger = logging.getLogger(__name__)

NAME_LENGTH = 60
_NOT_A_DIGIT = re.compile(r"[^0-9]")


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth brings no types
    """The portal's answers to allauth's second factors."""

    def get_totp_issuer(self) -> str:
        """Name the portal in the authenticator app."""
        return str(settings.SITE_NAME)

    def build_totp_svg(self, url: str) -> str:
        """Draw the code as an SVG element, without the declaration of a file of its own."""
        drawn = super().build_totp_svg(url)
        return SafeString(drawn[drawn.index("<svg") :])

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Number a person's passkeys."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name the portal where a passkey is kept."""
        return {**super().get_public_key_credential_rp_entity(), "name": str(settings.SITE_NAME)}

    def encrypt(self, text: str) -> str:
        """Lock a secret away: who reads the database alone has no second factor of anybody."""
        return _locks().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Read a secret; one locked by a key that is gone becomes one that no code fits."""
        try:
            return _locks().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            logger.error("A second factor was locked by another SECRET_KEY: set SECRET_KEY_FALLBACKS")
            return str(generate_totp_secret())


def _locks() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(f"portal.front.second_factor:{key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


_APP_OR_RECOVERY = gettext_lazy("Six digits from your authenticator app, or one of your recovery codes.")
_FROM_THE_APP = gettext_lazy("Six digits; they change every 30 seconds.")


def _code_field(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=40,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class _GuessedCode(forms.Form):
    """A code that is asked for: ten wrong ones in 15 minutes, and none works twice."""

    user: User

    def clean_code(self) -> str:
        """Check the code; answers 429 to one wrong try too many."""
        with counted_guess("code", str(self.user.pk)):
            code: str = super().clean_code()  # type: ignore[misc]  # allauth's form stands behind this one
            spent = key_of("spent code", f"{self.user.pk}:{_NOT_A_DIGIT.sub('', code)}")
            if not is_first_use(spent, now=machine_now()):
                raise SecondFactorAdapter().validation_error("incorrect_code")
        return code


class CodeForm(_GuessedCode, AuthenticateForm):  # type: ignore[misc]  # as above
    """The second step of signing in."""

    code = _code_field(gettext_lazy("Code"), _APP_OR_RECOVERY)


class CodeAgainForm(_GuessedCode, ReauthenticateForm):  # type: ignore[misc]  # as above
    """A code once more, before something that matters."""

    code = _code_field(gettext_lazy("Code"), _APP_OR_RECOVERY)


class AppForm(_GuessedCode, ActivateTOTPForm):  # type: ignore[misc]  # as above
    """The first code of a new authenticator app."""

    code = _code_field(gettext_lazy("Code from the app"), _FROM_THE_APP)


class _CredentialField(forms.JSONField):
    """What a browser says about a passkey; anything that cannot be read is refused like a wrong one."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """Read it, whatever its size and depth."""
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as error:
            raise SecondFactorAdapter().validation_error("incorrect_code") from error

    def bound_data(self, data: Any, initial: Any) -> Any:  # noqa: ARG002 -- Django's signature
        """Show nothing of it again: each try asks the browser anew."""
        return None


def _readable(credential: Any) -> Any:
    """Refuse what no database keeps."""
    if "\\u0000" in json.dumps(credential):
        raise SecondFactorAdapter().validation_error("incorrect_code")
    return credential


# What reading a made-up answer of a passkey ends with, wherever it is wrong.
_UNREADABLE = (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError)


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # as above
    """A new passkey and its name."""

    credential = _CredentialField()
    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=NAME_LENGTH,
        help_text=gettext_lazy("So that you tell your passkeys apart, such as the name of the device."),
    )

    def clean(self) -> dict[str, Any]:
        """Check the new passkey, whatever was sent in its place."""
        _readable(self.cleaned_data.get("credential"))
        try:
            return dict(super().clean())
        except ValidationError:
            raise
        except _UNREADABLE as error:
            raise SecondFactorAdapter().validation_error("incorrect_code") from error


class PasskeyNameForm(EditWebAuthnForm):  # type: ignore[misc]  # as above
    """Another name for a passkey."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=NAME_LENGTH)


class _GivenPasskey(forms.Form):
    """A passkey that is asked for; whatever is sent in its place is a wrong one."""

    user: User

    def clean_credential(self) -> Authenticator:
        """Check the passkey; answers 429 to one wrong try too many."""
        with counted_guess("code", str(self.user.pk)):
            try:
                return super().clean_credential()  # type: ignore[misc]  # allauth's form stands behind this one
            except ValidationError:
                raise
            except _UNREADABLE as error:
                raise SecondFactorAdapter().validation_error("incorrect_code") from error


class PasskeyForm(_GivenPasskey, AuthenticateWebAuthnForm):  # type: ignore[misc]  # as above
    """The second step of signing in, by passkey."""

    credential = _CredentialField()


class PasskeyAgainForm(_GivenPasskey, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # as above
    """A passkey once more, before something that matters."""

    credential = _CredentialField()
