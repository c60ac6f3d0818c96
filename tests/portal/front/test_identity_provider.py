"""What a provider answers that is away, answers rubbish or lies: nobody is signed in, and nothing fails."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from portal.accounts.models import User
from tests.factories.identity_provider import (
    ANN,
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
    as_json,
    assert_refused,
    forged,
    is_in,
    key,
    led_back,
    links,
    public_key,
    running,
    sign_in,
    signed,
    start,
)
from tests.factories.people import EPOCH

pytestmark = pytest.mark.django_db


# --- A provider that is away, or answers rubbish ----------------------------------------------------

RUBBISH = {
    "an error": as_json({"error": "broken"}, 500),
    "a page": (200, {"Content-Type": "text/html"}, b"<h1>Hello</h1>"),
    "no type": (200, {}, b"{}"),
    "bytes": (200, {"Content-Type": "application/json"}, b"\xff\xfe\x00"),
    "a list": as_json([1]),
    "a word": as_json("word"),
    "nothing": as_json(None),
    "an empty object": as_json({}),
    "deep": (200, {"Content-Type": "application/json"}, b"[" * 100_000),
    "a way elsewhere": (302, {"Location": "http://127.0.0.1:1/"}, b""),
    "the same way again": (307, {"Location": "/token"}, b""),
}


@pytest.mark.parametrize("rubbish", RUBBISH.values(), ids=RUBBISH)
def test_rubbish_in_place_of_its_addresses_leads_back_to_the_sign_in_page(
    provider: IdentityProvider, ann: User, rubbish: Any
) -> None:
    client = Client()
    back = led_back(start(client))
    provider.answers["/.well-known/openid-configuration"] = rubbish
    assert_refused(client, start(client))
    assert_refused(client, client.get(back))


@pytest.mark.parametrize("rubbish", RUBBISH.values(), ids=RUBBISH)
@pytest.mark.parametrize("path", ["/token", "/keys", "/userinfo"])
def test_rubbish_in_place_of_an_answer_leads_back_to_the_sign_in_page(
    provider: IdentityProvider, ann: User, path: str, rubbish: Any
) -> None:
    provider.in_token = ("sub",)
    provider.answers[path] = rubbish
    client = Client()
    assert_refused(client, sign_in(client))
    assert links() == []
    assert len(provider.forms_at(path)) == 1


TOKENS = [
    {"access_token": "x"},
    {"id_token": "x"},
    {"access_token": "x", "id_token": "x"},
    {"access_token": "x", "id_token": None},
    {"access_token": "x", "id_token": {}},
    {"access_token": "x", "id_token": "a.b.c"},
    {"access_token": "x", "id_token": "e30.e30."},
    {"access_token": None, "id_token": None},
]


@pytest.mark.parametrize("tokens", TOKENS, ids=str)
def test_tokens_that_are_none_are_refused(provider: IdentityProvider, ann: User, tokens: Any) -> None:
    provider.answers["/token"] = as_json(tokens)
    client = Client()
    assert_refused(client, sign_in(client))


@pytest.mark.parametrize(
    "configuration",
    [
        {"issuer": "http://127.0.0.1:1"},
        {"issuer": None},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "https://evil.example/authorise"},
        {"authorization_endpoint": "http://evil.example/authorise"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": 7},
        {"authorization_endpoint": "http://[::1"},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"token_endpoint": ["http://127.0.0.1/token"]},
        {"jwks_uri": None},
    ],
    ids=str,
)
def test_addresses_that_cannot_be_meant_are_not_used(
    provider: IdentityProvider, configuration: dict[str, Any]
) -> None:
    provider.configuration = configuration
    client = Client()
    assert_refused(client, start(client))


def test_an_origin_that_is_not_named_is_told_to_the_operator(
    provider: IdentityProvider, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.PORTAL_OIDC_ORIGINS = ["http://elsewhere.example"]
    start(Client())
    assert "name the origin of the provider's sign-in page in PORTAL_OIDC_ORIGINS" in caplog.text


def test_a_provider_that_is_away_leads_back_to_the_sign_in_page(settings: Any, ann: User) -> None:
    with running() as gone:
        settings.PORTAL_OIDC_ISSUER = gone.issuer
    client = Client()
    assert_refused(client, start(client))


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys", "/userinfo"])
def test_a_provider_that_falls_silent_is_not_waited_for(
    provider: IdentityProvider, ann: User, settings: Any, path: str
) -> None:
    assert settings.SOCIALACCOUNT_REQUESTS_TIMEOUT == 5
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 0.2
    provider.in_token = ("sub",)
    client = Client()
    back = led_back(start(client))
    provider.answers[path] = None
    assert_refused(client, client.get(back))


# --- Tokens that are not what they should be --------------------------------------------------------

NOW = int(EPOCH.timestamp())
PEM = key(1).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "for another client": {"aud": "another"},
    "for nobody": {"aud": None},
    "for several, and another of them": {"aud": [CLIENT_ID, "another"], "azp": "another"},
    "over": {"exp": NOW - 31, "iat": NOW - 300},
    "without an end": {"exp": None},
    "from the future": {"iat": NOW + 31},
    "undated": {"iat": None},
    "of another sign-in": {"nonce": "another"},
    "of no sign-in": {"nonce": None},
    "with a list for a nonce": {"nonce": []},
    "about nobody": {"sub": None},
    "about an empty name": {"sub": ""},
    "about a number": {"sub": 7},
    "about a name that is too long": {"sub": "a" * 256},
    "about a name with NUL": {"sub": "a\x00b"},
    "with a word for a time": {"exp": "soon"},
    "with an endless time": {"exp": float("inf")},
}


@pytest.mark.parametrize("lies", LIES.values(), ids=LIES)
def test_a_token_whose_claims_do_not_hold_is_refused(
    provider: IdentityProvider, ann: User, lies: dict[str, Any]
) -> None:
    provider.lies = lies
    client = Client()
    assert_refused(client, sign_in(client))
    assert links() == []


def test_a_clock_that_differs_by_half_a_minute_is_forgiven(provider: IdentityProvider, ann: User) -> None:
    for lies in (
        {"exp": NOW - 29, "iat": NOW - 300},
        {"iat": NOW + 30},
        {"aud": [CLIENT_ID], "azp": CLIENT_ID},
    ):
        provider.lies = lies
        client = Client()
        sign_in(client)
        assert is_in(client), lies


FORGERIES: dict[str, Callable[[dict[str, Any]], str]] = {
    "by another key": partial(signed, number=2),
    "by a key of another name": partial(signed, name="key-2"),
    "not at all": partial(forged, algorithm="none"),
    "by the client's secret": partial(forged, algorithm="HS256", secret=CLIENT_SECRET.encode()),
    "by the public key as a secret": partial(forged, algorithm="HS256", secret=PEM),
    "by an algorithm that there is not": partial(forged, algorithm="XS1"),
    "and changed": lambda claims: _changed(signed({**claims, "sub": "ann-0"}), claims),
}


def _changed(token: str, claims: dict[str, Any]) -> str:
    """A signed token with other claims between its head and its signature."""
    head, _body, signature = token.split(".")
    return f"{head}.{forged(claims, algorithm='none').split('.')[1]}.{signature}"


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_token_that_the_provider_has_not_signed_is_refused(
    provider: IdentityProvider, ann: User, forgery: Callable[[dict[str, Any]], str]
) -> None:
    provider.token = forgery
    client = Client()
    assert_refused(client, sign_in(client))
    assert links() == []


def test_a_secret_among_the_published_keys_signs_nothing(provider: IdentityProvider, ann: User) -> None:
    shared = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", "kid": "key-1", "alg": "HS256"}
    provider.answers["/keys"] = as_json({"keys": [shared]})
    provider.token = partial(forged, algorithm="HS256", secret=b"secret-secret-secret-secret")
    client = Client()
    assert_refused(client, sign_in(client))


def test_the_right_one_of_several_keys_is_taken(provider: IdentityProvider, ann: User) -> None:
    others = [{**public_key(2), "kid": "key-0"}, {"kty": "made-up"}]
    provider.answers["/keys"] = as_json({"keys": [*others, public_key(1)]})
    client = Client()
    sign_in(client)
    assert is_in(client)


def test_a_userinfo_about_somebody_else_is_not_believed(provider: IdentityProvider, ann: User) -> None:
    provider.in_token = ("sub",)
    provider.answers["/userinfo"] = as_json({**ANN, "sub": "somebody-else"})
    client = Client()
    assert_refused(client, sign_in(client))
