"""Tags and filters of the portal's pages. They show what they are given and never ask the database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from cases.prose import mark_japanese
from cases.wording import STATUS_NAMES, Words
from entitlements import wording as entitlement_wording
from entitlements.wording import PRIORITY_NAMES
from portal.accounts import wording

register = template.Library()

# Tone and glyph of each status: what is the customer's turn is amber, all else is calm.
_STATUS_SIGNS: dict[str, tuple[str, str]] = {
    "awaiting_assignment": ("work", "await"),
    "in_progress": ("work", "progress"),
    "pending_engineering": ("work", "engineering"),
    "pending_response": ("turn", "turn"),
    "resolution_provided": ("turn", "solved"),
    "closed": ("done", "closed"),
    "auto_closed": ("done", "auto"),
}
# Words under the track closer than this, in percent of its width, would run into each other.
_LABEL_WIDTH_PERCENT = 13.0
# The last steps of the past that stay in view; earlier ones are folded.
_PAST_IN_VIEW = 2


class TrackPoint(Protocol):
    """One step on a track: where, what, and whether it has happened (past, planned or skipped)."""

    percent: float
    label: str
    state: str
    is_end: bool


class Track(Protocol):
    """One waiting period to scale; label is the sentence that says all of it to who cannot see it."""

    elapsed_percent: float
    points: Sequence[TrackPoint]
    label: str


class TimelineItem(Protocol):
    """One step of a timeline; state is past, now, planned or skipped, stops says what would prevent it."""

    state: str
    what: str
    at: datetime | None
    stops: str
    detail: str
    is_end: bool


@dataclass(frozen=True)
class _Mark:
    """A point of a track as SVG attributes, which no locale may rewrite."""

    x: str
    state: str
    is_end: bool
    label: str
    anchor: str


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw a 20 pixel icon of the sprite; the words beside it, or the control's label, say what it means."""
    return format_html(
        '<svg class="icon" width="20" height="20" aria-hidden="true"><use href="#i-{}"/></svg>', name
    )


@register.simple_tag
def glyph(name: str) -> SafeString:
    """Draw a 16 pixel sign of the sprite within a line of text."""
    return format_html(
        '<svg class="glyph" width="16" height="16" aria-hidden="true"><use href="#g-{}"/></svg>', name
    )


@register.simple_tag
def status_badge(status: str) -> SafeString:
    """Show a case's status by tone, glyph and words; status is the stored value."""
    tone, sign = _STATUS_SIGNS[status]
    return badge(tone, sign, STATUS_NAMES[status])


@register.simple_tag
def badge(tone: str, sign: str, words: Words) -> SafeString:
    """Show a badge that is not a status: its tone (good, bad, accent, done, turn), glyph and words."""
    return format_html('<span class="badge" data-tone="{}">{}{}</span>', tone, glyph(sign), words)


@register.simple_tag
def priority(level: int) -> SafeString:
    """Show a priority, 1 to 4, as bars and words."""
    return format_html(
        '<span class="priority" data-level="{}"><svg width="15" height="14" aria-hidden="true">'
        '<use href="#p-{}"/></svg>{}</span>',
        str(level),
        str(level),
        PRIORITY_NAMES[int(level)],
    )


@register.filter
def exact(when: datetime | None) -> str:
    """Write an instant in the active time zone, to the minute and with the zone's name; nothing for None."""
    if when is None:
        return ""
    zone = timezone.get_current_timezone()
    local = when.astimezone(zone)
    return format_html(
        '<time class="exact" datetime="{}">{}</time>',
        local.isoformat(timespec="minutes"),
        wording.exact(when, zone),
    )


@register.filter
def exact_text(when: datetime | None) -> str:
    """Write an instant as `exact` does, without markup: for plain text and for attributes."""
    return "" if when is None else wording.exact(when, timezone.get_current_timezone())


@register.filter
def day(when: date | None) -> str:
    """Write a day as people read it; nothing for None."""
    return "" if when is None else entitlement_wording.day(when)


@register.filter
def countdown(left: timedelta | None) -> str:
    """Write a duration in two units, rounded down; nothing for None."""
    return "" if left is None else wording.countdown(left)


@register.filter
def spoken(text: object) -> SafeString:
    """Escape what a person wrote and mark its Japanese, for fonts and voices."""
    return SafeString(mark_japanese(escape(str(text))))


@register.inclusion_tag("partials/track.html")
def track(track: Track, small: bool = False) -> dict[str, object]:
    """Draw a waiting period: solid has happened, hollow is planned, the accent dot is now."""
    now = min(max(track.elapsed_percent, 0.0), 100.0)
    return {
        "label": track.label,
        "now": _percent(now),
        "now_anchor": _anchor(now),
        "marks": [] if small else _marks(track.points),
        "points": _marks(track.points),
        "small": small,
        "y": "8" if small else "30",
        "radius": "4" if small else "5",
    }


@register.inclusion_tag("partials/timeline.html")
def timeline(items: Iterable[TimelineItem]) -> dict[str, object]:
    """List what happened and what is planned, oldest first; the earlier past is folded."""
    steps = list(items)
    past = next((at for at, step in enumerate(steps) if step.state in ("now", "planned")), len(steps))
    folded = past - _PAST_IN_VIEW if past > _PAST_IN_VIEW + 1 else 0
    return {"folded": steps[:folded], "steps": steps[folded:]}


def _marks(points: Sequence[TrackPoint]) -> list[_Mark]:
    """Place the points and drop the words that would overlap; the first and the last keep theirs."""
    marks: list[_Mark] = []
    taken = -_LABEL_WIDTH_PERCENT
    last = len(points) - 1
    for position, point in enumerate(points):
        at = min(max(point.percent, 0.0), 100.0)
        is_free = at - taken >= _LABEL_WIDTH_PERCENT and at <= 100.0 - _LABEL_WIDTH_PERCENT
        label = point.label if position in (0, last) or is_free else ""
        taken = at if label else taken
        marks.append(_Mark(_percent(at), point.state, point.is_end, label, _anchor(at)))
    return marks


def _percent(share: float) -> str:
    """Write a share of the width as SVG wants it, whatever the language."""
    return f"{share:.2f}%"


def _anchor(share: float) -> str:
    """Keep words at either end within the drawing."""
    if share < 4.0:
        return "start"
    return "end" if share > 96.0 else ""
