"""A person's browser: it remembers cookies, sends forms, and notes every answer with its instant."""

import re
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from random import Random

from tests.chaos.business_clock import BusinessClock
from tests.chaos.history import OK, REFUSED, UNKNOWN, Answer, Recorder
from tests.chaos.person import PASSWORD
from tests.system.running import Visitor

_PATIENCE_SECONDS = 20.0
_SERVER_FAULT = 500


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is the answer to a form: whoever sent it looks at the address."""

    def redirect_request(self, *_arguments: object) -> None:
        return None


@dataclass(frozen=True)
class Page:
    """An answer; status 0 means that none came."""

    status: int
    text: str = ""
    location: str = ""

    @property
    def result(self) -> str:
        """What a form's sender knows from it."""
        if self.status == 0 or self.status >= _SERVER_FAULT:
            return UNKNOWN
        is_done = self.status == 302 and not self.location.startswith("/login/")
        return OK if is_done else REFUSED


class Browser(Visitor):
    """One person at one browser."""

    def __init__(self, base: str, *, clock: BusinessClock, recorder: Recorder) -> None:
        super().__init__(base)
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar), _NoRedirect()
        )
        self._clock = clock
        self._recorder = recorder

    def page(self, path: str) -> Page:
        return self._ask(urllib.request.Request(self.base + path), path)

    def send(self, path: str, fields: dict[str, str], *, file: tuple[str, bytes] | None = None) -> Page:
        """Send a form with the protection against forgery that this browser's cookie stands for."""
        token = next((cookie.value for cookie in self.jar if cookie.name == "csrftoken"), "")
        fields = {"csrfmiddlewaretoken": token or "", **fields}
        if file is None:
            request = urllib.request.Request(self.base + path, data=urllib.parse.urlencode(fields).encode())
        else:
            body, kind = _multipart(fields, file)
            request = urllib.request.Request(self.base + path, data=body, headers={"Content-Type": kind})
        request.add_header("Referer", self.base + path)
        return self._ask(request, path)

    def enter(self, email: str) -> bool:
        """Sign in; tell whether it worked."""
        self.page("/login/")
        return self.send("/login/", {"login": email, "password": PASSWORD}).result == OK

    def _ask(self, request: urllib.request.Request, path: str) -> Page:
        with self._clock.request():
            began, error = time.time(), ""
            try:
                with self._opener.open(request, timeout=_PATIENCE_SECONDS) as response:
                    page = Page(response.status, response.read().decode("utf-8", errors="replace"))
            except urllib.error.HTTPError as answer:
                page = _read(answer)
            except (OSError, HTTPException) as problem:
                page, error = Page(0), f"{type(problem).__name__}: {problem}"
                self._clock.note_unanswered()
        method = request.get_method()
        self._recorder.answer(
            Answer(began, time.time(), method, path, page.status, error, is_form=method == "POST")
        )
        return page


def _read(answer: urllib.error.HTTPError) -> Page:
    with answer:
        try:
            text = answer.read().decode("utf-8", errors="replace")
        except (OSError, HTTPException):
            # The status came, the page did not.
            text = ""
        return Page(answer.code, text, answer.headers.get("Location", ""))


def form_token(random: Random) -> str:
    """A form's token as the portal makes it, from the run's own seed."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return "".join(random.choice(letters) for _ in range(43))


def number_in(address: str) -> int | None:
    """The case that an address is about."""
    found = re.search(r"/cases/E-(\d{9})/|/admin/cases/case/(\d+)/", address)
    return int(found.group(1) or found.group(2)) if found else None


def _multipart(fields: dict[str, str], file: tuple[str, bytes]) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)
    name, content = file
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
    parts += [f"{head}Content-Type: text/plain\r\n\r\n".encode(), content, f"\r\n--{boundary}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"
