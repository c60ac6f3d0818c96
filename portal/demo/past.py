"""Time that passes in the story: what fell due is carried out at its instant, and mail goes out at once."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone, translation

from portal.accounts.models import User
from portal.accounts.zones import viewer_zone
from portal.notices.kinds import kind_of
from portal.notices.models import MailState, Notice
from portal.work.timed import CHUNK, backlogs, total_backlog

# A living clock ticks every minute and a living sender every few seconds.
LATENESS = timedelta(seconds=7)
_DELIVERY = timedelta(seconds=4)


def live_until(until: datetime) -> None:
    """Carry out everything that falls due up to `until`, inclusive, each at its own instant."""
    while (due_at := total_backlog(until).oldest_due) is not None:
        at = min(due_at + LATENESS, until)
        done = 0
        for work, backlog in backlogs(at):
            if backlog.count:
                done += work.carry_out(at, CHUNK)
        assert done, f"what fell due at {due_at} cannot be carried out"
        deliver()


def deliver() -> None:
    """Write every waiting mail as sent, a moment after its notice was made, without handing it to a server.

    Called after each step of the story, so that a mail says what was true when it went out.
    """
    waiting = Notice.objects.filter(state=MailState.PENDING).select_related(
        "recipient__account__country__region"
    )
    for notice in waiting.order_by("pk"):
        _deliver(notice)


def _deliver(notice: Notice) -> None:
    recipient = notice.recipient
    with translation.override(_language_of(recipient)), timezone.override(viewer_zone(recipient)):
        mail = kind_of(notice).mail(notice)
    sent_at = notice.created_at + _DELIVERY
    Notice.objects.filter(pk=notice.pk).update(
        state=MailState.SENT,
        attempts=1,
        queued_at=notice.created_at,
        next_attempt_at=sent_at,
        sent_at=sent_at,
        address=recipient.email if recipient else notice.address,
        sent_subject=mail.subject,
        sent_text=mail.text,
        sent_html=mail.html,
    )


def _language_of(person: User | None) -> str:
    return person.language if person else settings.LANGUAGE_CODE
