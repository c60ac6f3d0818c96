"""What must be true of the inbox and the outbox (SPEC 2.2)."""

from collections.abc import Iterator

from django.db.models import Count, F, Q

from portal.notices.models import Notice
from portal.notices.states import PAGE_KEY, UNSENT, MailState, Transport
from portal.work.invariants import Invariant, Offence


def _told_twice() -> Iterator[Offence]:
    keys = Notice.objects.values("key").annotate(rows=Count("pk")).filter(rows__gt=1)
    for row in keys.order_by("key"):
        yield f"notice:{row['key']}", f"{row['rows']} rows"


def _shared_message_id() -> Iterator[Offence]:
    ids = Notice.objects.values("message_id").annotate(rows=Count("pk")).filter(rows__gt=1)
    for row in ids.order_by("message_id"):
        yield row["message_id"], f"{row['rows']} notices"


def _lost_mail() -> Iterator[Offence]:
    """A mail that nothing will ever send: unknown state, or waiting without a time for its next attempt."""
    known = Q(state__in=MailState.values)
    leased = Q(lease_token__isnull=False, lease_until__isnull=False, next_attempt_at=F("lease_until"))
    fine = (known & ~Q(state=MailState.SENDING)) | (Q(state=MailState.SENDING) & leased)
    for notice in Notice.objects.exclude(fine).order_by("pk").only("key", "state"):
        yield f"notice:{notice.key}", f"in {notice.state} without a sender or a next attempt"


def _settled_wrongly() -> Iterator[Offence]:
    """A result that contradicts itself."""
    sent_without_trace = Q(state=MailState.SENT) & (Q(sent_at=None) | Q(address="") | Q(attempts=0))
    unsent_with_trace = ~Q(state=MailState.SENT) & Q(sent_at__isnull=False)
    cancelled_silently = Q(state=MailState.CANCELLED, cancelled_because="")
    dead_silently = Q(state=MailState.DEAD, last_error="")
    leased_while_settled = ~Q(state__in=UNSENT) & Q(lease_token__isnull=False)
    wrong = sent_without_trace | unsent_with_trace | cancelled_silently | dead_silently | leased_while_settled
    for notice in Notice.objects.filter(wrong).order_by("pk").only("key", "state"):
        yield f"notice:{notice.key}", f"{notice.state}, and its columns say something else"


def _page_astray() -> Iterator[Offence]:
    """A page that its event has for somebody, has read, or has kept from the pager."""
    fine = Q(key__endswith=PAGE_KEY, recipient=None, read_at=None) & ~Q(state=MailState.QUIET)
    for notice in Notice.objects.filter(transport=Transport.PAGER).exclude(fine).order_by("pk"):
        yield f"notice:{notice.key}", "a page that is not the pager's alone"


INVARIANTS = (
    Invariant("N1", "an event is told to a recipient in one row", _told_twice),
    Invariant("N2", "every row has a Message-ID of its own", _shared_message_id),
    Invariant("N3", "every mail is settled, waits for an attempt, or is leased to a sender", _lost_mail),
    Invariant("N4", "what became of a mail stands in its row, with the reason", _settled_wrongly),
    Invariant("N5", "a page goes to the pager and to nobody's inbox, once for its event", _page_astray),
)
