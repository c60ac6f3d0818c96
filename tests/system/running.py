"""A portal started as a person starts it, and people who use it over HTTP."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path

from celery import Celery

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "demo-portal-1"
# Generous: other tests share the machine. The measured figures stand in the deployment's documentation.
STARTS_WITHIN_SECONDS = 90
MARK = "PORTAL_SYSTEM_TEST"
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def publisher_to(broker_url: str) -> Celery:
    """An app to send tasks by. Never the current one: what later tests announce would wait for its broker."""
    return Celery(broker=broker_url, set_as_current=False)


def wait_for(claim: Callable[[], bool], *, within_seconds: float) -> bool:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        if claim():
            return True
        time.sleep(0.1)
    return claim()


class Portal:
    """One `manage.py up` over one folder of data, in a session of its own like a terminal's."""

    def __init__(self, var_dir: Path, *, port: int, services: dict[str, str]) -> None:
        self.port = port
        self.var_dir = var_dir
        self.mark = secrets.token_hex(8)
        self.env = {
            **{name: os.environ[name] for name in _INHERITED if name in os.environ},
            **services,
            MARK: self.mark,
            "PORTAL_EMBEDDED": "1",
            "PORTAL_VAR_DIR": str(var_dir),
            "PORTAL_TICK_SECONDS": "1",
            "PORTAL_SEND_SECONDS": "1",
            "PYTHONUNBUFFERED": "1",
        }
        self.said = var_dir.with_name(f"said-{self.mark}.txt")
        with self.said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(port)],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.said.read_text("utf-8", errors="replace")

    def wait_until_up(self) -> "Portal":
        wait_for(
            lambda: "Ctrl-C stops everything" in self.output or self.process.poll() is not None,
            within_seconds=STARTS_WITHIN_SECONDS,
        )
        assert "Ctrl-C stops everything" in self.output, self.output
        return self

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command of manage.py over the same data."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            check=False,
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def processes(self) -> dict[int, str]:
        """Every living process that came of this start, also those that lost their parents."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes():
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(folder.name)] = command.decode(errors="replace")
            except OSError:
                continue
        return found

    def process_of(self, part: str) -> int:
        return next(pid for pid, command in sorted(self.processes().items()) if part in command)

    def stop(self) -> None:
        """Whatever state it is in: leave nothing behind."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)


class Answer:
    """Status, address after redirects, and text of a page."""

    def __init__(self, response: urllib.request.addinfourl) -> None:
        self.status = response.status
        self.url = response.url
        self.text = response.read().decode("utf-8", errors="replace")


class Visitor:
    """A person with a browser's memory and no browser."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.jar = CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )

    def get(self, path: str) -> Answer:
        return self._open(urllib.request.Request(self.base + path))

    def post(self, path: str, *, form_at: str = "", **fields: str) -> Answer:
        """Load the page with the form, then send it with its protection against forgery."""
        page = self.get(form_at or path).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, page
        body = {"csrfmiddlewaretoken": token.group(1), "form_token": secrets.token_urlsafe(32), **fields}
        request = urllib.request.Request(self.base + path, data=urllib.parse.urlencode(body).encode())
        return self._open(request)

    def choices(self, path: str, name: str) -> dict[str, str]:
        """The choices of a select in a page: label to value."""
        page = self.get(path).text
        select = re.search(rf'<select[^>]*name="{name}".*?</select>', page, flags=re.DOTALL)
        assert select, page
        options = re.findall(r'<option value="([^"]*)"[^>]*>(.*?)</option>', select.group(0), flags=re.DOTALL)
        return {unescape(label).strip(): value for value, label in options}

    def sign_in(self, email: str) -> "Visitor":
        answer = self.post("/login/", login=email, password=PASSWORD)
        assert "/login/" not in answer.url, answer.text
        return self

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=20) as response:
                return Answer(response)
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused)
