"""Time that passes in the story: what fell due is carried out at its instant, and mail goes out at once."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone, translation

from portal.accounts.languages import mail_language
from portal.accounts.models import User
from portal.accounts.zones import viewer_zone
from portal.notices.kinds import kind_of
from portal.notices.models import Notice
from portal.notices.states import MailState, Transport
from portal.work.timed import CHUNK, backlogs, total_backlog

# A living clock ticks every minute and a living sender every few seconds.
LATENESS = timedelta(seconds=7)
_DELIVERY = timedelta(seconds=4)
_WRITTEN = ["address", "sent_subject", "sent_text", "sent_html"]


class Past:
    """The clock and the sender of the story's past. Mail is written as sent, and handed to no server."""

    def __init__(self, people: Iterable[User]) -> None:
        self._people = {person.pk: person for person in people}
        self._sent: list[Notice] = []

    def live_until(self, until: datetime) -> None:
        """Carry out everything that falls due up to `until`, inclusive, each at its own instant."""
        while (due_at := total_backlog(until).oldest_due) is not None:
            at = min(due_at + LATENESS, until)
            done = [work.carry_out(at, CHUNK) for work, backlog in backlogs(at) if backlog.count]
            assert any(done), f"what fell due at {due_at} cannot be carried out"
            self.deliver()

    def deliver(self) -> None:
        """Send every waiting mail: it says what is true now, and reads in its recipient's words.

        Called after each step of the story. Whether the notice still matters need not be asked: it was made
        just now.
        """
        mail = Notice.objects.filter(transport=Transport.MAIL)
        waiting = list(mail.filter(state=MailState.PENDING).order_by("pk"))
        for notice in waiting:
            self._write(notice)
        Notice.objects.filter(pk__in=[notice.pk for notice in waiting]).update(
            state=MailState.SENT,
            attempts=1,
            queued_at=F("created_at"),
            next_attempt_at=F("created_at") + _DELIVERY,
            sent_at=F("created_at") + _DELIVERY,
        )
        self._sent += waiting

    def _write(self, notice: Notice) -> None:
        recipient = None
        if notice.recipient_id is not None:
            recipient = notice.recipient = self._people[notice.recipient_id]
        with translation.override(mail_language(recipient)), timezone.override(viewer_zone(recipient)):
            mail = kind_of(notice).mail(notice)
        notice.address = recipient.email if recipient else notice.address
        notice.sent_subject, notice.sent_text, notice.sent_html = mail.subject, mail.text, mail.html

    def put_on_record(self) -> None:
        """Store what was sent, all mails in one statement; the rest of their rows stays as it is.

        Pages of the story are no longer there: nobody is woken for the past.
        """
        Notice.objects.filter(transport=Transport.PAGER).delete()
        Notice.objects.bulk_create(
            self._sent, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN
        )
