"""The columns of the staff's list of cases, as of one instant."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from cases.follow_up import PlannedStep, StepKind
from cases.models import Case
from cases.prose import mark_japanese
from cases.response import late_by, state_of, time_left
from cases.timeline import planned_steps, reopening_ends_in
from cases.wording import event_name, step_name

Column = Callable[[Case], str]


def next_step(case: Case, *, now: datetime) -> PlannedStep | None:
    """This will give the step that the clock carries out next in a waiting case."""
    if case.period is None:
        return None
    return min(_steps(case, now), key=lambda planned: planned.due_at)


def _steps(case: Case, now: datetime) -> list[PlannedStep]:
    """The steps that the clock carries out: the end of reopening only passes."""
    coming = planned_steps(case, now=now)
    return [planned for planned in coming if planned.step.kind is not StepKind.REOPENING_END]


def columns(now: datetime) -> tuple[Column, ...]:
    """This will make the columns; the first one leads to the case."""

    @admin.display(description=_("Case"), ordering="pk")
    def number(case: Case) -> str:
        return SafeString(f"<b>{case.number}</b><br>{mark_japanese(escape(case.title))}")

    @admin.display(description=_("Account and product"), ordering="account__name")
    def account(case: Case) -> str:
        return _cell("account", case=case)

    @admin.display(description=_("Status and priority"), ordering="status")
    def status(case: Case) -> str:
        return _cell("status", case=case)

    @admin.display(description=_("Owner"), ordering="owner__name")
    def owner(case: Case) -> str:
        return str(case.owner) if case.owner else gettext("nobody")

    @admin.display(description=_("First response"), ordering="response_due_at")
    def target(case: Case) -> str:
        return _target(case, now)

    @admin.display(description=_("Next step"), ordering="next_follow_up_at")
    def step(case: Case) -> str:
        return _next_step(case, now)

    @admin.display(description=_("Last change"), ordering="last_event_at")
    def last_change(case: Case) -> str:
        # Translators: Django date format of a list whose foot names the zone: Wed 3 Dec, 10:26
        day_and_time = pgettext("last change", "D j M, H:i")
        what = event_name(case.last_event_kind)
        return _cell("last_change", case=case, what=what, day_and_time=day_and_time)

    return (number, account, status, owner, target, step, last_change)


def _target(case: Case, now: datetime) -> str:
    target = case.target()
    return _cell(
        "target",
        state=state_of(target, now=now).value,
        due_at=target.due_at,
        left=time_left(target, now=now),
        late=late_by(target, now=now),
    )


def _next_step(case: Case, now: datetime) -> str:
    planned = next_step(case, now=now)
    return _cell(
        "next_step",
        case=case,
        what=step_name(planned.step) if planned else "",
        due_at=planned.due_at if planned else None,
        left=planned.due_at - now if planned else None,
        is_due=planned is not None and planned.due_at <= now,
        is_held=planned is not None and planned.step.kind is StepKind.HOLD_END,
        is_reopenable=reopening_ends_in(case, now=now) is not None,
    )


def _cell(name: str, **context: object) -> str:
    return render_to_string(f"admin/cases/cells/{name}.html", context)
