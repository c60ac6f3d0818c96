"""Checks the settings of sign-in through a company's own provider; needs no settings itself."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

ISSUER_LENGTH = 200
# Nothing else stands in a header's policy as one origin.
_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def check(*, issuer: str, client_id: str, client_secret: str, name: str, domains: Sequence[str]) -> None:
    """Refuse what is set in part, and what cannot be meant; nothing at all is no provider.

    Raises ImproperlyConfigured with a sentence that names the variables.
    """
    said = {
        "PORTAL_OIDC_ISSUER": issuer,
        "PORTAL_OIDC_CLIENT_ID": client_id,
        "PORTAL_OIDC_CLIENT_SECRET": client_secret,
        "PORTAL_OIDC_NAME": name,
        "PORTAL_OIDC_DOMAINS": domains,
    }
    missing = [variable for variable, value in said.items() if not value]
    if len(missing) == len(said):
        return
    if missing:
        raise ImproperlyConfigured(
            f"Sign-in through a provider needs all of {', '.join(said)}: set {', '.join(missing)}, or none."
        )
    _check_issuer(issuer)
    if wrong := [domain for domain in domains if not _DOMAIN.fullmatch(domain)]:
        raise ImproperlyConfigured(f"PORTAL_OIDC_DOMAINS: domains like customer.example, not {wrong}.")


def _check_issuer(issuer: str) -> None:
    parts = urlsplit(issuer)
    is_secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    is_plain = _ORIGIN.fullmatch(origin_of(issuer)) and not (parts.query or parts.fragment)
    if not (is_secure and is_plain):
        raise ImproperlyConfigured("PORTAL_OIDC_ISSUER: an address like https://login.example/company.")
    if len(issuer) > ISSUER_LENGTH:
        raise ImproperlyConfigured(f"PORTAL_OIDC_ISSUER: at most {ISSUER_LENGTH} characters.")


def origins(issuer: str, others: Sequence[str]) -> list[str]:
    """Tell the origins through which a browser passes at the provider: the issuer's, and those named.

    Raises ImproperlyConfigured for what is no origin, such as an address with a path.
    """
    if wrong := [other for other in others if not (issuer and _ORIGIN.fullmatch(other))]:
        raise ImproperlyConfigured(
            f"PORTAL_OIDC_ORIGINS: origins like https://login.example, beside an issuer, not {wrong}."
        )
    return list(dict.fromkeys([origin_of(issuer), *others])) if issuer else []


def origin_of(address: str) -> str:
    """Take scheme, host and port of an address; raises ValueError where it cannot be read."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()
