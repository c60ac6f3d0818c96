"""A pager of our own on loopback: it takes pages, or refuses, hangs, redirects and dies as a test wants."""

import json
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

SECRET = "the-first-secret-of-the-pager-in-tests"
HANG, DIE = "hang", "die"


@dataclass
class Page:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def says(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def key(self) -> str:
        return self.headers["Idempotency-Key"]


@dataclass
class Pager:
    """What came, and how it is answered: a status, HANG or DIE after taking it, or bytes as they are."""

    port: int = 0
    pages: list[Page] = field(default_factory=list)
    answer: int | str | bytes = 204
    answers_once: list[int | str | bytes] = field(default_factory=list)
    hanging: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def keys(self) -> list[str]:
        return [page.key for page in self.pages]


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_POST(self) -> None:
        pager = self.server.pager
        body = self.rfile.read(int(self.headers["Content-Length"]))
        pager.pages.append(Page(self.command, self.path, dict(self.headers), body))
        answer = pager.answers_once.pop(0) if pager.answers_once else pager.answer
        if answer == HANG:
            pager.hanging.set()
            pager.released.wait(20)
        elif answer == DIE:
            self.connection.shutdown(socket.SHUT_RDWR)
        elif isinstance(answer, bytes):
            with suppress(OSError):
                self.wfile.write(answer)
        else:
            self.send_response(int(answer))
            if 300 <= int(answer) < 400:
                self.send_header("Location", f"http://127.0.0.1:{pager.port}/elsewhere/")
            self.end_headers()

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    pager: Pager

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hung up, or died, is part of the test."""


def start_pager(context: ssl.SSLContext | None = None) -> tuple[Pager, "_Server"]:
    """Start a pager, over TLS where a context is given."""
    server = _Server(("127.0.0.1", 0), _Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.pager = Pager(port=server.server_address[1])
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server.pager, server


@pytest.fixture
def pager(settings):
    """A pager that takes everything until told otherwise."""
    pager, server = start_pager()
    settings.PORTAL_PAGER_URL = f"http://127.0.0.1:{pager.port}/hooks/support?team=emea"
    settings.PORTAL_PAGER_SECRETS = [SECRET]
    settings.PORTAL_PAGER_TIMEOUT = 1
    yield pager
    pager.released.set()
    server.shutdown()
    server.server_close()
