"""The WSGI application that a web server serves."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import kombu.transport.redis
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# Loaded with the process and not by the first person who files a case: it takes a second or two.
assert kombu.transport.redis


class WholeBody:
    """A request's body that is read whole or raises: a web server ends it where the connection broke.

    Without this, half of an upload would be taken for all of it.
    """

    def __init__(self, source: Any, length_bytes: int) -> None:
        self._source = source
        self._left = length_bytes

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes, all that are left for a negative number."""
        wanted = self._left if size < 0 else min(size, self._left)
        parts: list[bytes] = []
        while wanted:
            part = self._took(self._source.read(wanted))
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def readline(self, size: int = -1) -> bytes:
        """Read up to the end of a line."""
        wanted = self._left if size < 0 else min(size, self._left)
        return self._took(self._source.readline(wanted)) if wanted else b""

    def _took(self, part: bytes) -> bytes:
        if not part:
            raise ConnectionAbortedError("The connection ended before the request did.")
        self._left -= len(part)
        return part


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one request."""
    length = str(environ.get("CONTENT_LENGTH") or "")
    if length.isdigit():
        environ = {**environ, "wsgi.input": WholeBody(environ["wsgi.input"], int(length))}
    return _django(environ, start_response)


_django = get_wsgi_application()
