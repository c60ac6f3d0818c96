"""Whether the clock keeps its promises, from figures of the database alone (DESIGN 2)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from kombu.connection import Connection

from portal.work import ports
from portal.work.instance import is_adopted
from portal.work.models import Heartbeat
from portal.work.timed import TICK, Backlog, total_backlog
from portal.work.wording import fault_text

# Reference of the reliability plan: staff see a standing clock within five minutes.
TICK_LATE_AFTER = timedelta(minutes=5)
BACKLOG_LATE_AFTER = timedelta(minutes=10)
MAIL_LATE_AFTER = timedelta(minutes=15)
PAGE_LATE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why the clock is not well: a code with its values."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The reason as a sentence, in the active language."""
        return fault_text(self.code, self.values)


@dataclass(frozen=True, slots=True)
class ClockHealth:
    """The clock's state: machine time for the tick, business time for what is due."""

    last_tick_at: datetime | None
    age: timedelta | None
    backlog: int
    oldest_due: datetime | None
    reasons: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no reason to worry."""
        return not self.reasons


def clock_health(now_machine: datetime, now_business: datetime) -> ClockHealth:
    """Look at heartbeat, backlog, unsent mail, pages and instance mark; each limit is exclusive."""
    tick = Heartbeat.objects.filter(name=TICK).first()
    age = now_machine - tick.at if tick else None
    backlog = total_backlog(now_business)
    return ClockHealth(
        last_tick_at=tick.at if tick else None,
        age=age,
        backlog=backlog.count,
        oldest_due=backlog.oldest_due,
        reasons=tuple(_faults(age, backlog, now_machine=now_machine, now_business=now_business)),
    )


def _faults(
    age: timedelta | None, backlog: Backlog, *, now_machine: datetime, now_business: datetime
) -> Iterator[Fault]:
    if age is None:
        yield Fault("never_ticked")
    elif age > TICK_LATE_AFTER:
        yield Fault("tick_late", {"age": age})
    if backlog.oldest_due and now_business - backlog.oldest_due > BACKLOG_LATE_AFTER:
        yield Fault("backlog_late", {"count": backlog.count, "age": now_business - backlog.oldest_due})
    waiting_since = ports.unsent_mail_since()
    if waiting_since and now_machine - waiting_since > MAIL_LATE_AFTER:
        yield Fault("mail_late", {"age": now_machine - waiting_since})
    lacking_since = ports.undelivered_page_since(now_machine)
    if lacking_since and now_machine - lacking_since > PAGE_LATE_AFTER:
        yield Fault("page_late", {"age": now_machine - lacking_since})
    if not is_adopted():
        yield Fault("not_adopted")


def broker_reachable(timeout_seconds: float = 1.0) -> bool:
    """Ask the broker for a sign of life. Only for the health endpoint and the clock's page: it may wait."""
    options = {
        **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        "socket_timeout": timeout_seconds,
        "socket_connect_timeout": timeout_seconds,
    }
    try:
        with Connection(  # type: ignore[no-untyped-call]  # Kombu brings no types
            settings.CELERY_BROKER_URL, connect_timeout=timeout_seconds, transport_options=options
        ) as connection:
            connection.ensure_connection(
                max_retries=1, interval_start=0, interval_step=0, timeout=timeout_seconds
            )
    except Exception:
        return False
    return True
