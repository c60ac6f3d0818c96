"""The sender: claims mail by a lease, talks to the server outside any transaction, notes what came of it.

A mail is never lost. A second copy goes out only if the process, the connection or the server dies between
the server's acceptance and our note of it, and then with the same Message-ID (SPEC 2.2, DESIGN 3).
"""

import logging
import smtplib
from contextlib import suppress
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email

from portal.notices.kinds import kind_of
from portal.notices.mail import Mail
from portal.notices.models import Notice, mail_domain
from portal.notices.rounds import DATABASE_AWAY, Round, SendReport, in_words_of, words_of
from portal.notices.smtp import Fault, fault_of
from portal.notices.states import MailState, Transport

logger = logging.getLogger(__name__)

# From here on the delay grows no more; attempts that surely delivered nothing count no further.
_MOST_REFUSALS_COUNTED = 7
# RFC 5321, 4.5.4.1: a mail that is refused for the moment is tried for four to five days.
GIVE_UP_AFTER = timedelta(days=5)


def send_due(machine_now: datetime, limit: int = 100) -> SendReport:
    """Send up to `limit` mails that are due in machine time. Sends nothing from a database not adopted."""
    return _Round(machine_now).run(limit)


class _Round(Round):
    """One round of the sender, over one connection."""

    transport = Transport.MAIL
    heartbeat = "send"
    budget = timedelta(seconds=45)
    # Each attempt that ends without an answer may have been a copy.
    most_attempts = 12

    def __init__(self, machine_now: datetime) -> None:
        super().__init__(machine_now)
        self._connection = get_connection()

    def _deliver(self, notice: Notice) -> None:
        try:
            mail, message = _compose(notice)
        except SoftTimeLimitExceeded:
            raise
        except DATABASE_AWAY as error:
            self._put_off_uncounted(notice, error)
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
        logger.warning("The mail server takes no mail now: %s", words_of(error))
        self._is_server_down = True
        self._put_off_uncounted(notice, error)

    def _try_for_days(self, notice: Notice, error: Exception) -> None:
        """Try a mail again that was surely not taken, as long as mail servers do among themselves."""
        is_old = self._now() - notice.queued_at > GIVE_UP_AFTER
        if is_old and notice.attempts >= _MOST_REFUSALS_COUNTED:
            self._give_up(notice, error)
        else:
            self._put_off_uncounted(notice, error)

    def _put_off_uncounted(self, notice: Notice, error: Exception) -> None:
        self._put_off(notice, error, attempts=min(notice.attempts, _MOST_REFUSALS_COUNTED))


def _compose(notice: Notice) -> tuple[Mail, EmailMultiAlternatives]:
    """Render a mail in its reader's language and zone; raises whatever makes it impossible to send."""
    with in_words_of(notice):
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
