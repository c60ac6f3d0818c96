from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation


def rendered(source: str, **context: object) -> str:
    return Template("{% load portal %}" + source).render(Context(context)).strip()


@dataclass
class Point:
    percent: float
    label: str = "Reminder"
    state: str = "planned"
    is_end: bool = False


@dataclass
class Track:
    elapsed_percent: float
    points: list[Point]
    label: str = "Day 2 of 6"


@dataclass
class Step:
    state: str
    what: str
    at: datetime | None = None
    stops: str = ""
    detail: str = ""
    is_end: bool = False


def test_an_instant_carries_its_offset_for_machines_and_its_zone_for_people() -> None:
    with timezone.override(ZoneInfo("America/Los_Angeles")):
        shown = rendered("{{ when|exact }}", when=datetime(2025, 12, 3, 18, 26, tzinfo=UTC))

    assert shown == ('<time class="exact" datetime="2025-12-03T10:26-08:00">Wed 3 Dec 2025, 10:26 PST</time>')


def test_no_instant_shows_nothing() -> None:
    assert rendered("{{ when|exact }}{{ when|exact_text }}{{ left|countdown }}", when=None, left=None) == ""


@pytest.mark.parametrize(
    ("status", "tone", "words"),
    [
        ("awaiting_assignment", "work", "Awaiting Assignment"),
        ("in_progress", "work", "In Progress"),
        ("pending_engineering", "work", "Pending Engineering"),
        ("pending_response", "turn", "Pending Response"),
        ("resolution_provided", "turn", "Resolution Provided"),
        ("closed", "done", "Closed"),
        ("auto_closed", "done", "Auto Closed"),
    ],
)
def test_a_status_is_told_by_its_words_and_is_amber_only_when_it_is_the_customers_turn(
    status: str, tone: str, words: str
) -> None:
    shown = rendered("{% status_badge status %}", status=status)

    assert f'data-tone="{tone}"' in shown
    assert f"{words}</span>" in shown


def test_the_track_writes_its_positions_with_points_in_a_language_that_uses_commas() -> None:
    with translation.override("fr"):
        shown = rendered("{% track track %}", track=Track(33.888, [Point(0), Point(100, is_end=True)]))

    assert 'x2="33.89%"' in shown
    assert "33,89" not in shown


@pytest.mark.parametrize(
    ("elapsed", "now"), [(-0.01, "0.00%"), (0, "0.00%"), (100, "100.00%"), (100.01, "100.00%")]
)
def test_now_stays_on_the_track(elapsed: float, now: str) -> None:
    assert f'class="now" cx="{now}"' in rendered("{% track track %}", track=Track(elapsed, [Point(0)]))


def test_words_under_the_track_that_would_overlap_are_left_out_but_never_the_first_and_the_last() -> None:
    points = [
        Point(0, "Asked"),
        Point(12.9, "Near"),
        Point(13, "Far"),
        Point(87.1, "Late"),
        Point(100, "Closes"),
    ]

    shown = rendered("{% track track %}", track=Track(50, points))

    assert [word for word in (point.label for point in points) if f">{word}<" in shown] == [
        "Asked",
        "Far",
        "Closes",
    ]


def test_a_small_track_has_no_words_but_its_sentence() -> None:
    shown = rendered("{% track track small=True %}", track=Track(50, [Point(0, "Asked")]))

    assert "<text" not in shown
    assert 'role="img" aria-label="Day 2 of 6"' in shown


@pytest.mark.parametrize(("past", "folded"), [(3, 0), (4, 2), (5, 3)])
def test_the_earlier_past_is_folded_and_its_last_two_steps_stay_in_view(past: int, folded: int) -> None:
    steps = [Step("past", f"Step {number}") for number in range(past)] + [Step("now", "Now")]

    shown = rendered("{% timeline steps %}", steps=steps)

    assert (f"{folded} earlier steps" in shown) == bool(folded)
    assert shown.count("<li") == past + 1


def test_a_planned_step_says_that_it_is_planned_and_what_stops_it() -> None:
    shown = rendered("{% timeline steps %}", steps=[Step("planned", "1st reminder", stops="Your answer")])

    assert '<li data-state="planned">' in shown
    assert "(planned)" in shown
    assert "Your answer" in shown


def test_what_people_wrote_is_shown_as_text() -> None:
    shown = rendered("{% timeline steps %}", steps=[Step("past", "<script>")])

    assert "&lt;script&gt;" in shown
