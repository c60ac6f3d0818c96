"""The timeline of a case, past and planned, and the track of its waiting period (SPEC 2.3).

Built from history and from `follow_up.plan()`; page, mail and the staff's preview show the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import follow_up, prose
from cases.follow_up import PlannedStep, Step, StepKind
from cases.models import Case, CaseEvent, WaitingPeriod
from cases.response import time_left
from cases.wording import actor_name, event_sentence, reminder_name, step_name, step_stops
from portal.accounts.models import User
from portal.accounts.wording import countdown, exact


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One line: `state` is past, now, planned or skipped; `stops` says what stops a planned step."""

    state: str
    what: str
    at: datetime
    stops: str = ""
    detail: str = ""
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """A step on the track, at its share of the whole period in percent."""

    percent: float
    label: str
    state: str
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Track:
    """One waiting period to scale, with a sentence that says it all."""

    elapsed_percent: float
    points: tuple[TrackPoint, ...]
    label: str


def planned_steps(case: Case, *, now: datetime) -> tuple[PlannedStep, ...]:
    """This will list what is still to come in a case if nobody does anything.

    A caller's case that nobody has taken over is not reopened.
    """
    steps: tuple[PlannedStep, ...] = ()
    if case.period is not None:
        steps = follow_up.plan(case.period.rules(), now=now)
    elif (left := reopening_ends_in(case, now=now)) is not None:
        steps = (PlannedStep(Step(StepKind.REOPENING_END), now + left),)
    if case.is_nobodys:
        return tuple(planned for planned in steps if planned.step.kind is not StepKind.REOPENING_END)
    return steps


def reopening_ends_in(case: Case, *, now: datetime) -> timedelta | None:
    """This will say how long a closed case can still be reopened; None where it cannot be."""
    if case.reopen_until is None or case.reopen_until < now or case.is_nobodys:
        return None
    return case.reopen_until - now


def closing_instant(case: Case, *, now: datetime) -> datetime | None:
    """This will give the instant at which a waiting case closes by itself."""
    return None if case.period is None else follow_up.closes_at(case.period.rules(), now=now)


def question_of(case: Case, length: int = prose.EXCERPT_LENGTH) -> str:
    """This will give the beginning of what a waiting case waits for; a caller's case has nothing asked."""
    question = case.period.question if case.period else None
    return prose.excerpt(question.body, length) if question else ""


def timeline_of(
    case: Case, events: Iterable[CaseEvent], *, now: datetime, viewer: User
) -> list[TimelineItem]:
    """This will put history, now and the plan into one list, oldest first."""
    past = [_past(event, viewer) for event in events]
    here = TimelineItem("now", _("Now"), now)
    steps = (_planned(step, case, now) for step in planned_steps(case, now=now))
    coming = sorted([*_first_response(case, now), *_call(case), *steps], key=lambda item: item.at)
    return [*past, here, *coming]


def _call(case: Case) -> list[TimelineItem]:
    """The call that the customer awaits."""
    if case.call is None:
        return []
    stops = _("Ends with the call, or when either side cancels it")
    return [TimelineItem("planned", _("Support calls"), case.call.starts_at, stops=stops)]


def _first_response(case: Case, now: datetime) -> list[TimelineItem]:
    """Until when the first response is promised, while it is to come; nothing else is planned until then."""
    left = time_left(case.target(), now=now)
    if left is None:
        return []
    return [
        TimelineItem(
            "planned",
            _("Targeted initial response, in %(left)s") % {"left": countdown(left)},
            now + left,
            stops=_("Ends with support's first answer"),
        )
    ]


def _past(event: CaseEvent, viewer: User) -> TimelineItem:
    return TimelineItem(
        state="skipped" if event.kind == "reminder_skipped" else "past",
        what=event_sentence(event.kind, event.detail),
        at=event.occurred_at,
        detail=who(event.actor, viewer),
    )


def who(actor: User | None, viewer: User) -> str:
    """This will name who did something, as the viewer may know them."""
    if actor is not None and actor.pk == viewer.pk:
        return _("You")
    return actor_name(actor, to_staff=viewer.is_staff)


def _planned(planned: PlannedStep, case: Case, now: datetime) -> TimelineItem:
    name = step_name(planned.step)
    left = planned.due_at - now
    return TimelineItem(
        state="planned",
        what=_("%(step)s, in %(left)s") % {"step": name, "left": countdown(left)}
        if left > timedelta(0)
        else name,
        at=planned.due_at,
        stops=_("Stopped when somebody takes the request over.")
        if case.is_nobodys
        else step_stops(planned.step),
        is_end=planned.step.kind in (StepKind.CLOSURE, StepKind.REOPENING_END),
    )


def track_of(period: WaitingPeriod, *, now: datetime) -> Track:
    """This will draw a waiting period to scale, from its start to its closing instant."""
    rules = period.rules()
    end = follow_up.closes_at(rules, now=now)
    length = end - rules.started_at
    coming = {planned.step: planned.due_at for planned in follow_up.plan(rules, now=now)}
    done = [step for step in period.steps.all() if step.kind == StepKind.REMINDER]
    points = [
        TrackPoint(
            _share(step.done_at - rules.started_at, length),
            reminder_name(step.ordinal),
            "skipped" if step.outcome == follow_up.Outcome.SKIPPED else "past",
        )
        for step in done
    ] + [
        TrackPoint(_share(due_at - rules.started_at, length), reminder_name(step.ordinal), "planned")
        for step, due_at in coming.items()
        if step.kind is StepKind.REMINDER
    ]
    return Track(
        elapsed_percent=_share(now - rules.started_at, length),
        points=(
            TrackPoint(0.0, _("Asked"), "past"),
            *sorted(points, key=lambda point: point.percent),
            TrackPoint(100.0, _("Closes"), "planned", is_end=True),
        ),
        label=_track_sentence(points, end),
    )


def _share(part: timedelta, whole: timedelta) -> float:
    return round(min(max(part / whole, 0.0), 1.0) * 100, 2)


def _track_sentence(points: Sequence[TrackPoint], end: datetime) -> str:
    sent = sum(point.state == "past" for point in points)
    coming = sum(point.state == "planned" for point in points)
    return _("%(sent)s reminders sent, %(coming)s planned; closes %(end)s.") % {
        "sent": sent,
        "coming": coming,
        "end": exact(end, timezone.get_current_timezone()),
    }
