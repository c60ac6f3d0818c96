"""Requests as no browser writes them: raw multipart bytes, bodies made while they are read, bare WSGI."""

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import quote_from_bytes

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_started
from django.db import close_old_connections
from django.test import Client

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "boundary-of-a-hostile-form"
# A cookie and its like, so that nothing is refused for the want of them.
_CSRF = "c" * 32
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: bytes, content: bytes, *, file_name: bytes | None = None, headers: bytes = b"") -> bytes:
    """One part of a multipart body, its names as they are."""
    named = b'; filename="%s"' % file_name.replace(b'"', b'\\"') if file_name is not None else b""
    start = b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n' % (BOUNDARY.encode(), name, named)
    return start + headers + b"\r\n" + content + b"\r\n"


def multipart(fields: Mapping[str, str], files: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
    """A whole body: fields, then files by name and content."""
    parts = [part(name.encode(), value.encode()) for name, value in fields.items()]
    parts += [part(b"files", content, file_name=name) for name, content in files]
    return b"".join(parts) + end()


def end() -> bytes:
    """What closes a multipart body."""
    return b"--%s--\r\n" % BOUNDARY.encode()


def urlencoded(data: Mapping[bytes, bytes]) -> bytes:
    """A form as bytes, whatever they are."""
    return b"&".join(
        b"%s=%s" % (quote_from_bytes(name).encode(), quote_from_bytes(value).encode())
        for name, value in data.items()
    )


class MadeOnDemand(io.RawIOBase):
    """A body that is made while it is read, and knows how much of it was."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks = chunks
        self._rest = b""
        self.given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "nobody asks for all of it"
        while len(self._rest) < size and (chunk := next(self._chunks, b"")):
            self._rest += chunk
        answer, self._rest = self._rest[:size], self._rest[size:]
        self.given += len(answer)
        return answer

    def readline(self, size: int | None = -1) -> bytes:
        raise AssertionError("nobody asks for lines")


def post_stream(client: Client, path: str, body: MadeOnDemand, *, length: str, kind: str) -> int:
    """Send a body of which only its beginning may ever be made; give the answer's status."""
    return ask(client, path, body=body, length=length, kind=kind)[0]


def ask(
    client: Client | None,
    path: str,
    *,
    method: str = "POST",
    body: Any = None,
    length: str = "0",
    kind: str = FORM,
    query: str = "",
    **headers: str,
) -> tuple[int, bytes]:
    """Call the WSGI application itself, with an environment as a server makes it; status and page.

    Paths and headers are given as Latin-1, as servers do (PEP 3333).
    """
    known = {name: morsel.value for name, morsel in client.cookies.items()} if client else {}
    cookies = "; ".join(f"{name}={value}" for name, value in {"csrftoken": _CSRF, **known}.items())
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": length,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_COOKIE": cookies,
        "HTTP_X_CSRFTOKEN": _CSRF,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": body if body is not None else io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multiprocess": True,
        "wsgi.multithread": False,
        "wsgi.run_once": False,
        **headers,
    }
    statuses: list[str] = []
    with _connection_kept():
        answer = _application()(environ, lambda status, _headers, _info=None: statuses.append(status))
        page = b"".join(answer)
    return int(statuses[0].split()[0]), page


@cache
def _application() -> WSGIHandler:
    return WSGIHandler()


@contextmanager
def _connection_kept() -> Iterator[None]:
    """A request ends its connection to the database; within a test there is but one."""
    request_started.disconnect(close_old_connections)
    try:
        yield
    finally:
        request_started.connect(close_old_connections)
