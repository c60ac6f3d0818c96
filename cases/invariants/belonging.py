"""Whose a case is: its people, its notices and its files stay with its account."""

from collections.abc import Iterator

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from cases.follow_up import Outcome, StepKind
from cases.lifecycle import MOST_WATCHERS
from cases.models import Attachment, Case, CaseEvent, FollowUpStep, Message, Watcher
from cases.notices import REMINDER
from portal.notices.models import Notice
from portal.notices.states import Transport
from portal.work.invariants import Invariant, Offence
from portal.work.models import FormToken

_REMINDER_NOTICES = Notice.objects.filter(kind=REMINDER).annotate(
    period_key=Cast(KT("params__period"), BigIntegerField()),
    ordinal_key=Cast(KT("params__ordinal"), BigIntegerField()),
)


def _strangers() -> Iterator[Offence]:
    foreign = ~Q(requestor=None) & ~Q(requestor__account=F("account")) | ~Q(license__account=F("account"))
    for case in Case.objects.filter(foreign).order_by("pk"):
        yield case.about, "its requestor or its license belongs to another account"
    for row in Watcher.objects.exclude(user__account=F("case__account")).order_by("pk"):
        yield f"case:{row.case_id}", f"person {row.user_id} watches it and is not of its account"
    messages = Message.objects.filter(author__is_staff=False).exclude(author__account=F("case__account"))
    for message in messages.order_by("pk"):
        yield f"case:{message.case_id}", f"message {message.pk} is by somebody of another account"


def _told_to_strangers() -> Iterator[Offence]:
    about = Notice.objects.filter(about__startswith="case:", recipient__is_staff=False)
    about = about.annotate(case_key=Cast(KT("params__case"), BigIntegerField()))
    own = Case.objects.filter(pk=OuterRef("case_key"), account=OuterRef("recipient__account"))
    for notice in about.filter(~Exists(own)).order_by("pk"):
        yield notice.about, f"person {notice.recipient_id} of another account was told"


def _reminders_without_a_step() -> Iterator[Offence]:
    step = FollowUpStep.objects.filter(
        period=OuterRef("period_key"),
        ordinal=OuterRef("ordinal_key"),
        kind=StepKind.REMINDER,
        outcome=Outcome.SENT,
        done_at=OuterRef("created_at"),
    )
    for notice in _REMINDER_NOTICES.filter(~Exists(step)).order_by("pk"):
        yield notice.about, "a reminder was announced that the clock has not carried out"


def _pages_without_an_event() -> Iterator[Offence]:
    pages = Notice.objects.filter(transport=Transport.PAGER, about__startswith="case:")
    pages = pages.annotate(case_key=Cast(KT("params__case"), BigIntegerField()))
    event = CaseEvent.objects.filter(case=OuterRef("case_key"), occurred_at=OuterRef("created_at"))
    for notice in pages.filter(~Exists(event)).order_by("pk"):
        yield notice.about, "the pager was told of something that history does not know"


def _too_many_watchers() -> Iterator[Offence]:
    watched = Watcher.objects.values("case_id").annotate(rows=Count("pk")).filter(rows__gt=MOST_WATCHERS)
    for row in watched.order_by("case_id"):
        yield f"case:{row['case_id']}", f"{row['rows']} people watch it"


def _files_astray() -> Iterator[Offence]:
    own = Q(file__uploaded_by=F("message__author")) | Q(file__uploaded_by__isnull=True)
    for attachment in Attachment.objects.exclude(own).select_related("message").order_by("pk"):
        yield f"case:{attachment.message.case_id}", "a file hangs on a message of somebody else"


def _half_submitted() -> Iterator[Offence]:
    for token in FormToken.objects.filter(address="").order_by("pk"):
        yield f"form:{token.pk}", "a form is spent, and nothing came of it"


INVARIANTS = (
    Invariant("I9b", "every reminder in an inbox was carried out by the clock", _reminders_without_a_step),
    Invariant("I9c", "every page tells of an event of its case", _pages_without_an_event),
    Invariant("I17", "a case's people are of its account", _strangers),
    Invariant("I17b", "nobody of another account is told of a case", _told_to_strangers),
    Invariant("I17c", f"at most {MOST_WATCHERS} people watch a case", _too_many_watchers),
    Invariant("I18", "a file hangs on a message of the person who sent it", _files_astray),
    Invariant("I19", "a spent form leads to what came of it", _half_submitted),
)
