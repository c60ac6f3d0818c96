"""The sender: claims mail by a lease, talks to the server outside any transaction, notes what came of it.

A mail is never lost. A second copy goes out only if the process, the connection or the server dies between
the server's acceptance and our note of it, and then with the same Message-ID (SPEC 2.2, DESIGN 3).
"""

import logging
import smtplib
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone, translation

from portal.accounts.languages import mail_language
from portal.accounts.zones import viewer_zone
from portal.notices.kinds import kind_of
from portal.notices.mail import Mail
from portal.notices.models import Notice, mail_domain
from portal.notices.smtp import Fault, fault_of
from portal.notices.states import MailState
from portal.work.instance import is_adopted
from portal.work.models import Heartbeat
from portal.work.timed import beat

logger = logging.getLogger(__name__)

HEARTBEAT = "send"
BATCH = 20
LEASE = timedelta(minutes=5)
# A round ends before the task's soft limit and before its first lease runs out.
BUDGET = timedelta(seconds=45)
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=1)
# At most so many attempts end without an answer: each of them may have been a copy.
MOST_ATTEMPTS = 12
# From here on the delay grows no more; attempts that surely delivered nothing count no further.
_MOST_REFUSALS_COUNTED = 7
# RFC 5321, 4.5.4.1: a mail that is refused for the moment is tried for four to five days.
GIVE_UP_AFTER = timedelta(days=5)
# No row waits longer: one that does was written while the clock stood in the future.
_LONGEST_WAIT = LONGEST_DELAY + LEASE
_LONGEST_ERROR = 500

# These say that the portal cannot work just now, never that a mail is bad.
_DATABASE_AWAY = (OperationalError, InterfaceError)


@dataclass(slots=True)
class SendReport:
    """What one round did: mails sent, cancelled, put off, given up; `lost` results came after their lease."""

    is_adopted: bool = True
    sent: int = 0
    cancelled: int = 0
    put_off: int = 0
    dead: int = 0
    lost: int = 0


def delay_after(attempts: int) -> timedelta:
    """How long to wait after the nth failed attempt: 1, 2, 4 … minutes, at most an hour."""
    doubled: int = 2 ** min(max(attempts - 1, 0), 10)
    return min(FIRST_DELAY * doubled, LONGEST_DELAY)


def send_due(machine_now: datetime, limit: int = 100) -> SendReport:
    """Send up to `limit` mails that are due in machine time. Sends nothing from a database not adopted."""
    if not is_adopted():
        logger.warning("No mail is sent: this installation has not adopted this database")
        return SendReport(is_adopted=False)
    return _Round(machine_now).run(limit)


class _Round:
    """One round of the sender: one connection, batches of claimed rows."""

    def __init__(self, machine_now: datetime) -> None:
        self._machine_now = machine_now
        self._started = time.monotonic()
        self._connection = get_connection()
        self._is_server_down = False
        self.report = SendReport()

    def _elapsed(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self._started)

    def _now(self) -> datetime:
        return self._machine_now + self._elapsed()

    def _must_stop(self) -> bool:
        return self._is_server_down or self._elapsed() > BUDGET

    def run(self, limit: int) -> SendReport:
        looked_at = 0
        self._bring_back_from_the_future()
        try:
            while looked_at < limit and not self._must_stop():
                rows, claimed = self._claim(min(BATCH, limit - looked_at))
                if not rows:
                    break
                looked_at += rows
                self._deliver_all(claimed)
        finally:
            self._hang_up()
        self._beat()
        return self.report

    def _beat(self) -> None:
        took = self._elapsed() // timedelta(milliseconds=1)
        beat(
            Heartbeat(
                name=HEARTBEAT, at=self._now(), business_at=self._now(), took_ms=took, done=self.report.sent
            )
        )

    def _bring_back_from_the_future(self) -> None:
        """Let mail go out that was put off while the clock ran ahead, and would wait until it gets there."""
        ahead = Notice.objects.unsent().filter(next_attempt_at__gt=self._now() + _LONGEST_WAIT)
        # Asked first: an update that finds nothing would still wait for every other writer of SQLite.
        if ahead.exists():
            ahead.update(next_attempt_at=self._now())

    # --- Claim: one short transaction -------------------------------------------------------------

    def _claim(self, size: int) -> tuple[int, list[Notice]]:
        """Lease what is due and still matters; return how many rows were looked at, and those leased."""
        with transaction.atomic():
            due = Notice.objects.unsent().filter(next_attempt_at__lte=self._now())
            rows = list(
                due.order_by("next_attempt_at", "pk")
                .select_related("recipient__account__country__region")
                .select_for_update(skip_locked=True, of=("self",))[:size]
            )
            claimed = [notice for notice in rows if self._still_matters(notice)]
            self._lease(claimed)
        return len(rows), claimed

    def _lease(self, claimed: list[Notice]) -> None:
        token, until = uuid.uuid4(), self._now() + LEASE
        Notice.objects.filter(pk__in=[notice.pk for notice in claimed]).update(
            state=MailState.SENDING,
            attempts=F("attempts") + 1,
            lease_token=token,
            lease_until=until,
            next_attempt_at=until,
        )
        for notice in claimed:
            notice.state, notice.lease_token = MailState.SENDING, token
            notice.attempts += 1

    def _still_matters(self, notice: Notice) -> bool:
        if notice.attempts >= MOST_ATTEMPTS:
            # Its senders died with it: nobody came back to write a result.
            self._settle_locked(notice, state=MailState.DEAD, last_error=notice.last_error or "no result")
            self.report.dead += 1
            return False
        try:
            with transaction.atomic(), _in_words_of(notice):
                because = _obsolete_because(notice)
        except (SoftTimeLimitExceeded, *_DATABASE_AWAY):
            raise
        except Exception as error:
            logger.exception("Notice %s cannot tell whether it still matters", notice.pk)
            self._settle_locked(notice, state=MailState.DEAD, last_error=_words_of(error))
            self.report.dead += 1
            return False
        if because is not None:
            self._settle_locked(notice, state=MailState.CANCELLED, cancelled_because=because[:120])
            self.report.cancelled += 1
        return because is None

    @staticmethod
    def _settle_locked(notice: Notice, **columns: Any) -> None:
        Notice.objects.filter(pk=notice.pk).update(lease_token=None, lease_until=None, **columns)

    # --- Deliver: no transaction ------------------------------------------------------------------

    def _deliver_all(self, claimed: list[Notice]) -> None:
        for position, notice in enumerate(claimed):
            if self._must_stop():
                self._give_back(claimed[position:])
                return
            self._deliver(notice)

    def _give_back(self, claimed: list[Notice]) -> None:
        """Return rows that were claimed and not tried: they have lost no attempt."""
        wait = FIRST_DELAY if self._is_server_down else timedelta(0)
        for notice in claimed:
            self._settle(
                notice,
                state=MailState.PENDING,
                attempts=notice.attempts - 1,
                next_attempt_at=self._now() + wait,
            )

    def _deliver(self, notice: Notice) -> None:
        try:
            mail, message = _compose(notice)
        except SoftTimeLimitExceeded:
            raise
        except _DATABASE_AWAY as error:
            self._put_off(notice, error)
            return
        except Exception as error:
            logger.exception("Notice %s cannot be rendered", notice.pk)
            self._give_up(notice, error)
            return
        self._hand_over(notice, mail, message)

    def _hand_over(self, notice: Notice, mail: Mail, message: EmailMultiAlternatives) -> None:
        try:
            is_new = self._connection.open()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            self._blame_server(notice, error)
            return
        try:
            self._connection.send_messages([message])
        except (OSError, smtplib.SMTPException) as error:
            # A backend that cannot tell how far the mail came may have delivered it.
            fault = fault_of(error, is_text_out=getattr(self._connection, "is_text_out", True))
            if fault is Fault.SERVER and is_new is False:
                # The server may only have had enough of this connection.
                self._hang_up()
                self._hand_over(notice, mail, message)
            else:
                self._after_refusal(notice, error, fault)
            return
        self._note_sent(notice, mail, to=message.to[0])

    def _after_refusal(self, notice: Notice, error: Exception, fault: Fault) -> None:
        if not isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused):
            # No answer, or half of one: this connection cannot be trusted with the next mail.
            self._hang_up()
        if fault is Fault.MAIL:
            self._give_up(notice, error)
        elif fault is Fault.SERVER:
            self._blame_server(notice, error)
        elif fault is Fault.MOMENT:
            self._try_for_days(notice, error)
        else:
            self._try_a_few_times(notice, error)

    def _hang_up(self) -> None:
        # Saying goodbye to a server that has gone away is no fault worth reporting.
        with suppress(OSError, smtplib.SMTPException):
            self._connection.close()

    # --- Result: fenced by the lease's token -------------------------------------------------------

    def _note_sent(self, notice: Notice, mail: Mail, *, to: str) -> None:
        may_store = settings.PORTAL_EMBEDDED or not kind_of(notice).is_secret
        self.report.sent += self._settle(
            notice,
            state=MailState.SENT,
            sent_at=self._now(),
            address=to,
            sent_subject=mail.subject,
            sent_text=mail.text if may_store else "",
            sent_html=mail.html if may_store else "",
            last_error="",
        )

    def _blame_server(self, notice: Notice, error: Exception) -> None:
        """End the round and try later, for as long as it takes: an outage must not kill any mail."""
        logger.warning("The mail server takes no mail now: %s", _words_of(error))
        self._is_server_down = True
        self._put_off(notice, error)

    def _try_for_days(self, notice: Notice, error: Exception) -> None:
        """Try a mail again that was surely not taken, as long as mail servers do among themselves."""
        is_old = self._now() - notice.queued_at > GIVE_UP_AFTER
        if is_old and notice.attempts >= _MOST_REFUSALS_COUNTED:
            self._give_up(notice, error)
        else:
            self._put_off(notice, error)

    def _try_a_few_times(self, notice: Notice, error: Exception) -> None:
        """Try a mail again that may have been taken: each further attempt may be a copy."""
        if notice.attempts >= MOST_ATTEMPTS:
            self._give_up(notice, error)
        else:
            self._put_off(notice, error, attempts=notice.attempts)

    def _put_off(self, notice: Notice, error: Exception, *, attempts: int = 0) -> None:
        self.report.put_off += self._settle(
            notice,
            state=MailState.PENDING,
            attempts=attempts or min(notice.attempts, _MOST_REFUSALS_COUNTED),
            next_attempt_at=self._now() + delay_after(notice.attempts),
            last_error=_words_of(error),
        )

    def _give_up(self, notice: Notice, error: Exception) -> None:
        logger.warning("Notice %s is given up: %s", notice.pk, _words_of(error))
        self.report.dead += self._settle(notice, state=MailState.DEAD, last_error=_words_of(error))

    def _settle(self, notice: Notice, **columns: Any) -> int:
        """Write a result, unless the lease has passed to another sender; return 1 if it was written."""
        mine = Notice.objects.filter(pk=notice.pk, lease_token=notice.lease_token, state=MailState.SENDING)
        written = mine.update(lease_token=None, lease_until=None, **columns)
        self.report.lost += 1 - written
        return written


def _obsolete_because(notice: Notice) -> str | None:
    if notice.recipient is not None and not notice.recipient.is_active:
        return "recipient_left"
    return kind_of(notice).obsolete_because(notice)


def _compose(notice: Notice) -> tuple[Mail, EmailMultiAlternatives]:
    """Render a mail in its reader's language and zone; raises whatever makes it impossible to send."""
    with _in_words_of(notice):
        kind = kind_of(notice)
        mail = kind.mail(notice)
        thread = kind.thread(notice)
    to = notice.recipient.email if notice.recipient is not None else notice.address
    _check_address(to)
    message = EmailMultiAlternatives(
        subject=" ".join(mail.subject.split()),
        body=mail.text,
        to=[to],
        headers={
            "Message-ID": notice.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            **_thread_headers(thread),
        },
        alternatives=[(mail.html, "text/html")],
    )
    # What cannot be written as a mail must show here, not while the server listens.
    message.message().as_bytes()
    return mail, message


def _check_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValueError("this is no address that mail can be sent to") from error


def _thread_headers(thread: str) -> dict[str, str]:
    """Refer to a message that never was, the same for all mail of a thread: it is then shown together."""
    if not thread:
        return {}
    name = "".join(letter if letter.isalnum() and letter.isascii() else "." for letter in thread)
    root = f"<{name}@{mail_domain()}>"
    return {"In-Reply-To": root, "References": root}


@contextmanager
def _in_words_of(notice: Notice) -> Iterator[None]:
    """Speak the reader's language in the reader's zone; to nobody in particular, the default and UTC."""
    recipient = notice.recipient
    with translation.override(mail_language(recipient)), timezone.override(viewer_zone(recipient)):
        yield


def _words_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
