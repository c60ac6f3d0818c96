"""Whose a case is: its people, its notices and its files stay with its account."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import BigIntegerField, CharField, Count, Exists, F, OuterRef, Q, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Concat

from cases.follow_up import Outcome, StepKind
from cases.lifecycle import MOST_WATCHERS
from cases.models import Attachment, Case, CaseEvent, FollowUpStep, Message, Watcher
from cases.notices import REMINDER
from entitlements.models import Seat
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


def requestor_had_left(case_id: int, at: datetime) -> bool:
    """This will say whether the requestor of that instant may have had no sign-in, so that nobody was told.

    A sign-in ends with the last seat. A closed case keeps its requestor, and staff may reopen it.
    """
    requestors = CaseEvent.objects.filter(
        case=case_id, changes__has_key="requestor_id", occurred_at__lte=at
    ).order_by("-occurred_at", "-pk")
    people = [
        changes["requestor_id"][1]
        for number, (occurred_at, changes) in enumerate(requestors.values_list("occurred_at", "changes"))
        if number == 0 or occurred_at == at
    ]
    # Without a requestor everybody with a seat was told.
    theirs = Q(user__in=people) if any(people) else Q(license__cases=case_id)
    return Seat.objects.filter(theirs, removed_at__lte=at).exists()


def _steps_without_a_notice() -> Iterator[Offence]:
    """A reminder that was sent stands in an inbox, unless the requestor had left."""
    told = _REMINDER_NOTICES.filter(
        about=Concat(Value("case:"), Cast(OuterRef("case_id"), CharField())),
        period_key=OuterRef("period_id"),
        ordinal_key=OuterRef("ordinal"),
    )
    sent = FollowUpStep.objects.filter(kind=StepKind.REMINDER, outcome=Outcome.SENT)
    for step in sent.filter(~Exists(told)).order_by("pk"):
        if not requestor_had_left(step.case_id, step.done_at):
            yield f"case:{step.case_id}", f"reminder {step.ordinal} was sent to nobody"


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
    Invariant("I9", "every reminder that was sent stands in an inbox", _steps_without_a_notice),
    Invariant("I9b", "every reminder in an inbox was carried out by the clock", _reminders_without_a_step),
    Invariant("I9c", "every page tells of an event of its case", _pages_without_an_event),
    Invariant("I17", "a case's people are of its account", _strangers),
    Invariant("I17b", "nobody of another account is told of a case", _told_to_strangers),
    Invariant("I17c", f"at most {MOST_WATCHERS} people watch a case", _too_many_watchers),
    Invariant("I18", "a file hangs on a message of the person who sent it", _files_astray),
    Invariant("I19", "a spent form leads to what came of it", _half_submitted),
)
