"""What the clock's health needs from apps above it; they fill it in when they start."""

from collections.abc import Callable
from datetime import datetime


def _no_mail() -> datetime | None:
    return None


def _no_page(_machine_now: datetime) -> datetime | None:
    return None


# Since when, in machine time, the oldest mail has been waiting to go out.
unsent_mail_since: Callable[[], datetime | None] = _no_mail
# Since when, in machine time, the pager lacks a page.
undelivered_page_since: Callable[[datetime], datetime | None] = _no_page
