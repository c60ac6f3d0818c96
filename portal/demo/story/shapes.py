"""The shapes in which the demo's story is told: plain values, without Django and without a clock.

Every moment is relative: a case says how long before the demo's start it was filed, a step how long after the
filing it was taken. Reminders and automatic closures are never told; the clock makes them in the replay.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from textwrap import dedent
from typing import Literal

FileMaker = Callable[[datetime], bytes]
"""Makes a file's content for the instant at which it was attached, so that the log's own times fit."""

Action = Literal[
    "acknowledge_escalation",  # text
    "answer",  # text, files
    "assign",  # values: to (staff); by a lead
    "change_priority",  # values: priority, reason; downwards also quote; to P1 also phone, impact
    "claim",
    "close",  # values: resolution; by staff also reason
    "confirm_resolution",
    "edit_watchers",  # values: add, remove (tuples of addresses, either may be missing)
    "escalate",  # text; values: reason
    "extend",
    "hand_to_colleague",  # values: to
    "hand_to_engineering",
    "hold",  # values: days, reason
    "internal_note",  # text
    "log_contact",  # text; values: by_whom, channel ("phone" or "chat")
    "lower_priority",  # values: priority
    "provide_resolution",  # text, files
    "raise_urgency",  # values: justification
    "release",
    "reopen",  # text
    "reply",  # text, files
    "request_information",  # text, files
    "resume",  # values: reason
    "tag",  # values: tags
    "take_back",
]

Status = Literal[
    "Awaiting Assignment",
    "In Progress",
    "Pending Engineering",
    "Pending Response",
    "Resolution Provided",
    "Closed",
    "Auto Closed",
]


@dataclass(frozen=True)
class FileStory:
    """A file attached to a message."""

    name: str
    maker: FileMaker


@dataclass(frozen=True)
class StepStory:
    """One thing somebody did with a case, `after` its filing."""

    action: Action
    after: timedelta
    by: str
    text: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    files: tuple[FileStory, ...] = ()


@dataclass(frozen=True)
class CaseStory:
    """A case from its filing on. `ends` is the status it must show at the demo's start instant."""

    key: str
    account: str
    product: str
    priority: int
    title: str
    environment: str
    requestor: str
    filed_ago: timedelta
    text: str
    ends: Status
    watchers: tuple[str, ...] = ()
    files: tuple[FileStory, ...] = ()
    phone: str = ""
    impact: str = ""
    follows: str = ""
    steps: tuple[StepStory, ...] = ()


@dataclass(frozen=True)
class TermStory:
    """A dated stretch of a license, both days included, in the zone of the account's region."""

    first_on: date
    last_on: date
    plan: str


@dataclass(frozen=True)
class LicenseStory:
    """An account's right to a product, renewed every year on the day it began."""

    product: str
    plan: str
    first_on: date

    def terms(self, today: date) -> tuple[TermStory, ...]:
        """Every yearly term up to the one that includes the day 60 days from today.

        The margin is for the person who presses "a day later" again and again.
        """
        terms = [self._term(0)]
        while terms[-1].last_on < today + timedelta(days=60):
            terms.append(self._term(len(terms)))
        return tuple(terms)

    def _term(self, years: int) -> TermStory:
        first_on = self.first_on.replace(year=self.first_on.year + years)
        following = self.first_on.replace(year=self.first_on.year + years + 1)
        return TermStory(first_on=first_on, last_on=following - timedelta(days=1), plan=self.plan)


@dataclass(frozen=True)
class AccountStory:
    """A customer company with its licenses; `country` is the ISO 3166 code of its billing address."""

    key: str
    name: str
    country: str
    licenses: tuple[LicenseStory, ...]


@dataclass(frozen=True)
class RequestStory:
    """What somebody asked for from the catalogue, and what was answered; without an answer it waits."""

    account: str
    product: str
    slug: str
    by: str
    asked_ago: timedelta
    goal: str
    # From the day of asking to the first wished day.
    wished_in: timedelta
    answered_by: str
    answer: str = ""
    answered_after: timedelta = timedelta(0)


@dataclass(frozen=True)
class PersonStory:
    """Somebody who signs in. `account` is empty for staff, `staff_role` for customers."""

    email: str
    name: str
    account: str
    language: str
    zone: str
    seats: tuple[str, ...]
    may_file: bool
    sees_account: bool
    is_administrator: bool
    intro: str
    staff_role: Literal["", "agent", "lead", "success", "superuser"] = ""
    may_request: bool = False
    in_demo_bar: bool = True


def ago(*, days: float = 0, hours: float = 0, minutes: float = 0) -> timedelta:
    """How long before the demo's start instant."""
    return timedelta(days=days, hours=hours, minutes=minutes)


def after(*, days: float = 0, hours: float = 0, minutes: float = 0) -> timedelta:
    """How long after the filing."""
    return timedelta(days=days, hours=hours, minutes=minutes)


def prose(source: str) -> str:
    """Markdown as a person typed it: one line per paragraph, while the source file keeps its lines short.

    Code fences, lists, tables, quotes and headings stay as they are.
    """
    lines: list[str] = []
    fenced = False
    for line in dedent(source).strip().splitlines():
        is_fence = line.startswith("```")
        if fenced or is_fence or not lines or _stands_alone(line) or _ends_a_block(lines[-1]):
            lines.append(line)
        else:
            lines[-1] = _joined(lines[-1], line)
        fenced = fenced != is_fence
    return "\n".join(lines)


def _stands_alone(line: str) -> bool:
    return not line or line[0] in "-*|>#" or (line[0].isdigit() and line[1:3] == ". ")


def _ends_a_block(line: str) -> bool:
    return not line or line.startswith(("```", "|", "#"))


def _joined(first: str, second: str) -> str:
    """Japanese is written without a space between words, so its lines are joined without one."""
    is_wide = ord(first[-1]) > 0x2FFF and ord(second[0]) > 0x2FFF
    return f"{first}{second.lstrip()}" if is_wide else f"{first} {second.lstrip()}"
