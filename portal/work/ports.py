"""What the clock's health needs from apps above it; they fill it in when they start."""

from collections.abc import Callable
from datetime import datetime


def _no_mail() -> datetime | None:
    return None


# Since when, in machine time, the oldest mail has been waiting to go out.
unsent_mail_since: Callable[[], datetime | None] = _no_mail
