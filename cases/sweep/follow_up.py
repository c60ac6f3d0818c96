"""What the clock does with waiting cases: the only writer of reminders and auto-closures (DESIGN 2).

A tick costs one index probe when nothing is due. Due cases are claimed in chunks, oldest first; step rows,
history, notices and the next instants of a chunk are one transaction.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import notices
from cases.calls import CallOutcome
from cases.due import DueCase, lock_due
from cases.follow_up import (
    DueStep,
    Outcome,
    Period,
    carried_out,
    closes_at,
    next_due_at,
    reopen_until,
    steps_due,
)
from cases.lifecycle import Status
from cases.models import CallRequest, Case, CaseEvent, FollowUpStep, Hold, WaitingPeriod
from cases.sweep.chunks import backlog_of, carry_out_due, changes_of
from cases.wording import step_name
from portal.notices.operations import NoticeDraft, announce
from portal.work.bulk import among, insert_rows
from portal.work.timed import PreviewLine, TimedWork

_PREVIEW_ROWS = 50


@dataclass(frozen=True, slots=True)
class _Decision:
    """What is due in one locked case, and the period as it will be afterwards."""

    case: DueCase
    due: tuple[DueStep, ...]
    after: Period
    # The instant of the step that follows; None where the case closes.
    next_at: datetime | None

    @property
    def closes(self) -> bool:
        return self.next_at is None

    @property
    def ends_hold(self) -> bool:
        return any(step.outcome is Outcome.ENDED for step in self.due)

    def columns(self, now: datetime) -> dict[str, object]:
        """The recorded columns of the case as they will be."""
        if not self.closes:
            return {"next_follow_up_at": self.next_at, "clock_failed_at": None}
        return {
            "status": Status.AUTO_CLOSED,
            "period_id": None,
            "next_follow_up_at": None,
            "clock_failed_at": None,
            "closed_at": now,
            "call_id": None,
            "reopen_until": reopen_until(now, self.after.policy),
        }


def carry_out_steps(now: datetime, limit: int) -> int:
    """This will carry out what is due at `now` in up to `limit` cases and say in how many."""
    return carry_out_due(
        "next_follow_up_at", now=now, limit=limit, carry_out=lambda due: _carry_out(lock_due(due), now)
    )


def _carry_out(cases: list[DueCase], now: datetime) -> int:
    decisions = [_decide(case, now) for case in cases]
    if not decisions:
        return 0
    _write_steps(decisions, now)
    _end_holds(decisions)
    _close([decision for decision in decisions if decision.closes], now)
    _set_next([decision for decision in decisions if not decision.closes], now)
    announce(_drafts(decisions, now), now=now)
    return len(decisions)


def _decide(case: DueCase, now: datetime) -> _Decision:
    due = steps_due(case.rules, now=now)
    after = carried_out(case.rules, due, now=now)
    closes = any(step.outcome is Outcome.CLOSED for step in due)
    return _Decision(case, due, after, None if closes else next_due_at(after, now=now))


def _write_steps(decisions: list[_Decision], now: datetime) -> None:
    steps = [
        {
            "case_id": decision.case.pk,
            "period_id": decision.case.period_id,
            "kind": step.step.kind,
            "ordinal": step.step.ordinal,
            "due_at": step.due_at,
            "outcome": step.outcome,
        }
        for decision in decisions
        for step in decision.due
        if step.outcome is not Outcome.ENDED
    ]
    insert_rows(FollowUpStep, steps, shared={"done_at": now})
    events = [_event(decision, step, now) for decision in decisions for step in decision.due]
    insert_rows(CaseEvent, events, shared={"occurred_at": now, "is_public": True})


_EVENT_KINDS = {
    Outcome.SENT: "reminded",
    Outcome.SKIPPED: "reminder_skipped",
    Outcome.ENDED: "hold_ended",
    Outcome.CLOSED: "auto_closed",
}


def _event(decision: _Decision, step: DueStep, now: datetime) -> dict[str, object]:
    case = decision.case
    # What several steps of one tick change together stands in the last of them.
    changes = changes_of(case, decision.columns(now)) if step is decision.due[-1] else {}
    detail: dict[str, object] = {"period": case.number_of_period, "due_at": step.due_at.isoformat()}
    if step.step.ordinal:
        detail["ordinal"] = step.step.ordinal
    if step.outcome is Outcome.CLOSED:
        detail |= {"status_before": case.status, "status": str(Status.AUTO_CLOSED)}
    return {"case_id": case.pk, "kind": _EVENT_KINDS[step.outcome], "detail": detail, "changes": changes}


def _end_holds(decisions: list[_Decision]) -> None:
    periods = [decision.case.period_id for decision in decisions if decision.ends_hold]
    if periods:
        Hold.objects.filter(period__in=among(periods), ended_at__isnull=True).update(ended_at=F("until"))


def _close(decisions: list[_Decision], now: datetime) -> None:
    """Closes in one statement per reopening window; the period's own policy counts (SPEC 2.1)."""
    periods = [decision.case.period_id for decision in decisions]
    WaitingPeriod.objects.filter(pk__in=among(periods)).update(ended_at=now)
    Hold.objects.filter(period__in=among(periods), ended_at__isnull=True).update(ended_at=now)
    calls = [decision.case.call_id for decision in decisions if decision.case.call_id]
    if calls:
        ended = CallRequest.objects.filter(pk__in=among(calls), ended_at__isnull=True)
        ended.update(ended_at=now, outcome=CallOutcome.CLOSED)
    by_window: dict[timedelta, list[_Decision]] = defaultdict(list)
    for decision in decisions:
        by_window[decision.after.policy.reopen_within].append(decision)
    for alike in by_window.values():
        Case.objects.filter(pk__in=among([decision.case.pk for decision in alike])).update(
            **alike[0].columns(now), last_event_at=now, last_event_kind="auto_closed", last_event_by=None
        )


def _set_next(decisions: list[_Decision], now: datetime) -> None:
    """Moves every case to its next step, in one statement per distance, or instant, and newest event.

    Steps of one series lie equally far apart, whenever it began; after an outage those of *notice first*
    fall due at one instant.
    """
    by_distance: dict[tuple[object, str], list[int]] = defaultdict(list)
    by_instant: dict[tuple[object, str], list[int]] = defaultdict(list)
    for decision in decisions:
        assert decision.next_at is not None  # only a case that closes has no next step
        kind = _EVENT_KINDS[decision.due[-1].outcome] if decision.due else ""
        by_distance[decision.next_at - decision.case.next_follow_up_at, kind].append(decision.case.pk)
        by_instant[decision.next_at, kind].append(decision.case.pk)
    for (step, kind), keys in min(by_distance, by_instant, key=len).items():
        next_at = F("next_follow_up_at") + step if isinstance(step, timedelta) else step
        event = {"last_event_at": now, "last_event_kind": kind, "last_event_by": None} if kind else {}
        Case.objects.filter(pk__in=among(keys)).update(
            next_follow_up_at=next_at, clock_failed_at=None, **event
        )


def _drafts(decisions: list[_Decision], now: datetime) -> Iterator[NoticeDraft]:
    for decision in decisions:
        for step in decision.due:
            yield from _drafts_of(decision, step, now)


def _drafts_of(decision: _Decision, step: DueStep, now: datetime) -> Iterator[NoticeDraft]:
    """One notice per recipient; a hold that ends together with a closure goes without its own."""
    case, number = decision.case, decision.case.number_of_period
    match step.outcome:
        case Outcome.SENT:
            ordinal, closing = step.step.ordinal, closes_at(decision.after, now=now)
            for person in case.told:
                yield notices.reminder_draft(
                    case, person, period=case.period_id, number=number, ordinal=ordinal, closes_at=closing
                )
        case Outcome.CLOSED:
            until = reopen_until(now, decision.after.policy)
            for person in case.told:
                yield notices.closure_draft(case, person, number=number, reopen_until=until)
        case Outcome.ENDED if not decision.closes:
            assert case.running_hold is not None  # it ends now
            for person in case.told:
                yield notices.hold_ended_draft(case, person, hold=case.running_hold)


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
    backlog=lambda now: backlog_of("next_follow_up_at", now),
    carry_out=carry_out_steps,
    preview=_preview,
)
