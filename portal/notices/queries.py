"""What the clock's health asks about mail."""

from datetime import datetime

from django.db.models import Min

from portal.notices.models import Notice
from portal.notices.states import MailState


def unsent_since() -> datetime | None:
    """Since when, in machine time, the oldest mail has been waiting to go out; None: nothing waits."""
    since: datetime | None = Notice.objects.unsent().aggregate(since=Min("queued_at"))["since"]
    return since


def count_by_state() -> dict[str, int]:
    """How many rows each state of the outbox has that staff look after: waiting, being sent, given up."""
    watched = (MailState.PENDING, MailState.SENDING, MailState.DEAD)
    return {state: Notice.objects.filter(state=state).count() for state in watched}
