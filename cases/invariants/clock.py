"""Waiting periods, their steps, and the closures that follow: each once, in order, never early."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from cases.follow_up import NOTICE_BEFORE_CLOSURE, CatchUp, Outcome, StepKind, next_due_at
from cases.invariants.told import untold
from cases.lifecycle import ENDED, WAITING, Status
from cases.models import Case, CaseEvent, FollowUpStep, Hold, WaitingPeriod, case_number
from portal.work.invariants import Invariant, Offence

_REMINDERS = FollowUpStep.objects.filter(kind=StepKind.REMINDER)
_CLOSURES = FollowUpStep.objects.filter(kind=StepKind.CLOSURE)

_CASES_AT_ONCE = 1000


def _about(step: FollowUpStep) -> str:
    return f"case:{step.case_id}"


def _twice() -> Iterator[Offence]:
    steps = FollowUpStep.objects.values("case_id", "period_id", "kind", "ordinal").annotate(rows=Count("pk"))
    for row in steps.filter(rows__gt=1).order_by("period_id", "kind", "ordinal"):
        yield f"case:{row['case_id']}", f"{row['rows']} rows of {row['kind']} {row['ordinal']}"


def _after_the_period() -> Iterator[Offence]:
    """History is written under the case's lock: its order counts, for an answer is dated before it waits."""
    told = CaseEvent.objects.filter(
        case=OuterRef("case"), kind__in=("reminded", "reminder_skipped"), occurred_at=OuterRef("done_at")
    )
    ended = CaseEvent.objects.filter(
        case=OuterRef("case"), changes__has_key="period_id", occurred_at=OuterRef("period__ended_at")
    )
    steps = _REMINDERS.filter(period__ended_at__isnull=False).annotate(
        told=Subquery(told.order_by("pk").values("pk")[:1]),
        ended=Subquery(ended.order_by("-pk").values("pk")[:1]),
    )
    unrecorded = Q(told__isnull=True) | Q(ended__isnull=True)
    late = Q(told__gt=F("ended")) | (Q(done_at__gt=F("period__ended_at")) & unrecorded)
    for step in steps.filter(late).order_by("pk"):
        yield _about(step), f"reminder {step.ordinal} came after its period's end"


def _timer_without_waiting() -> Iterator[Offence]:
    waits = Q(status__in=WAITING, next_follow_up_at__isnull=False, period__ended_at__isnull=True)
    waits &= Q(period__case=F("pk"), period__status=F("status"))
    rests = ~Q(status__in=WAITING) & Q(next_follow_up_at__isnull=True, period__isnull=True)
    right = Case.objects.filter(waits | rests, pk=OuterRef("pk"))
    for case in Case.objects.filter(~Exists(right)).order_by("pk").only("pk", "status"):
        yield case.about, f"{case.status}, and its clock says something else"


def _period_left_running() -> Iterator[Offence]:
    running = WaitingPeriod.objects.filter(ended_at__isnull=True)
    for period in running.exclude(pk=F("case__period")).order_by("pk"):
        yield (
            f"case:{period.case_id}",
            f"waiting period {period.number} runs, and the case does not wait for it",
        )
    held = Hold.objects.filter(ended_at__isnull=True, period__ended_at__isnull=False)
    for hold in held.select_related("period").order_by("pk"):
        yield f"case:{hold.period.case_id}", f"a hold of the ended period {hold.period.number} still runs"


def _out_of_order() -> Iterator[Offence]:
    earlier = FollowUpStep.objects.filter(period=OuterRef("period"), done_at__lt=OuterRef("done_at"))
    for step in _REMINDERS.filter(Exists(earlier.filter(ordinal__gt=OuterRef("ordinal")))).order_by("pk"):
        yield _about(step), f"reminder {step.ordinal} came after a later one"
    for step in _REMINDERS.filter(Exists(earlier.filter(kind=StepKind.CLOSURE))).order_by("pk"):
        yield _about(step), f"reminder {step.ordinal} came after the closure"


def _bursts() -> Iterator[Offence]:
    told = FollowUpStep.objects.filter(outcome__in=(Outcome.SENT, Outcome.CLOSED))
    at_once = told.values("case_id", "period_id", "done_at").annotate(rows=Count("pk")).filter(rows__gt=1)
    for row in at_once.order_by("period_id", "done_at"):
        yield f"case:{row['case_id']}", f"{row['rows']} notices of the series at {row['done_at'].isoformat()}"


def _early() -> Iterator[Offence]:
    for step in FollowUpStep.objects.filter(done_at__lt=F("due_at")).order_by("pk"):
        yield _about(step), f"{step.kind} {step.ordinal} was carried out before its instant"
    steps = FollowUpStep.objects.select_related("period__policy").order_by("pk")
    for step in steps.iterator():
        policy = step.period.policy
        hours = policy.closure_hours
        if step.kind == StepKind.REMINDER:
            hours = policy.reminder_hours[step.ordinal - 1]
        if step.due_at < step.period.started_at + timedelta(hours=hours):
            yield _about(step), f"{step.kind} {step.ordinal} fell due less than {hours} h after the setting"


def _closed_in_silence() -> Iterator[Offence]:
    """A closure follows every reminder of its series, sent or skipped, and stands in the inboxes."""
    reminders = Q(period__steps__kind=StepKind.REMINDER)
    closures = _CLOSURES.annotate(reminders=Count("period__steps", filter=reminders))
    for closure in closures.select_related("period__policy").order_by("pk").iterator():
        if closure.reminders != len(closure.period.policy.reminder_hours):
            yield _about(closure), f"closed after {closure.reminders} of its reminders"
    yield from untold(["auto_closed"])


def _closed_without_warning() -> Iterator[Offence]:
    """With *notice first* the last reminder went out at least 24 h before the closure (SPEC 2.1)."""
    first = _CLOSURES.filter(period__policy__catch_up=CatchUp.NOTICE_FIRST).select_related("period__policy")
    for step in first.order_by("pk").iterator():
        last = len(step.period.policy.reminder_hours)
        sent = _REMINDERS.filter(period=step.period_id, ordinal=last, outcome=Outcome.SENT).first()
        if last and (sent is None or step.done_at - sent.done_at < NOTICE_BEFORE_CLOSURE):
            yield _about(step), "closed less than 24 h after its last reminder, or without it"


def _half_closed() -> Iterator[Offence]:
    """Status, step and event of a closure are one transaction: none without the others."""
    step = _CLOSURES.filter(case=OuterRef("case"), done_at=OuterRef("occurred_at"))
    closed = CaseEvent.objects.filter(kind="auto_closed")
    for event in closed.filter(~Exists(step)).order_by("pk"):
        yield f"case:{event.case_id}", "an auto-closure in history has no step"
    recorded = closed.filter(case=OuterRef("case"), occurred_at=OuterRef("done_at"))
    ended = Q(period__ended_at=F("done_at"))
    for closure in _CLOSURES.filter(~Exists(recorded) | ~ended).order_by("pk"):
        yield _about(closure), "a closure step has no event, or did not end its period"
    step = _CLOSURES.filter(case=OuterRef("pk"), done_at=OuterRef("closed_at"))
    for key in Case.objects.filter(~Exists(step), status=Status.AUTO_CLOSED).values_list("pk", flat=True):
        yield f"case:{key}", f"{case_number(key)} is Auto Closed without the step that closed it"


def _answered_and_still_waiting() -> Iterator[Offence]:
    answers = CaseEvent.objects.filter(kind__in=("replied", "contact_logged"))
    for event in answers.filter(detail__status__in=[*WAITING]).order_by("pk"):
        yield f"case:{event.case_id}", "an answer left the case waiting"
    for event in answers.filter(detail__status_before__in=[*ENDED]).order_by("pk"):
        yield f"case:{event.case_id}", "an answer was taken on a closed case"


def _off_the_plan() -> Iterator[Offence]:
    """Operations and the sweep write the instant with `next_due_at`; it is asked anew, of what is stored.

    A case whose step raised is put off, and says so. `now` only ever moves a closure behind its reminder,
    which comes first: which instant is taken makes no difference.
    """
    waiting = Case.objects.filter(period__isnull=False, clock_failed_at__isnull=True).order_by("pk")
    with_plan = waiting.select_related("period__policy").prefetch_related("period__holds", "period__steps")
    for case in with_plan.iterator(chunk_size=_CASES_AT_ONCE):
        assert case.period is not None
        planned = next_due_at(case.period.rules(), now=case.period.started_at)
        if planned != case.next_follow_up_at:
            yield case.about, f"its next step stands at {case.next_follow_up_at}, and is due at {planned}"


INVARIANTS = (
    Invariant("I1", "a step is carried out once in a waiting period", _twice),
    Invariant("I2", "no reminder after the answer that ended its period", _after_the_period),
    Invariant("I3", "a clock runs exactly while the case waits", _timer_without_waiting),
    Invariant("I3b", "periods and holds end with the waiting status", _period_left_running),
    Invariant("I4", "reminders come in their order, before the closure", _out_of_order),
    Invariant("I5", "one notice of a series at a time", _bursts),
    Invariant("I6", "nothing comes before its hours have passed", _early),
    Invariant("I7", "no closure without its whole series and its notices", _closed_in_silence),
    Invariant(
        "I7b",
        "with notice first, no closure sooner than 24 h after the last reminder",
        _closed_without_warning,
    ),
    Invariant("I8", "a closure is whole: status, step, event and end of the period", _half_closed),
    Invariant(
        "I10", "the next step of a waiting case stands at the instant that the rules give", _off_the_plan
    ),
    Invariant("I11", "an answer ends the waiting, and closed cases take none", _answered_and_still_waiting),
)
