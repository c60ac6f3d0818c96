"""What the clock's health asks about mail and pages."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min, Q

from portal.notices.models import Notice
from portal.notices.states import UNSENT, MailState, Transport

# A page that was given up is the outbox's after a day: nobody is woken for it any more.
_SHOWN_FOR = timedelta(days=1)


def unsent_since() -> datetime | None:
    """Since when, in machine time, the oldest mail has been waiting to go out; None: nothing waits."""
    mail = Notice.objects.unsent().filter(transport=Transport.MAIL)
    since: datetime | None = mail.aggregate(since=Min("queued_at"))["since"]
    return since


def undelivered_page_since(machine_now: datetime) -> datetime | None:
    """Since when, in machine time, the pager lacks a page that waits, or was given up within a day.

    None: it lacks none, or there is no pager.
    """
    if not settings.PORTAL_PAGER_URL:
        return None
    given_up = Q(state=MailState.DEAD, queued_at__gt=machine_now - _SHOWN_FOR)
    lacking = Notice.objects.filter(Q(state__in=UNSENT) | given_up, transport=Transport.PAGER)
    since: datetime | None = lacking.aggregate(since=Min("queued_at"))["since"]
    return since


def count_by_state() -> dict[str, int]:
    """How many rows each state of the outbox has that staff look after: waiting, being sent, given up."""
    watched = (MailState.PENDING, MailState.SENDING, MailState.DEAD)
    return {state: Notice.objects.filter(state=state).count() for state in watched}
