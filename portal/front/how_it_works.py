"""What the page "How support works" shows, put together from the rows and the tables that the rules use."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from cases import follow_up
from cases.follow_up import PlannedStep, Policy, StepKind
from cases.lifecycle import OPEN, TRANSITIONS, Status, Transition
from cases.timeline import TimelineItem
from cases.wording import (
    ACTION_EFFECTS,
    ACTION_NAMES,
    CUSTOMERS,
    STATUS_SENTENCES,
    Words,
    conditions_of,
    customers_of,
    span,
    statuses_of,
    step_name,
    step_stops,
)
from entitlements.plans import Topic
from entitlements.queries import HoursNow, RegionCalendar, hours_now
from entitlements.wording import COMPARISON, ComparisonRow, WeekLine, length, week_lines
from portal.accounts.models import Region

_SHOWN_DAYS_OFF = 3


@dataclass(frozen=True)
class ActionRow:
    """Something that customers may do: what it does, in which statuses, on what conditions, and who may."""

    name: Words
    effect: Words
    when: str
    conditions: list[Words]
    who: list[Words]


@dataclass(frozen=True)
class StatusRow:
    """A status, what it means, and what customers may do in it; in an open one, besides what all allow."""

    status: Status
    meaning: Words
    is_open: bool
    actions: list[Words]


@dataclass(frozen=True)
class RegionRow:
    """A region: its hours, whether it works now, and its next days off."""

    region: Region
    hours: HoursNow
    left: timedelta
    zone: str
    week: list[WeekLine]
    business_day: str
    days_off: list[tuple[date, str]]
    is_ours: bool


def action_rows() -> list[ActionRow]:
    """This will list what customers may do, in the order of the table."""
    return [
        ActionRow(
            ACTION_NAMES[row.action],
            ACTION_EFFECTS[row.action],
            statuses_of(row),
            conditions_of(row),
            customers_of(row),
        )
        for row in _customers_rows()
    ]


def in_every_open_case() -> list[Words]:
    """This will name what customers may do in every open status."""
    return _names(row for row in _customers_rows() if row.sources >= OPEN)


def status_rows() -> list[StatusRow]:
    """This will say of every status what it means and what customers may do in it."""
    return [
        StatusRow(
            status,
            STATUS_SENTENCES[status],
            status in OPEN,
            _names(
                row
                for row in _customers_rows()
                if status in row.sources and not (status in OPEN and row.sources >= OPEN)
            ),
        )
        for status in Status
    ]


def _customers_rows() -> list[Transition]:
    return [row for row in TRANSITIONS if row.roles & CUSTOMERS]


def _names(rows: Iterable[Transition]) -> list[Words]:
    return [ACTION_NAMES[row.action] for row in rows]


def waiting_steps(policy: Policy, now: datetime) -> list[TimelineItem]:
    """This will plan a waiting period that begins now, if nobody does anything."""
    period = follow_up.Period(now, policy)
    start = TimelineItem("now", _("Support asks you something, or offers a solution"), now)
    return [start, *(_step(planned, policy, now) for planned in follow_up.plan(period, now=now))]


def _step(planned: PlannedStep, policy: Policy, now: datetime) -> TimelineItem:
    is_after_closing = planned.step.kind is StepKind.REOPENING_END
    words = _("%(step)s, %(span)s after the closing") if is_after_closing else _("%(step)s, after %(span)s")
    after = policy.reopen_within if is_after_closing else planned.due_at - now
    return TimelineItem(
        state="planned",
        what=words % {"step": step_name(planned.step), "span": span(after)},
        at=planned.due_at,
        stops=step_stops(planned.step),
        is_end=planned.step.kind is not StepKind.REMINDER,
    )


def region_rows(calendars: Iterable[RegionCalendar], now: datetime, *, ours: str) -> list[RegionRow]:
    """This will show when each region works, the one with the code `ours` first."""
    rows = [_region_row(when, now, ours) for when in calendars]
    return sorted(rows, key=lambda row: (not row.is_ours, row.region.name))


def _region_row(when: RegionCalendar, now: datetime, ours: str) -> RegionRow:
    hours = hours_now(when, now)
    return RegionRow(
        region=when.region,
        hours=hours,
        left=hours.changes_at - now,
        zone=when.calendar.zone,
        week=week_lines(when.hours.week),
        business_day=length(when.hours.full_day_minutes),
        days_off=when.coming_days_off(now, _SHOWN_DAYS_OFF),
        is_ours=when.region.pk == ours,
    )


def comparison_of(*topics: Topic) -> list[ComparisonRow]:
    """This will give the lines of the plans' comparison about some topics, in its order."""
    return [row for row in COMPARISON if row.topic in topics]
