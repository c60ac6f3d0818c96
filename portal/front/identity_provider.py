"""How the portal asks a company's own provider who somebody is: OpenID Connect, by code, with PKCE.

allauth leads the browser there, keeps state and verifier in the session and swaps the code for tokens. What
it leaves open is closed here: the nonce, the signature, whose answer it is, and that rubbish is refused.
"""

import logging
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import jwt
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from requests import RequestException, Session

from portal.accounts.identities import Known, SignInRefused
from portal.oidc_settings import origin_of

logger = logging.getLogger(__name__)

# Signatures by a key pair: with a shared secret, whoever can check one can make one.
_SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_CLAIMS = ("iss", "sub", "aud", "exp", "iat", "nonce")
# The provider's clock may differ by so many seconds.
_LEEWAY_SECONDS = 30


class Unusable(Exception):  # noqa: N818 -- it says what happened (STYLE 4)
    """The provider answered, and its answer may not be used."""


# What asking a provider ends with that is away, or answers rubbish, wherever it is wrong.
_FAILURES = (
    Unusable,
    OAuth2Error,
    RequestException,
    jwt.PyJWTError,
    TypeError,
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
)


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """The portal's answers to allauth about providers."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:  # noqa: ARG002 -- allauth's
        """Refuse: people are made by staff and administrators."""
        return False

    def get_requests_session(self) -> Session:
        """Open a session that does not wait for ever, and goes where it was sent, not where it is led."""
        session: Session = super().get_requests_session()
        session.max_redirects = 0
        return session


class _Talk(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # as above
    """One conversation with the provider."""

    def get_provider(self) -> "_Provider":
        """Take the provider from the settings: no row of a table names another one."""
        return _provider(self.request)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:  # noqa: ARG002 -- allauth's
        """Lead back to the configured address, whatever host asked."""
        return f"{settings.PORTAL_BASE_URL}{reverse('oidc_callback')}"

    @cached_property
    def openid_config(self) -> dict[str, Any]:
        """Ask the provider once for its addresses."""
        issuer = settings.PORTAL_OIDC_ISSUER
        found = _fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found["issuer"] != issuer:
            raise Unusable("the provider calls itself otherwise than PORTAL_OIDC_ISSUER")
        addresses = [found[name] for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        addresses += [found["userinfo_endpoint"]] if "userinfo_endpoint" in found else []
        if {urlsplit(address).scheme for address in addresses} != {urlsplit(issuer).scheme}:
            raise Unusable("the provider names addresses without https")
        if origin_of(found["authorization_endpoint"]) not in settings.PORTAL_OIDC_ORIGINS:
            raise Unusable("name the origin of the provider's sign-in page in PORTAL_OIDC_ORIGINS")
        return dict(found)

    def known(self, tokens: Mapping[str, Any], nonce: str) -> Known:
        """Read who was signed in; the address only from where it stands beside its being verified."""
        claims = self._checked(tokens["id_token"])
        if not constant_time_compare(claims["nonce"], nonce):
            raise Unusable("the token belongs to another sign-in")
        told: Mapping[str, Any] = claims
        if not {"email", "email_verified"} <= claims.keys() and "userinfo_endpoint" in self.openid_config:
            told = self._fetch_user_info(tokens["access_token"])
            if told["sub"] != claims["sub"]:
                raise Unusable("the provider tells of somebody else")
        is_verified = told.get("email_verified") is True
        email = str(told.get("email", "")) if is_verified else ""
        return Known(issuer=claims["iss"], subject=claims["sub"], email=email)

    def _checked(self, token: str) -> dict[str, Any]:
        """Check signature, issuer, audience and times of an ID token (OpenID Connect Core 1.0, 3.1.3.7)."""
        client_id = settings.PORTAL_OIDC_CLIENT_ID
        name = jwt.get_unverified_header(token).get("kid")
        keys = jwt.PyJWKSet.from_dict(_fetch(self.openid_config["jwks_uri"])).keys
        key = next(key for key in [*keys, None] if key is None or name in (None, key.key_id))
        if key is None:
            raise Unusable("the token is signed by a key that the provider does not publish")
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=_SIGNATURES,
            audience=client_id,
            issuer=settings.PORTAL_OIDC_ISSUER,
            leeway=_LEEWAY_SECONDS,
            options={"require": list(_CLAIMS)},
        )
        if claims.get("azp", client_id) != client_id:
            raise Unusable("the token is meant for somebody else")
        return claims


class _Provider(OpenIDConnectProvider):  # type: ignore[misc]  # as above
    """The one provider."""

    oauth2_adapter_class = _Talk
    pkce_enabled_default = True

    def get_default_scope(self) -> list[str]:
        """Ask for the address and nothing else."""
        return ["openid", "email"]


def _provider(request: HttpRequest) -> _Provider:
    """Make the provider of the settings, as allauth wants it; nothing of it is stored."""
    app = SocialApp(
        provider=_Provider.id,
        provider_id=settings.PORTAL_OIDC_ISSUER,
        name=settings.PORTAL_OIDC_NAME,
        client_id=settings.PORTAL_OIDC_CLIENT_ID,
        secret=settings.PORTAL_OIDC_CLIENT_SECRET,
    )
    return _Provider(request, app=app)


def _fetch(address: str) -> dict[str, Any]:
    with SocialAdapter().get_requests_session() as session:
        answer = session.get(address)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise Unusable("the provider answered with something else than an object")
    return found


@contextmanager
def _asking() -> Iterator[None]:
    """Refuse the sign-in where the provider fails; the log tells the operator how, without what it said."""
    try:
        yield
    except _FAILURES as error:
        said = str(error) if isinstance(error, Unusable | RequestException) else ""
        logger.warning("The OpenID provider cannot be used: %s %s", type(error).__name__, said)
        raise SignInRefused("provider") from error


def lead_there(request: HttpRequest, then: str | None) -> HttpResponse:
    """Lead the browser to the provider; the session keeps what its answer has to fit, and where to go `then`.

    Raises SignInRefused "provider".
    """
    nonce = secrets.token_urlsafe(32)
    with _asking():
        led: HttpResponse = _provider(request).redirect(
            request, AuthProcess.LOGIN, next_url=then, auth_params={"nonce": nonce}, nonce=nonce
        )
        return led


def take_state(request: HttpRequest) -> Mapping[str, Any] | None:
    """Take from the session what belongs to an answer of the provider; it is there once."""
    found: Mapping[str, Any] | None = statekit.unstash_state(
        request, provider_id=settings.PORTAL_OIDC_ISSUER, state_id=request.GET.get("state", "")
    )
    return found


def whom_it_knows(request: HttpRequest, state: Mapping[str, Any] | None) -> Known:
    """Ask the provider whom it has signed in.

    Raises SignInRefused "state", "cancelled" or "provider".
    """
    if state is None:
        raise SignInRefused("state")
    if "error" in request.GET or not request.GET.get("code"):
        raise SignInRefused("cancelled")
    with _asking():
        talk = _Talk(request, settings.PORTAL_OIDC_ISSUER)
        app = talk.get_provider().app
        tokens = talk.get_access_token_data(
            request, app, talk.get_client(request, app), pkce_code_verifier=state["pkce_code_verifier"]
        )
        return talk.known(tokens, state["nonce"])
