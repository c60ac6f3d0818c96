"""One waiting period's clock, told a second time from SPEC 2.1: each step has its instant, moved by hand.

Knows nothing of `cases.follow_up`, which computes each instant anew from the period's start and its holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
# SPEC 2.1: with *notice first* the closure never comes sooner than 24 h after the last reminder.
NOTICE = 24 * HOUR
# SPEC 2.1: the customer's extension.
EXTENSION = 72 * HOUR


@dataclass(frozen=True, slots=True)
class Rules:
    """One policy row: hours since the status was set, and the window for reopening."""

    begins_at: datetime
    reminders: tuple[timedelta, ...] = (24 * HOUR, 72 * HOUR, 120 * HOUR)
    closure: timedelta = 144 * HOUR
    reopening: timedelta = timedelta(days=14)
    is_notice_first: bool = False
    key: int = 0


@dataclass(slots=True)
class Held:
    """A stretch in which the clock stands still."""

    began_at: datetime
    until: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A step that the clock carried out."""

    kind: str
    ordinal: int
    due_at: datetime
    done_at: datetime
    outcome: str


@dataclass(slots=True)
class Series:
    """The steps to come of one waiting period, each with its instant as if no hold were running now."""

    number: int
    status: str
    rules: Rules
    started_at: datetime
    ended_at: datetime | None = None
    extended_at: datetime | None = None
    holds: list[Held] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    coming: dict[int, datetime] = field(default_factory=dict)
    closure: datetime = field(init=False)
    not_before: datetime | None = None

    def __post_init__(self) -> None:
        self.coming = {
            ordinal: self.started_at + after for ordinal, after in enumerate(self.rules.reminders, start=1)
        }
        self.closure = self.started_at + self.rules.closure

    @property
    def hold(self) -> Held | None:
        """The hold that runs, or has run out unseen by the clock."""
        return self.holds[-1] if self.holds and self.holds[-1].ended_at is None else None

    def hold_until(self, until: datetime, now: datetime) -> None:
        """Begin a hold or move the end of the running one; one that has run out unseen is over."""
        if self.hold is not None and self.hold.until <= now:
            self.end_hold(now)
        if self.hold is None:
            self.holds.append(Held(now, until))
        else:
            self.hold.until = until

    def end_hold(self, now: datetime) -> None:
        """End the running hold: every step to come moves by the time really held, none stays inside it."""
        hold = self.hold
        if hold is None:
            return
        hold.ended_at = min(hold.until, now)
        self.coming = {ordinal: _moved(due, hold) for ordinal, due in self.coming.items()}
        self.closure = _moved(self.closure, hold)
        if self.not_before is not None:
            self.not_before = _moved(self.not_before, hold)

    def end(self, now: datetime) -> None:
        """Leave the waiting status, or set it anew."""
        self.end_hold(now)
        self.ended_at = now

    def reminders(self) -> Iterator[tuple[int, datetime]]:
        """The reminders to come with their instants."""
        hold = self.hold
        return ((n, _moved(due, hold) if hold else due) for n, due in self.coming.items())

    def closes_at(self, now: datetime) -> datetime:
        """When the case closes by itself, as it stands now."""
        hold = self.hold
        closure = _moved(self.closure, hold) if hold else self.closure
        last = len(self.rules.reminders)
        if not self.rules.is_notice_first or not last:
            return closure
        if self.not_before is None:
            return max(closure, max(dict(self.reminders())[last], now) + NOTICE)
        return max(closure, _moved(self.not_before, hold) if hold else self.not_before)

    def next_at(self, now: datetime) -> datetime:
        """When the clock has to look at the case next."""
        instants = [due for _ordinal, due in self.reminders()]
        if self.hold is not None:
            instants.append(self.hold.until)
        return min([*instants, self.closes_at(now)])

    def tick(self, now: datetime) -> list[Done]:
        """Carry out what is due: the latest overdue reminder is sent, others are skipped, or it closes."""
        done: list[Done] = []
        if self.hold is not None and self.hold.until <= now:
            done.append(Done("hold_end", 0, self.hold.until, now, "ended"))
            self.end_hold(self.hold.until)
        closes_at = self.closes_at(now)
        due = sorted((ordinal, at) for ordinal, at in self.reminders() if at <= now)
        for ordinal, at in due:
            is_sent = ordinal == due[-1][0] and closes_at > now
            done.append(Done("reminder", ordinal, at, now, "sent" if is_sent else "skipped"))
            del self.coming[ordinal]
            if ordinal == len(self.rules.reminders):
                self.not_before = now + NOTICE
        if closes_at <= now:
            done.append(Done("closure", 0, closes_at, now, "closed"))
            self.end(now)
        self.done += [step for step in done if step.kind != "hold_end"]
        return done


def _moved(due: datetime, hold: Held) -> datetime:
    """SPEC 2.1: its instant plus the time really held; decided: never inside the hold."""
    end = hold.ended_at or hold.until
    return max(due + (end - hold.began_at), end)
