"""The pager: what wakes staff goes to one address as a signed post, once for each event (SPEC 2.2).

A page is never lost. A second one goes out only where the first one's answer did not come or could not be
noted, and then with the same Idempotency-Key. docs/deployment.md tells receivers how to check a page.
"""

import hashlib
import hmac
import json
import logging
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings

from portal.notices.kinds import kind_of
from portal.notices.mail import absolute
from portal.notices.models import Notice
from portal.notices.rounds import Round, SendReport, in_words_of, words_of
from portal.notices.states import MailState, Transport

logger = logging.getLogger(__name__)

# All that a page says of its row, whatever stands there: no name, no address, no text of the customer's.
FACTS = ("event", "number", "priority", "region", "response_due_at")
_GONE = 410


class NotTaken(Exception):  # noqa: N818 -- errors say what happened (STYLE 4)
    """The pager answered, and not with 2xx; redirects are not followed."""


def page_due(machine_now: datetime, limit: int = 100) -> SendReport:
    """Send up to `limit` pages due in machine time; none without a pager, or from a database not adopted."""
    if not settings.PORTAL_PAGER_URL:
        return SendReport()
    return _Round(machine_now).run(limit)


class _Round(Round):
    """One round of pages, each over a connection of its own: they are few."""

    transport = Transport.PAGER
    heartbeat = "page"
    budget = timedelta(seconds=30)
    lease = timedelta(minutes=1)
    first_delay = timedelta(seconds=15)
    # With pauses that double from 15 seconds to an hour: given up after about 22 hours.
    most_attempts = 30

    def _deliver(self, notice: Notice) -> None:
        try:
            body = _body_of(notice)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            logger.exception("Page %s cannot be written", notice.pk)
            self._give_up(notice, error)
            return
        try:
            status = _post(body, _headers_of(notice, body, self._now()))
        except (OSError, HTTPException) as error:
            # Nobody there, no answer, or none that is one: the others need not be tried now.
            logger.warning("The pager does not answer: %s", words_of(error))
            self._is_server_down = True
            self._try_a_few_times(notice, error)
            return
        self._note(notice, status, body)

    def _note(self, notice: Notice, status: int, body: bytes) -> None:
        if 200 <= status < 300:
            self.report.sent += self._settle(
                notice,
                state=MailState.SENT,
                sent_at=self._now(),
                # The host only: the rest of the address may be a secret.
                address=urlsplit(settings.PORTAL_PAGER_URL).hostname,
                sent_text=body.decode(),
                last_error="",
            )
        elif status == _GONE:
            self._give_up(notice, NotTaken(f"HTTP {status}"))
        else:
            self._try_a_few_times(notice, NotTaken(f"HTTP {status}"))


def _page_id(notice: Notice) -> str:
    """Name a page, the same at every attempt; never another one's, not even after a restore."""
    return notice.message_id.strip("<>").partition("@")[0]


def _body_of(notice: Notice) -> bytes:
    with in_words_of(notice):
        url = absolute(kind_of(notice).path(notice))
    page = {
        "id": _page_id(notice),
        "occurred_at": notice.created_at.astimezone(UTC).isoformat(),
        "url": url,
        **{name: notice.params[name] for name in FACTS},
    }
    return json.dumps(page, sort_keys=True).encode()


def _headers_of(notice: Notice, body: bytes, at: datetime) -> Mapping[str, str]:
    """Sign a page for this attempt, with every secret that is in use."""
    timestamp = str(int(at.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "support-portal",
        "Idempotency-Key": _page_id(notice),
        "Portal-Timestamp": timestamp,
        "Portal-Signature": _signature(timestamp, body, settings.PORTAL_PAGER_SECRETS),
    }


def _signature(timestamp: str, body: bytes, secrets: Sequence[str]) -> str:
    """HMAC-SHA256 over timestamp, dot and body: "v1=" and hex digits for each secret, separated by commas."""
    signed = timestamp.encode() + b"." + body
    return ",".join(f"v1={hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()}" for key in secrets)


def _post(body: bytes, headers: Mapping[str, str]) -> int:
    """Post a page and return the status of the answer, whose body is not read."""
    address = urlsplit(settings.PORTAL_PAGER_URL)
    host, timeout = address.hostname or "", settings.PORTAL_PAGER_TIMEOUT
    connection = (
        HTTPSConnection(host, address.port, timeout=timeout, context=ssl.create_default_context())
        if address.scheme == "https"
        else HTTPConnection(host, address.port, timeout=timeout)
    )
    target = f"{address.path or '/'}?{address.query}" if address.query else address.path or "/"
    try:
        connection.request("POST", target, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()
