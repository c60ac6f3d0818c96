"""What the clock does with waiting cases: the only writer of reminders and auto-closures (DESIGN 2).

A tick costs one index probe when nothing is due. Due cases are claimed in chunks, oldest first; step rows,
history, notices and the next instants of a chunk are one transaction.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count, F, Min
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import notices
from cases.folding import changes_between, recorded
from cases.follow_up import (
    DueStep,
    Outcome,
    Period,
    StepKind,
    closes_at,
    next_due_at,
    reopen_until,
    steps_due,
)
from cases.lifecycle import Status
from cases.models import Case, CaseEvent, FollowUpStep, Hold, WaitingPeriod, case_number
from cases.operations.changing import lock_cases
from cases.wording import step_name
from portal.notices.operations import NoticeDraft, announce
from portal.work.timed import Backlog, PreviewLine, TimedWork

logger = logging.getLogger(__name__)

# DESIGN 2: a case whose step raises goes this far ahead and stops no other.
RETRY_AFTER = timedelta(hours=1)
_PREVIEW_ROWS = 50
# These say that the database cannot work just now, never that a case is at fault.
_DATABASE_AWAY = (OperationalError, InterfaceError)
# Nor does the end of the time that a task is given.
_NO_CASE_TO_BLAME = (SoftTimeLimitExceeded, *_DATABASE_AWAY)


@dataclass(frozen=True, slots=True)
class _Decision:
    """What is due in one locked case, and the period as it will be afterwards."""

    case: Case
    period: WaitingPeriod
    due: tuple[DueStep, ...]
    after: Period

    @property
    def closes(self) -> bool:
        return any(step.outcome is Outcome.CLOSED for step in self.due)

    def steps(self, *outcomes: Outcome) -> Iterator[DueStep]:
        return (step for step in self.due if step.outcome in outcomes)

    def columns(self, now: datetime) -> dict[str, object]:
        """The recorded columns of the case as they will be."""
        if not self.closes:
            return {"next_follow_up_at": next_due_at(self.after, now=now), "clock_failed_at": None}
        return {
            "status": Status.AUTO_CLOSED,
            "period_id": None,
            "next_follow_up_at": None,
            "clock_failed_at": None,
            "closed_at": now,
            "reopen_until": reopen_until(now, self.after.policy),
        }


def carry_out_steps(now: datetime, limit: int) -> int:
    """This will carry out what is due at `now` in up to `limit` cases and say in how many.

    A chunk that raises is repeated case by case; the case that raises is put off for an hour and recorded.
    Where the database is busy or away, or time is up, no case is to blame: the next tick tries again.
    """
    try:
        with transaction.atomic():
            return _carry_out(_due_cases(now, limit), now)
    except _NO_CASE_TO_BLAME:
        raise
    except Exception:
        logger.exception("A chunk of follow-ups failed; its cases are tried one by one.")
        return _carry_out_one_by_one(now, limit)


def _due_cases(now: datetime, limit: int) -> list[Case]:
    due = Case.objects.filter(next_follow_up_at__lte=now).order_by("next_follow_up_at", "pk")
    return lock_cases(due[:limit], skip_locked=True)


def _carry_out_one_by_one(now: datetime, limit: int) -> int:
    due = Case.objects.filter(next_follow_up_at__lte=now).order_by("next_follow_up_at", "pk")
    keys = list(due.values_list("pk", flat=True)[:limit])
    for key in keys:
        try:
            with transaction.atomic():
                _carry_out(_still_due(key, now), now)
        except _NO_CASE_TO_BLAME:
            raise
        except Exception:
            logger.exception("Follow-up of %s failed; it is tried again in an hour.", case_number(key))
            with transaction.atomic():
                _put_off(_still_due(key, now), now)
    return len(keys)


def _still_due(key: int, now: datetime) -> list[Case]:
    return lock_cases(Case.objects.filter(pk=key, next_follow_up_at__lte=now), skip_locked=True)


def _put_off(cases: list[Case], now: datetime) -> None:
    for case in cases:
        columns = {"next_follow_up_at": now + RETRY_AFTER, "clock_failed_at": now}
        Case.objects.filter(pk=case.pk).update(**columns)
        CaseEvent.objects.create(
            case=case,
            kind="clock_failed",
            occurred_at=now,
            is_public=False,
            changes=_changes(case, columns),
        )


def _changes(case: Case, columns: Mapping[str, object]) -> dict[str, list[object]]:
    """What history holds of a case whose columns are set to these values."""
    after = {column: recorded(value) for column, value in columns.items()}
    return changes_between(case.state(), after)


def _carry_out(cases: list[Case], now: datetime) -> int:
    decisions = [_decide(case, now) for case in cases]
    if not decisions:
        return 0
    _write_steps(decisions, now)
    _end_holds(decisions)
    _close([decision for decision in decisions if decision.closes], now)
    _set_next([decision for decision in decisions if not decision.closes], now)
    announce(_drafts(decisions, now), now=now)
    return len(decisions)


def _decide(case: Case, now: datetime) -> _Decision:
    assert case.period is not None  # the database holds it: due means waiting
    rules = case.period.rules()
    due = steps_due(rules, now=now)
    done = {step.step: now for step in due if step.step.kind is StepKind.REMINDER}
    holds = rules.holds
    if any(step.outcome is Outcome.ENDED for step in due):
        holds = tuple(replace(hold, ended_at=hold.end) for hold in holds)
    return _Decision(case, case.period, due, replace(rules, holds=holds, done={**rules.done, **done}))


def _write_steps(decisions: list[_Decision], now: datetime) -> None:
    FollowUpStep.objects.bulk_create(
        FollowUpStep(
            case=decision.case,
            period=decision.period,
            kind=step.step.kind,
            ordinal=step.step.ordinal,
            due_at=step.due_at,
            done_at=now,
            outcome=step.outcome,
        )
        for decision in decisions
        for step in decision.steps(Outcome.SENT, Outcome.SKIPPED, Outcome.CLOSED)
    )
    CaseEvent.objects.bulk_create(
        _event(decision, step, now) for decision in decisions for step in decision.due
    )


_EVENT_KINDS = {
    Outcome.SENT: "reminded",
    Outcome.SKIPPED: "reminder_skipped",
    Outcome.ENDED: "hold_ended",
    Outcome.CLOSED: "auto_closed",
}


def _event(decision: _Decision, step: DueStep, now: datetime) -> CaseEvent:
    # What several steps of one tick change together stands in the last of them.
    changes = _changes(decision.case, decision.columns(now)) if step is decision.due[-1] else {}
    detail: dict[str, object] = {"period": decision.period.number, "due_at": step.due_at.isoformat()}
    if step.step.ordinal:
        detail["ordinal"] = step.step.ordinal
    if step.outcome is Outcome.CLOSED:
        detail |= {"status_before": decision.case.status, "status": str(Status.AUTO_CLOSED)}
    return CaseEvent(
        case=decision.case,
        kind=_EVENT_KINDS[step.outcome],
        occurred_at=now,
        is_public=True,
        detail=detail,
        changes=changes,
    )


def _end_holds(decisions: list[_Decision]) -> None:
    periods = [decision.period for decision in decisions if any(decision.steps(Outcome.ENDED))]
    if periods:
        Hold.objects.filter(period__in=periods, ended_at__isnull=True).update(ended_at=F("until"))


def _close(decisions: list[_Decision], now: datetime) -> None:
    """Closes in one statement per reopening window; the period's own policy counts (SPEC 2.1)."""
    periods = [decision.period for decision in decisions]
    WaitingPeriod.objects.filter(pk__in=[period.pk for period in periods]).update(ended_at=now)
    Hold.objects.filter(period__in=periods, ended_at__isnull=True).update(ended_at=now)
    by_window: dict[object, list[_Decision]] = defaultdict(list)
    for decision in decisions:
        by_window[decision.columns(now)["reopen_until"]].append(decision)
    for alike in by_window.values():
        Case.objects.filter(pk__in=[decision.case.pk for decision in alike]).update(
            **alike[0].columns(now), last_event_at=now, last_event_kind="auto_closed", last_event_by=None
        )


def _set_next(decisions: list[_Decision], now: datetime) -> None:
    """Moves every case to its next step, in one statement per distance and newest event."""
    groups: dict[tuple[timedelta, str], list[int]] = defaultdict(list)
    for decision in decisions:
        assert decision.case.next_follow_up_at is not None
        distance = next_due_at(decision.after, now=now) - decision.case.next_follow_up_at
        kind = _EVENT_KINDS[decision.due[-1].outcome] if decision.due else ""
        groups[distance, kind].append(decision.case.pk)
    for (distance, kind), keys in groups.items():
        event = {"last_event_at": now, "last_event_kind": kind, "last_event_by": None} if kind else {}
        Case.objects.filter(pk__in=keys).update(
            next_follow_up_at=F("next_follow_up_at") + distance, clock_failed_at=None, **event
        )


def _drafts(decisions: list[_Decision], now: datetime) -> list[NoticeDraft]:
    return [
        draft
        for decision in decisions
        for step in decision.due
        if step.outcome is not Outcome.SKIPPED
        for draft in _drafts_of(decision, step, now)
    ]


def _drafts_of(decision: _Decision, step: DueStep, now: datetime) -> Iterator[NoticeDraft]:
    """One notice per recipient; a hold that ends together with a closure goes without its own."""
    case = decision.case
    for person in notices.customer_recipients(case):
        match step.outcome:
            case Outcome.SENT:
                yield notices.reminder_draft(
                    case, person, ordinal=step.step.ordinal, closes_at=closes_at(decision.after, now=now)
                )
            case Outcome.CLOSED:
                yield notices.closure_draft(
                    case,
                    person,
                    number=decision.period.number,
                    reopen_until=reopen_until(now, decision.after.policy),
                )
            case Outcome.ENDED if not decision.closes:
                [hold] = [hold for hold in decision.period.holds.all() if hold.ended_at is None]
                yield notices.hold_ended_draft(case, person, hold=hold.pk)


def _backlog(now: datetime) -> Backlog:
    due = Case.objects.filter(next_follow_up_at__lte=now)
    figures = due.aggregate(count=Count("pk"), oldest=Min("next_follow_up_at"))
    return Backlog(count=figures["count"], oldest_due=figures["oldest"])


def _preview(now: datetime) -> Iterator[PreviewLine]:
    """The next steps of the cases whose clock is nearest, without carrying any out."""
    nearest = (
        Case.objects.filter(next_follow_up_at__isnull=False)
        .for_display()
        .prefetch_related("period__holds", "period__steps")
        .order_by("next_follow_up_at", "pk")
    )
    for case in nearest[:_PREVIEW_ROWS]:
        assert case.period is not None
        assert case.next_follow_up_at is not None
        rules = case.period.rules()
        due = steps_due(rules, now=max(now, case.next_follow_up_at))
        path = reverse("admin:cases_case_change", args=[case.pk])
        for step in due:
            yield PreviewLine(due_at=step.due_at, about=case.number, what=_outcome_words(step), path=path)


def _outcome_words(step: DueStep) -> str:
    if step.outcome is Outcome.SKIPPED:
        return gettext("%(step)s, left out") % {"step": step_name(step.step)}
    return step_name(step.step)


FOLLOW_UP = TimedWork(
    name="follow_up",
    label=_("Reminders and auto-closures"),
    backlog=_backlog,
    carry_out=carry_out_steps,
    preview=_preview,
)
