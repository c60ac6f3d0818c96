"""What the database holds after a run, as plain records: the checker needs no Django."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.chaos.model import Event
from tests.chaos.sink import Delivery


@dataclass(frozen=True)
class StoredCase:
    """A case as its row says."""

    pk: int
    status: str
    owner: str
    requestor: str
    filed_by: str
    watchers: tuple[str, ...] = ()
    period: int | None = None
    next_step_at: datetime | None = None
    target_step_at: datetime | None = None


@dataclass(frozen=True)
class StoredText:
    """A text that somebody wrote: a message, or a note that only staff see."""

    pk: int
    case: int
    author: str
    body: str
    files: tuple[str, ...] = ()
    is_note: bool = False


@dataclass(frozen=True)
class StoredNotice:
    """A row of the outbox."""

    pk: int
    key: str
    recipient: str
    address: str
    state: str
    message_id: str
    last_error: str = ""
    because: str = ""


@dataclass(frozen=True)
class WaitingMail:
    """A row of the outbox that has still to go out; `lease_until` while a sender has it."""

    key: str
    state: str
    next_attempt_at: datetime
    lease_until: datetime | None = None


@dataclass(frozen=True)
class Outbox:
    """What has still to go out at one instant, and for how long a row may wait or a sender have it."""

    now: datetime
    longest_delay: timedelta
    lease: timedelta
    rows: Sequence[WaitingMail] = ()


@dataclass
class Stored:
    """Everything that the checker reads."""

    cases: dict[int, StoredCase] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    texts: list[StoredText] = field(default_factory=list)
    # Token -> the address to which its form led.
    tokens: dict[str, str] = field(default_factory=dict)
    # (case, period, kind, ordinal) of every step.
    steps: list[tuple[int, int, str, int]] = field(default_factory=list)
    notices: list[StoredNotice] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    # Person -> key, as notices name them.
    people: dict[str, int] = field(default_factory=dict)
    leads: tuple[str, ...] = ()
    damaged_files: list[str] = field(default_factory=list)
    now: datetime | None = None
