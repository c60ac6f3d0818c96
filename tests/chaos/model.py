"""The case lifecycle of SPEC 2, written a second time and by hand: what a case's history must look like.

It shares nothing with `cases.lifecycle`, so that a mistake there is not repeated here.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

NEW, PROGRESS, ENGINEERING = "awaiting_assignment", "in_progress", "pending_engineering"
PENDING, PROVIDED = "pending_response", "resolution_provided"
CLOSED, AUTO_CLOSED = "closed", "auto_closed"
WAITING = (PENDING, PROVIDED)
ENDED = (CLOSED, AUTO_CLOSED)
OPEN = (NEW, PROGRESS, ENGINEERING, *WAITING)
REMINDERS = {1: timedelta(hours=24), 2: timedelta(hours=72), 3: timedelta(hours=120)}
CLOSURE = timedelta(hours=144)

# Form -> the history's word for it.
EVENT_OF = {
    "file": "filed",
    "reply": "replied",
    "confirm": "confirmed",
    "extend": "extended",
    "close": "closed",
    "reopen": "reopened",
    "claim": "claimed",
    "request-information": "information_requested",
    "provide-resolution": "resolution_provided",
    "answer": "answered",
    "hold": "held",
    "release": "released",
    "resume": "resumed",
    "add-note": "noted",
    "hand-to-engineering": "handed_to_engineering",
    "take-back": "taken_back",
}
TARGETS = ("target_warned", "target_missed")
CLOCKS = ("reminded", "reminder_skipped", "hold_ended", "auto_closed", *TARGETS)
_RESPONSES = ("answered", "information_requested", "resolution_provided")
_FROM = {
    "claimed": OPEN,
    "answered": OPEN,
    "information_requested": OPEN,
    "resolution_provided": OPEN,
    "resumed": WAITING,
    "handed_to_engineering": (PROGRESS,),
    "taken_back": (ENGINEERING,),
    "replied": OPEN,
    "confirmed": (PROVIDED,),
    "closed": OPEN,
    "reopened": ENDED,
    "held": WAITING,
    "extended": WAITING,
    "released": WAITING,
    "noted": (*OPEN, *ENDED),
    "reminded": WAITING,
    "reminder_skipped": WAITING,
    "hold_ended": WAITING,
    "auto_closed": WAITING,
    "target_warned": OPEN,
    "target_missed": OPEN,
}
_OWNING = ("claimed", "answered", "information_requested", "resolution_provided")


@dataclass(frozen=True)
class Event:
    """One line of a case's history; no actor: the clock. `ordinal` and `period` are the clock's."""

    pk: int
    case: int
    kind: str
    actor: str
    at: datetime
    status: str = ""
    status_before: str = ""
    message: int | None = None
    reason: str = ""
    period: int | None = None
    ordinal: int | None = None
    due_at: datetime | None = None
    # The decision of a target that the clock speaks of.
    decision: int | None = None

    @property
    def is_by_staff(self) -> bool:
        return self.actor.endswith("@staff.example")


@dataclass
class CaseModel:
    """Where a case stands, as its history says."""

    status: str = ""
    owner: str = ""
    period: int = 0
    waits_since: datetime | None = None
    is_held: bool = False
    was_held: bool = False
    is_extended: bool = False
    reminded: list[int] = field(default_factory=list)
    # SPEC 3.2: a target ends with the first response, or when it is missed.
    is_answered: bool = False
    told_of_target: list[tuple[int | None, str]] = field(default_factory=list)

    def refusal(self, kind: str) -> str:
        """Why a person's act is refused now, or nothing."""
        if self.status not in _FROM[kind]:
            return f"{kind} while {self.status}"
        if kind == "claimed" and self.owner:
            return f"claimed while {self.owner} owns it"
        if kind == "extended" and self.is_extended:
            return "extended a second time"
        if kind == "released" and not self.is_held:
            return "released without a hold"
        return ""

    def apply(self, event: Event) -> list[str]:
        """Take one event; return what the rules forbid of it."""
        faults = [*self._forbidden(event)]
        before = self.status
        self._move(event)
        # A new case is told as if it had been in its first status before.
        told = (event.status, event.status_before if before else "")
        if event.status and told != (self.status, before):
            faults.append(
                f"says {event.status_before} to {event.status}, the rules {before} to {self.status}"
            )
        return [f"case {event.case}, event {event.pk}: {fault}" for fault in faults]

    def _forbidden(self, event: Event) -> list[str]:
        if event.kind == "filed":
            return ["filed a second time"] if self.status else []
        if refusal := self.refusal(event.kind):
            return [refusal]
        if event.kind not in CLOCKS:
            return []
        return ["the clock's step by a person"] if event.actor else self._untimely(event)

    def _untimely(self, event: Event) -> list[str]:
        """A step of another period, out of order, twice, or before its instant."""
        if event.kind in TARGETS:
            return self._untimely_target(event)
        if event.kind == "hold_ended":
            return [] if self.is_held else ["a hold ended that did not run"]
        faults = [] if event.period == self.period else [f"a step of period {event.period} in {self.period}"]
        after = CLOSURE
        if event.kind != "auto_closed":
            assert event.ordinal is not None
            after = REMINDERS[event.ordinal]
            if event.ordinal != len(self.reminded) + 1:
                faults.append(f"reminder {event.ordinal} after {self.reminded}")
        elif len(self.reminded) != len(REMINDERS):
            faults.append(f"closed after the reminders {self.reminded}")
        assert self.waits_since is not None
        if event.at < self.waits_since + after:
            faults.append(f"{event.kind} after {event.at - self.waits_since}")
        if not self.was_held and event.due_at != self.waits_since + after:
            faults.append(f"{event.kind} due {event.due_at}, by the rules {self.waits_since + after}")
        return faults

    def _untimely_target(self, event: Event) -> list[str]:
        """A target told of twice, after its end, late as a warning or in time as missed."""
        told = (event.decision, event.kind)
        faults = [f"{event.kind} a second time"] if told in self.told_of_target else []
        if self.is_answered:
            faults.append(f"{event.kind} after the first response")
        if (event.decision, "target_missed") in self.told_of_target:
            faults.append(f"{event.kind} of a target that was missed already")
        assert event.due_at is not None
        if (event.at > event.due_at) != (event.kind == "target_missed"):
            faults.append(f"{event.kind} at {event.at}, due {event.due_at}")
        return faults

    def _move(self, event: Event) -> None:
        kind = event.kind
        self.is_answered = self.is_answered or kind in _RESPONSES
        if kind in TARGETS:
            self.told_of_target.append((event.decision, kind))
        if kind in _OWNING and not self.owner:
            self.owner = event.actor
        if kind in ("reminded", "reminder_skipped") and event.ordinal:
            self.reminded.append(event.ordinal)
        if kind in ("held", "extended"):
            self.is_held = self.was_held = True
            self.is_extended = self.is_extended or kind == "extended"
        if kind in ("released", "hold_ended"):
            self.is_held = False
        status = self._status_after(kind)
        if kind in ("information_requested", "resolution_provided"):
            self._leave_period()
            self.period += 1
            self.waits_since = event.at
        elif status not in WAITING:
            self._leave_period()
        self.status = status

    def _status_after(self, kind: str) -> str:
        if kind in ("claimed", "answered"):
            return PROGRESS if self.status == NEW else self.status
        if kind == "replied":
            return PROGRESS if self.status in WAITING else self.status
        if kind == "reopened":
            return PROGRESS if self.owner else NEW
        fixed = {
            "filed": NEW,
            "information_requested": PENDING,
            "resolution_provided": PROVIDED,
            "resumed": PROGRESS,
            "handed_to_engineering": ENGINEERING,
            "taken_back": PROGRESS,
            "confirmed": CLOSED,
            "closed": CLOSED,
            "auto_closed": AUTO_CLOSED,
        }
        return fixed.get(kind, self.status)

    def _leave_period(self) -> None:
        self.waits_since = None
        self.is_held = self.was_held = self.is_extended = False
        self.reminded = []
