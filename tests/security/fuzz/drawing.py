"""Draws requests: an address, a method, a query, a body; each part valid, hostile, or of another place."""

import base64
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes

from django.contrib import admin

from cases.action_pages import PAGES
from cases.admin.filing import CaseOnBehalfForm
from cases.admin.policies import PolicyForm
from cases.forms import FilingForm
from cases.lifecycle import Action
from cases.models import case_number
from portal.files.checks import ALLOWED
from portal.front.forms import ProfileForm
from tests.security.corpus.files import EICAR, HTML, SVG, archive, png
from tests.security.corpus.markup import XSS
from tests.security.corpus.names import EVIL_NAMES, REFUSED_NAMES
from tests.security.corpus.text import BYTES, CONTROLS, DATES, NUMBERS, STORMS
from tests.security.sending import FORM, MULTIPART, end, part
from tests.walks.routes import Route, every_route

METHODS = ("GET", "GET", "GET", "POST", "POST", "POST", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
CUSTOMERS = ("owner",) * 6 + ("staff", "lead", "nobody")
STAFF = ("staff",) * 5 + ("lead",) * 2 + ("owner", "nobody")
QUERIES = (
    *("page", "view", "status", "whose", "next", "do", "q", "p", "o", "e", "all", "license", "follows"),
    *("account", "user", "product", "owner", "attention", "priority", "region", "kind", "state", "is_open"),
    *("id__exact", "account__id__exact", "created_at__day", "_popup", "_to_field", "_changelist_filters"),
)
HIDDEN = (
    "form_token",
    "csrfmiddlewaretoken",
    "action",
    "_selected_action",
    "index",
    "select_across",
    "apply",
)
ACCOUNTS = (
    "login",
    "password",
    "email",
    "password1",
    "password2",
    "oldpassword",
    "remember",
    "theme",
    "notice",
)
# These end the session or the demo, or answer by the state of the machine.
NOT_ASKED = ("account_logout", "admin:logout", "demo:", "health_clock", "readyz")
TEXTS: tuple[bytes, ...] = (
    *BYTES,
    *(text.encode() for text in (*XSS, *CONTROLS, *STORMS, *NUMBERS, *DATES)),
    *(b"", b" ", b"on", b"1", b"2", b"3", b"text", b"Production", b"en", b"issue_obsolete", b"phone"),
    *(b"time_to_resolution", b"2026-03-10", b"A title", b"no\r\nlines", b"x" * 501, b"y" * 32_001),
)
CONTENTS = (
    b"",
    b"text",
    b"\x00",
    png(),
    HTML,
    SVG,
    EICAR,
    archive({"a": b"b"}),
    b"[" * 2_000,
    b"\xff\xfe" * 9,
)
TYPES = (
    b"",
    b"Content-Type: text/html\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Type: \xff\r\n",
)


@dataclass(frozen=True)
class Drawn:
    """One request, by whom, and how to write it down."""

    person: str
    method: str
    path: str
    body: bytes = b""
    kind: str = FORM
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return (
            f"{self.person}: {self.method} {self.path[:300]} {self.kind} {self.body[:600]!r} {self.headers}"
        )


def fields_known() -> tuple[str, ...]:
    """The names of every field of every form."""
    forms = [page.form for page in PAGES.values()]
    forms += [FilingForm, CaseOnBehalfForm, PolicyForm, ProfileForm]
    names = {name for form in forms for name in form.base_fields}
    for model in admin.site._registry:
        names |= {column.name for column in model._meta.get_fields()}
    return tuple(sorted(names | set(HIDDEN) | set(ACCOUNTS)))


class Drawing:
    """Draws requests from one seed; `keys` are values that lead somewhere, by the argument's name."""

    def __init__(self, seed: int, keys: dict[str, Sequence[Any]], *, only: str = "") -> None:
        self._random = random.Random(seed)  # a test's own, for repeating it
        self._keys = keys
        self._fields = fields_known()
        self._routes = [
            route
            for route in every_route()
            if not route.name.startswith(NOT_ASKED) and route.name.startswith(only)
        ]

    def draw(self) -> Drawn:
        """The next request."""
        route = self._random.choice(self._routes)
        method = self._random.choice(METHODS)
        path = self._path(route) + self._query()
        person = self._random.choice(STAFF if route.path.startswith("/admin/") else CUSTOMERS)
        headers = self._headers()
        if method in ("GET", "HEAD", "OPTIONS"):
            return Drawn(person, method, path, headers=headers)
        body, kind = self._body()
        return Drawn(person, method, path, body, kind, headers)

    def _path(self, route: Route) -> str:
        values = {name: self._random.choice(self._keys[name]) for name in route.arguments}
        if route.path.startswith("/cases/") and "key" in values:
            values["key"] = case_number(values["key"])
        path = route.filled(values)
        if self._random.random() < 0.1:
            parts = path.split("/")
            parts[self._random.randrange(1, len(parts))] = quote_from_bytes(self._text())
            path = "/".join(parts)
        return path

    def _query(self) -> str:
        pairs = [
            f"{self._name(QUERIES)}={self._quoted()}" for _ in range(self._random.choice((0, 0, 1, 1, 3)))
        ]
        return f"?{'&'.join(pairs)}" if pairs else ""

    def _name(self, known: Sequence[str]) -> str:
        return quote_from_bytes(self._text()) if self._random.random() < 0.05 else self._random.choice(known)

    def _quoted(self) -> str:
        return quote_from_bytes(self._text())

    def _text(self) -> bytes:
        """A value: of a corpus, a key, a fresh token, or bytes without any sense."""
        at = self._random.random()
        if at < 0.15:
            keys = self._keys[self._random.choice(list(self._keys))]
            return str(self._random.choice(keys)).encode()
        if at < 0.25:
            return self._token()
        if at < 0.35:
            return self._random.randbytes(self._random.randrange(40))
        return self._random.choice(TEXTS)

    def _token(self) -> bytes:
        """A form's token, which nobody has spent."""
        return base64.urlsafe_b64encode(self._random.randbytes(32)).rstrip(b"=")

    def _body(self) -> tuple[bytes, str]:
        pairs = [(name.encode(), self._text()) for name in self._chosen_fields()]
        pairs.append((b"form_token", self._token()))
        at = self._random.random()
        if at < 0.5:
            return b"&".join(_pair(*pair) for pair in pairs), FORM
        if at < 0.9:
            parts = [part(name, value) for name, value in pairs]
            parts += [self._file() for _ in range(self._random.choice((0, 1, 1, 2, 12)))]
            whole = b"".join(parts) + end()
            return (whole if at < 0.85 else whole[: self._random.randrange(len(whole))]), MULTIPART
        kind = self._random.choice(
            ("application/json", "text/plain", "", f"{FORM}; charset=utf-7", "x/y\xff")
        )
        return self._text(), kind

    def _chosen_fields(self) -> list[str]:
        if self._random.random() < 0.5:
            page = PAGES[self._random.choice(list(PAGES))]
            return list(page.form.base_fields)
        return self._random.sample(self._fields, k=self._random.randrange(12))

    def _file(self) -> bytes:
        name = self._random.choice((*EVIL_NAMES, *REFUSED_NAMES, *(f"a.{kind}".encode() for kind in ALLOWED)))
        content, headers = self._random.choice(CONTENTS), self._random.choice(TYPES)
        return part(self._random.choice((b"files", b"text")), content, file_name=name, headers=headers)

    def _headers(self) -> dict[str, str]:
        if self._random.random() < 0.8:
            return {}
        name = self._random.choice(("ACCEPT_LANGUAGE", "REFERER", "ACCEPT", "USER_AGENT", "X_FORWARDED_FOR"))
        return {f"HTTP_{name}": self._text().decode("latin-1")}


def _pair(name: bytes, value: bytes) -> bytes:
    return f"{quote_from_bytes(name)}={quote_from_bytes(value)}".encode()


ACTIONS = tuple(action.value for action in Action)
