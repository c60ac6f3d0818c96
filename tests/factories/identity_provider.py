"""A provider of sign-ins of our own on loopback: it signs real tokens, and lies as a test tells it to."""

import base64
import hashlib
import hmac
import json
import re
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from portal.accounts.models import Identity

CLIENT_ID, CLIENT_SECRET = "portal", "a-secret-of-the-client"
KEY_NAME = "key-1"
ANN = {"sub": "ann-1", "email": "ann@customer.example", "email_verified": True}
REFUSED = "Nobody was signed in that way."
Answer = tuple[int, dict[str, str], bytes]


@cache
def key(number: int) -> rsa.RSAPrivateKey:
    """A throwaway key; the provider signs with the first one."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_key(number: int) -> dict[str, Any]:
    """A key as the provider publishes it."""
    described: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(key(number).public_key(), as_dict=True)
    return {**described, "kid": KEY_NAME, "use": "sig", "alg": "RS256"}


def as_json(said: object, status: int = 200) -> Answer:
    """An answer as an honest provider gives it."""
    return status, {"Content-Type": "application/json"}, json.dumps(said).encode()


@dataclass
class IdentityProvider:
    """Who is signed in there, what it was asked, and in what it deviates.

    `user` are the claims of whoever is signed in; `in_token` those that stand in the ID token rather than at
    the userinfo address; `lies` replace claims of the token (None leaves one out); `answers` replace whole
    answers by path; `token` makes the ID token of its claims.
    """

    issuer: str = ""
    user: dict[str, Any] = field(default_factory=dict)
    in_token: tuple[str, ...] = ("sub", "email", "email_verified")
    lies: dict[str, Any] = field(default_factory=dict)
    configuration: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Answer | None] = field(default_factory=dict)
    token: Any = None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    issued: dict[str, dict[str, str]] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)

    def forms_at(self, path: str) -> list[dict[str, str]]:
        """What was sent to a path, in order."""
        return [form for asked, form in self.asked if asked == path]

    def answer(self, path: str, form: dict[str, str], headers: Any) -> Answer | None:
        """Answer one request; None falls silent."""
        self.asked.append((path, form))
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            return as_json(self._configuration())
        if path == "/authorise":
            return self._authorise(form)
        if path == "/token":
            return self._token(form)
        if path == "/keys":
            return as_json({"keys": [public_key(1)]})
        if path == "/userinfo" and headers.get("Authorization", "").removeprefix("Bearer ") in self.given:
            return as_json(self.user)
        return as_json({"error": "not here"}, 404)

    def _configuration(self) -> dict[str, Any]:
        honest = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorise",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
        return {name: value for name, value in (honest | self.configuration).items() if value is not None}

    def _authorise(self, form: dict[str, str]) -> Answer:
        """Take whoever is signed in for asked and agreed, as providers do the second time."""
        assert (form["client_id"], form["response_type"]) == (CLIENT_ID, "code")
        code = secrets.token_urlsafe(8)
        self.issued[code] = form
        query = urlencode({"code": code, "state": form["state"]})
        return 302, {"Location": f"{form['redirect_uri']}?{query}"}, b""

    def _token(self, form: dict[str, str]) -> Answer:
        """Swap a code once, for the client and the verifier that it was given to."""
        asked = self.issued.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET)
            or form.get("redirect_uri") != asked["redirect_uri"]
            or (asked.get("code_challenge"), asked.get("code_challenge_method")) != (challenge, "S256")
        ):
            return as_json({"error": "invalid_grant"}, 400)
        self.given.append(secrets.token_urlsafe(8))
        token = (self.token or signed)(self.claims(asked["nonce"]))
        return as_json({"access_token": self.given[-1], "token_type": "Bearer", "id_token": token})

    def claims(self, nonce: str) -> dict[str, Any]:
        """The claims of an ID token, with its lies."""
        now = int(time.time())
        honest = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **{name: self.user[name] for name in self.in_token if name in self.user},
        }
        return {name: value for name, value in (honest | self.lies).items() if value is not None}


def signed(claims: dict[str, Any], *, number: int = 1, name: str | None = KEY_NAME) -> str:
    """An ID token as an honest provider signs it, or by another key, or under another name."""
    headers = {"kid": name} if name else {}
    return jwt.encode(claims, key(number), algorithm="RS256", headers=headers)


def forged(claims: dict[str, Any], *, algorithm: str, secret: bytes = b"") -> str:
    """A token whose header names an algorithm that needs no key pair; PyJWT would refuse to make some."""
    parts = [{"alg": algorithm, "typ": "JWT", "kid": KEY_NAME}, claims]
    text = ".".join(_base64(json.dumps(part).encode()) for part in parts)
    signature = hmac.digest(secret, text.encode(), "sha256") if algorithm == "HS256" else b""
    return f"{text}.{_base64(signature)}"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@contextmanager
def running() -> Iterator[IdentityProvider]:
    """A provider that answers on a port of loopback until the end of the block."""
    provider = IdentityProvider()
    is_over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        """Hands requests to the provider."""

        def do_GET(self) -> None:
            self._answer(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def _answer(self, sent: str) -> None:
            form = {name: values[0] for name, values in parse_qs(sent).items()}
            answer = provider.answer(urlsplit(self.path).path, form, self.headers)
            if answer is None:
                is_over.wait(30)
                return
            status, headers, body = answer
            with suppress(OSError):
                self.send_response(status)
                for header, value in headers.items():
                    self.send_header(header, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        is_over.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


# --- The way there and back, as a browser takes it --------------------------------------------------


def start(client: Client, **said: str) -> Any:
    """Press the button."""
    return client.post("/login/oidc/", said)


def led_back(started: Any) -> str:
    """What the browser is led back to: it follows the way to the provider as a browser does."""
    answer = requests.get(started["Location"], allow_redirects=False, timeout=5)
    target = urlsplit(answer.headers["Location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == "http://127.0.0.1:8000/login/oidc/callback/"
    return f"{target.path}?{target.query}"


def sign_in(client: Client, **said: str) -> Any:
    """The whole way: button, provider, and back."""
    return client.get(led_back(start(client, **said)))


def is_in(client: Client) -> bool:
    """Whether somebody is signed in here."""
    return client.get("/profile/").status_code == 200


def links() -> list[tuple[str, str, str]]:
    """Who is linked: address here, issuer and subject."""
    rows = Identity.objects.order_by("pk").values_list("user__email", "issuer", "subject")
    return list(rows)


def page_after(client: Client, answer: Any) -> tuple[int, str, str]:
    """All that a visitor sees of a refusal: the redirect, and the page that it leads to."""
    body = client.get(answer["Location"]).content.decode()
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
    return answer.status_code, answer["Location"], body


def assert_refused(client: Client, answer: Any) -> None:
    """The one answer to whatever does not end in a sign-in."""
    status, location, page = page_after(client, answer)
    assert (status, location, REFUSED in page, is_in(client)) == (302, "/login/", True, False)
