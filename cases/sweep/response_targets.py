"""What the clock does with running targets of first responses: warn staff, and note the missed (SPEC 2.2).

A tick costs one index probe when nothing is due.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases import notices
from cases.models import Case, CaseEvent, CaseQuerySet
from cases.operations.changing import lock_cases
from cases.response import MISSED_AFTER, TargetStep, missed_from, step_due
from cases.sweep.chunks import backlog_of, carry_out_due, changes_of
from cases.wording import TARGET_STEP_NAMES
from portal.accounts.models import User
from portal.notices.operations import NoticeDraft, announce
from portal.work.bulk import among, insert_rows
from portal.work.timed import PreviewLine, TimedWork

_PREVIEW_ROWS = 50
_EVENT_KINDS = {TargetStep.WARN: "target_warned", TargetStep.MISS: "target_missed"}


@dataclass(frozen=True, slots=True)
class _Due:
    """A locked case, the step of its target that is due, and the columns as they will be."""

    case: Case
    step: TargetStep
    columns: Mapping[str, object]


def carry_out_targets(now: datetime, limit: int) -> int:
    """This will warn of targets and note missed ones, in up to `limit` cases, and say in how many."""
    return carry_out_due(
        "next_response_step_at", now=now, limit=limit, carry_out=lambda due: _carry_out(due, now)
    )


def _carry_out(cases: CaseQuerySet, now: datetime) -> int:
    due = [_decide(case, now) for case in lock_cases(cases, skip_locked=True)]
    if not due:
        return 0
    _write_history(due, now)
    _set_columns(due, now)
    announce(_drafts(due, now), now=now)
    return len(due)


def _decide(case: Case, now: datetime) -> _Due:
    assert case.response_due_at is not None  # a step stands with its target only
    step = step_due(case.response_due_at, now=now)
    if step is TargetStep.MISS:
        columns: Mapping[str, object] = {
            "next_response_step_at": None,
            "response_missed_at": now,
            "clock_failed_at": None,
        }
    else:
        columns = {"next_response_step_at": missed_from(case.response_due_at), "clock_failed_at": None}
    return _Due(case, step, columns)


def _write_history(due: Sequence[_Due], now: datetime) -> None:
    events = [
        {
            "case_id": one.case.pk,
            "kind": _EVENT_KINDS[one.step],
            # A warning is the staff's own; a missed target is no secret.
            "is_public": one.step is TargetStep.MISS,
            "detail": {"decision": one.case.response_id, "due_at": one.case.response_due_at.isoformat()},
            "changes": changes_of(one.case, one.columns),
        }
        for one in due
        if one.case.response_due_at is not None
    ]
    insert_rows(CaseEvent, events, shared={"occurred_at": now})


def _set_columns(due: Sequence[_Due], now: datetime) -> None:
    missed = [one.case.pk for one in due if one.step is TargetStep.MISS]
    warned = [one.case.pk for one in due if one.step is TargetStep.WARN]
    if missed:
        Case.objects.filter(pk__in=among(missed)).update(
            next_response_step_at=None,
            response_missed_at=now,
            clock_failed_at=None,
            last_event_at=now,
            last_event_kind=_EVENT_KINDS[TargetStep.MISS],
            last_event_by=None,
        )
    if warned:
        Case.objects.filter(pk__in=among(warned)).update(
            next_response_step_at=F("response_due_at") + MISSED_AFTER, clock_failed_at=None
        )


def _drafts(due: Sequence[_Due], now: datetime) -> Iterator[NoticeDraft]:
    on_duty: dict[str, list[User]] = {}
    for one in due:
        for person in notices.staff_recipients(one.case, now=now, on_duty=on_duty):
            yield notices.target_draft(one.case, person, kind=_EVENT_KINDS[one.step])
        yield from notices.page_drafts(one.case, _EVENT_KINDS[one.step], event=f"t{one.case.response_id}")


def _preview(now: datetime) -> Iterator[PreviewLine]:
    """The next steps of the targets that are nearest, without carrying any out."""
    nearest = Case.objects.filter(next_response_step_at__isnull=False).order_by("next_response_step_at", "pk")
    for case in nearest[:_PREVIEW_ROWS]:
        assert case.next_response_step_at is not None
        assert case.response_due_at is not None
        step = step_due(case.response_due_at, now=max(now, case.next_response_step_at))
        yield PreviewLine(
            due_at=case.next_response_step_at,
            about=case.number,
            what=str(TARGET_STEP_NAMES[step]),
            path=reverse("admin:cases_case_change", args=[case.pk]),
        )


RESPONSE_TARGETS = TimedWork(
    name="response_targets",
    label=_("Targets of first responses"),
    backlog=lambda now: backlog_of("next_response_step_at", now),
    carry_out=carry_out_targets,
    preview=_preview,
)
