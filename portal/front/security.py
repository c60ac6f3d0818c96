"""Sign-in and security: what a person signs in with, on one page."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.views.lists import signed_in
from portal.accounts.backends import must_have_second_factor, owes_second_factor
from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey, as its person knows it."""

    key: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """What a person has beside the password; `codes_left` is None where there are no recovery codes."""

    app_added_at: datetime | None
    passkeys: list[Passkey]
    codes_left: int | None

    @property
    def are_there(self) -> bool:
        """Whether signing in asks for one of them."""
        return self.app_added_at is not None or bool(self.passkeys)


@login_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """This will show password, authenticator app, passkeys and recovery codes of the person."""
    user = signed_in(request)
    context = {
        "factors": second_factors_of(user),
        "is_required": must_have_second_factor(user),
        "is_owed": owes_second_factor(user),
    }
    return render(request, "front/security.html", context)


def second_factors_of(user: User) -> SecondFactors:
    """Look up all second factors of a person, in one statement."""
    found = list(Authenticator.objects.filter(user=user).order_by("pk"))
    apps = [each for each in found if each.type == Authenticator.Type.TOTP]
    codes = [each for each in found if each.type == Authenticator.Type.RECOVERY_CODES]
    return SecondFactors(
        app_added_at=apps[0].created_at if apps else None,
        passkeys=[
            Passkey(each.pk, each.wrap().name, each.created_at, each.last_used_at)
            for each in found
            if each.type == Authenticator.Type.WEBAUTHN
        ],
        codes_left=len(codes[0].wrap().get_unused_codes()) if codes else None,
    )
