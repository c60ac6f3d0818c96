"""Whose fault it is when a mail server takes no mail, and a backend that knows how far the mail came.

Before a mail's text is out the server cannot have taken it; after that, until the answer, nobody can tell.
"""

import smtplib
from enum import Enum, auto
from typing import Any

from django.core.mail.backends import smtp

# RFC 5321: the server closes this connection and takes no mail now, whatever it was asked.
_SERVICE_ENDS = 421


class Fault(Enum):
    """Whose fault a failed attempt is."""

    MAIL = auto()  # this mail will never be taken
    MOMENT = auto()  # it may be taken later
    SERVER = auto()  # no mail would be taken now
    NOBODY = auto()  # no answer came, so that it may have been taken


def fault_of(error: Exception, *, is_text_out: bool) -> Fault:
    """Tell whose fault it is that a mail was not taken, or perhaps not taken.

    `is_text_out`: whether the server may have had the whole mail, so that without its answer nobody knows.
    """
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _fault_of_answers([code for code, _answer in error.recipients.values()])
        case smtplib.SMTPDataError():
            return _fault_of_answers([error.smtp_code])
        case smtplib.SMTPNotSupportedError():
            return Fault.MAIL
        case smtplib.SMTPResponseException():  # to the greeting, the sign-in or the sender's address
            return Fault.SERVER
    return Fault.NOBODY if is_text_out else Fault.SERVER


def _fault_of_answers(codes: list[int]) -> Fault:
    if _SERVICE_ENDS in codes:
        return Fault.SERVER
    return Fault.MAIL if all(500 <= code < 600 for code in codes) else Fault.MOMENT


class _Knowing(smtplib.SMTP):
    # Whether the text of the mail under way has been given to the connection.
    is_text_out = False

    def mail(self, sender: str, options: Any = ()) -> tuple[int, bytes]:
        self.is_text_out = False
        return super().mail(sender, options)

    def send(self, s: Any) -> None:
        # smtplib writes its commands as text; the only bytes are a mail's own.
        self.is_text_out = self.is_text_out or isinstance(s, bytes)
        super().send(s)


class _KnowingSSL(_Knowing, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Sends as Django's does; `is_text_out` tells how far the last mail came."""

    @property
    def connection_class(self) -> type[_Knowing]:
        """What speaks to the server."""
        return _KnowingSSL if self.use_ssl else _Knowing

    @property
    def is_text_out(self) -> bool:
        """Whether the server may have taken the mail under way."""
        return isinstance(self.connection, _Knowing) and self.connection.is_text_out
