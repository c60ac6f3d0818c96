"""Sign-in and security: what a person signs in with, on one page."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.backends import must_have_second_factor, owes_second_factor
from portal.accounts.models import Identity, SignIn, User
from portal.accounts.sessions import idle_limit
from portal.accounts.visitors import signed_in
from portal.clock import machine_now
from portal.front.devices import device_in_words
from portal.front.unsent import forget_unsent, kept_unsent


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


@dataclass(frozen=True, slots=True)
class Place:
    """One session of a person: `name` stands for its key, which is shown to nobody."""

    name: str
    device: str
    address: str
    signed_in_at: datetime
    used_at: datetime
    is_here: bool


@login_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """This will show password, second factors and sessions of the person."""
    user = signed_in(request)
    context = {
        "factors": second_factors_of(user),
        "identity": _identity_of(user),
        "provider": settings.PORTAL_OIDC_NAME,
        "places": places_of(user, request.session.session_key, machine_now()),
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


def _identity_of(user: User) -> Identity | None:
    """Look up the person's link to the provider; where none is configured nothing is asked."""
    issuer = settings.PORTAL_OIDC_ISSUER
    return user.identities.filter(issuer=issuer).first() if issuer else None


@login_required
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """This will sign the person out in one place, or everywhere but here; it holds at the next request."""
    user = signed_in(request)
    wanted = request.POST.get("session", "")
    if wanted == "others":
        found = user.sign_ins.exclude(session_key=request.session.session_key)
    else:
        keys = [row.pk for row in user.sign_ins.all() if constant_time_compare(_name_of(row), wanted)]
        found = user.sign_ins.filter(pk__in=keys)
        if not keys:
            raise Http404
    ended, _tables = found.delete()
    said = ngettext("Signed out in %(n)d place.", "Signed out in %(n)d places.", ended) % {"n": ended}
    messages.success(request, said if ended else _("You were signed in nowhere else."))
    return redirect("mfa_index")


@login_required
@require_safe
def unsent(request: HttpRequest) -> HttpResponse:
    """This will show what somebody sent after they had been signed out, to be sent again or dropped."""
    sent = kept_unsent(request, signed_in(request))
    return render(request, "front/unsent.html", {"sent": sent})


@login_required
@require_POST
def drop_unsent(request: HttpRequest) -> HttpResponse:
    """This will forget what was kept."""
    forget_unsent(request)
    return redirect("home")


def places_of(user: User, here: str | None, now: datetime) -> list[Place]:
    """Look up where a person is signed in, the last use first, in one statement."""
    rows = user.sign_ins.filter(expire_date__gt=now).order_by("-used_at", "pk")
    return [
        Place(
            name=_name_of(row),
            device=device_in_words(row.agent),
            address=row.address,
            signed_in_at=row.signed_in_at or now,
            used_at=row.used_at or now,
            is_here=row.pk == here,
        )
        for row in rows
        if row.pk == here or _still_opens(row, user, now)
    ]


def _still_opens(row: SignIn, user: User, now: datetime) -> bool:
    """Whether a session is within its time without use, and its password is still the person's."""
    is_used = row.used_at is not None and row.used_at + idle_limit(of_staff=user.is_staff) > now
    signed = row.get_decoded().get(HASH_SESSION_KEY, "")
    return is_used and constant_time_compare(signed, user.get_session_auth_hash())


def _name_of(row: SignIn) -> str:
    return salted_hmac("portal.front.security", row.pk).hexdigest()[:32]
