"""What the database holds after a run, as plain records: the checker needs no Django."""

from dataclasses import dataclass, field
from datetime import datetime

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
