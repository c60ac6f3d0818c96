"""Targets of first responses: each runs until it ends, ends once, and as its instants say (SPEC 3.2)."""

from collections.abc import Iterator

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from cases.lifecycle import ENDED
from cases.models import Case, CaseEvent, ResponseDecision
from cases.response import first_step_at, missed_from
from portal.work.invariants import Invariant, Offence

_ENDED = (
    Q(first_responded_at__isnull=False)
    | Q(response_missed_at__isnull=False)
    | Q(response_withdrawn_at__isnull=False)
)


def _timer_of_a_target() -> Iterator[Offence]:
    runs = Q(response__isnull=False) & ~_ENDED
    has_step = Q(next_response_step_at__isnull=False)
    for case in Case.objects.filter((runs & ~has_step) | (has_step & ~runs)).order_by("pk"):
        yield case.about, "its target runs without a step of the clock, or has ended and keeps one"
    for case in Case.objects.filter(has_step, status__in=ENDED).order_by("pk"):
        yield case.about, "it is closed, and its target still runs"


def _off_the_decision() -> Iterator[Offence]:
    """A running target's next step is its first, or once staff were warned, the instant it is missed."""
    warnings = CaseEvent.objects.filter(case=OuterRef("pk"), kind="target_warned").annotate(
        decision=Cast(KT("detail__decision"), BigIntegerField())
    )
    running = Case.objects.filter(next_response_step_at__isnull=False, clock_failed_at__isnull=True)
    columns = ("pk", "next_response_step_at", "response__warns_at", "response__due_at")
    is_warned = Exists(warnings.filter(decision=OuterRef("response")))
    for key, stands_at, warns_at, due_at, warned in running.order_by("pk").values_list(*columns, is_warned):
        planned = missed_from(due_at) if warned else first_step_at(warns_at=warns_at, due_at=due_at)
        if planned != stands_at:
            yield f"case:{key}", f"its target's next step stands at {stands_at}, and is due at {planned}"


def _as_decided() -> Iterator[Offence]:
    decided = Q(response__case=F("pk"), response__due_at=F("response_due_at"))
    for case in Case.objects.filter(response__isnull=False).exclude(decided).order_by("pk"):
        yield case.about, "its due instant is not the one of its decision"
    later = ResponseDecision.objects.filter(case=OuterRef("pk"), pk__gt=OuterRef("response"))
    for case in Case.objects.filter(Exists(later)).order_by("pk"):
        yield case.about, "an earlier decision than its latest holds"


def _wrongly_ended() -> Iterator[Offence]:
    due = F("response_due_at")
    missed, withdrawn = Q(response_missed_at__isnull=False), Q(response_withdrawn_at__isnull=False)
    wrong = (missed & Q(response_missed_at__lte=due)) | (withdrawn & Q(response_withdrawn_at__gt=due))
    wrong |= ~missed & Q(first_responded_at__gt=due)
    for case in Case.objects.filter(wrong, response__isnull=False).order_by("pk"):
        yield case.about, "its target counts as met or missed against its instants"


def _told_twice() -> Iterator[Offence]:
    told = CaseEvent.objects.filter(kind__in=("target_warned", "target_missed"))
    rows = told.values("case_id", "kind", "detail__decision").annotate(rows=Count("pk")).filter(rows__gt=1)
    for row in rows.order_by("case_id", "kind"):
        yield f"case:{row['case_id']}", f"{row['kind']} stands {row['rows']} times for one decision"


INVARIANTS = (
    Invariant("I21", "a target's clock runs exactly while its target does", _timer_of_a_target),
    Invariant(
        "I10b",
        "a running target's next step stands at the instant that its decision gives",
        _off_the_decision,
    ),
    Invariant("I21b", "a case holds its latest decision", _as_decided),
    Invariant("I21c", "a target is met, missed or withdrawn as its instants say", _wrongly_ended),
    Invariant("I21d", "staff hear once of each target near its end, and once of it missed", _told_twice),
)
