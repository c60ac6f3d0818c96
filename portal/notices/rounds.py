"""A round of delivery by any transport: rows are claimed by a lease and delivered outside any transaction.

What came of a row is noted only by whoever still holds its lease (DESIGN 3).
"""

import logging
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone, translation

from portal.accounts.languages import mail_language
from portal.accounts.zones import viewer_zone
from portal.notices.kinds import kind_of
from portal.notices.models import Notice, NoticeQuerySet
from portal.notices.states import MailState, Transport
from portal.work.instance import is_adopted
from portal.work.models import Heartbeat
from portal.work.timed import beat

logger = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(minutes=5)
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=1)
# No row waits longer: one that does was written while the clock stood in the future.
_LONGEST_WAIT = LONGEST_DELAY + LEASE
_LONGEST_ERROR = 500

# These say that the portal cannot work just now, never that a row is bad.
DATABASE_AWAY = (OperationalError, InterfaceError)


@dataclass(slots=True)
class SendReport:
    """What one round did: rows sent, cancelled, put off, given up; `lost` results came after their lease."""

    is_adopted: bool = True
    sent: int = 0
    cancelled: int = 0
    put_off: int = 0
    dead: int = 0
    lost: int = 0


def delay_after(attempts: int, *, first: timedelta = FIRST_DELAY) -> timedelta:
    """How long to wait after the nth failed attempt: 1, 2, 4 … times the first delay, at most an hour."""
    doubled: int = 2 ** min(max(attempts - 1, 0), 10)
    return min(first * doubled, LONGEST_DELAY)


class Round(ABC):
    """One round over the rows of one transport, which says how a claimed row is delivered."""

    transport: ClassVar[Transport]
    heartbeat: ClassVar[str]
    # A round ends before the task's soft limit and before its first lease runs out.
    budget: ClassVar[timedelta]
    lease: ClassVar[timedelta] = LEASE
    first_delay: ClassVar[timedelta] = FIRST_DELAY
    # At most so many attempts end without an answer.
    most_attempts: ClassVar[int]

    def __init__(self, machine_now: datetime) -> None:
        self._machine_now = machine_now
        self._started = time.monotonic()
        self._is_server_down = False
        self.report = SendReport()

    @abstractmethod
    def _deliver(self, notice: Notice) -> None:
        """Hand a claimed row over, outside any transaction, and settle it."""

    def _hang_up(self) -> None:  # noqa: B027 -- most transports keep nothing open
        """End what was opened for the round."""

    def _elapsed(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self._started)

    def _now(self) -> datetime:
        return self._machine_now + self._elapsed()

    def _must_stop(self) -> bool:
        return self._is_server_down or self._elapsed() > self.budget

    def _unsent(self) -> NoticeQuerySet:
        return Notice.objects.unsent().filter(transport=self.transport)

    def run(self, limit: int) -> SendReport:
        """Deliver up to `limit` rows that are due. Delivers nothing from a database not adopted."""
        if not is_adopted():
            logger.warning("Nothing is sent: this installation has not adopted this database")
            return SendReport(is_adopted=False)
        looked_at = 0
        self._bring_back_from_the_future()
        try:
            while looked_at < limit and not self._must_stop():
                rows, claimed = self._claim(min(BATCH, limit - looked_at))
                if not rows:
                    break
                looked_at += rows
                self._deliver_all(claimed)
        finally:
            self._hang_up()
        self._beat()
        return self.report

    def _beat(self) -> None:
        took = self._elapsed() // timedelta(milliseconds=1)
        beat(
            Heartbeat(
                name=self.heartbeat,
                at=self._now(),
                business_at=self._now(),
                took_ms=took,
                done=self.report.sent,
            )
        )

    def _bring_back_from_the_future(self) -> None:
        """Let go out what was put off while the clock ran ahead, and would wait until it gets there."""
        ahead = self._unsent().filter(next_attempt_at__gt=self._now() + _LONGEST_WAIT)
        # Asked first: an update that finds nothing would still wait for every other writer of SQLite.
        if ahead.exists():
            ahead.update(next_attempt_at=self._now())

    # --- Claim: one short transaction -------------------------------------------------------------

    def _claim(self, size: int) -> tuple[int, list[Notice]]:
        """Lease what is due and still matters; return how many rows were looked at, and those leased."""
        with transaction.atomic():
            due = self._unsent().filter(next_attempt_at__lte=self._now())
            rows = list(
                due.order_by("next_attempt_at", "pk")
                .select_related("recipient__account__country__region")
                .select_for_update(skip_locked=True, of=("self",))[:size]
            )
            claimed = [notice for notice in rows if self._still_matters(notice)]
            self._lease(claimed)
        return len(rows), claimed

    def _lease(self, claimed: list[Notice]) -> None:
        token, until = uuid.uuid4(), self._now() + self.lease
        Notice.objects.filter(pk__in=[notice.pk for notice in claimed]).update(
            state=MailState.SENDING,
            attempts=F("attempts") + 1,
            lease_token=token,
            lease_until=until,
            next_attempt_at=until,
        )
        for notice in claimed:
            notice.state, notice.lease_token = MailState.SENDING, token
            notice.attempts += 1

    def _still_matters(self, notice: Notice) -> bool:
        if notice.attempts >= self.most_attempts:
            # Its senders died with it: nobody came back to write a result.
            self._settle_locked(notice, state=MailState.DEAD, last_error=notice.last_error or "no result")
            self.report.dead += 1
            return False
        try:
            with transaction.atomic(), in_words_of(notice):
                because = _obsolete_because(notice)
        except (SoftTimeLimitExceeded, *DATABASE_AWAY):
            raise
        except Exception as error:
            logger.exception("Notice %s cannot tell whether it still matters", notice.pk)
            self._settle_locked(notice, state=MailState.DEAD, last_error=words_of(error))
            self.report.dead += 1
            return False
        if because is not None:
            self._settle_locked(notice, state=MailState.CANCELLED, cancelled_because=because[:120])
            self.report.cancelled += 1
        return because is None

    @staticmethod
    def _settle_locked(notice: Notice, **columns: Any) -> None:
        Notice.objects.filter(pk=notice.pk).update(lease_token=None, lease_until=None, **columns)

    # --- Deliver: no transaction ------------------------------------------------------------------

    def _deliver_all(self, claimed: list[Notice]) -> None:
        for position, notice in enumerate(claimed):
            if self._must_stop():
                self._give_back(claimed[position:])
                return
            self._deliver(notice)

    def _give_back(self, claimed: list[Notice]) -> None:
        """Return rows that were claimed and not tried: they have lost no attempt."""
        wait = self.first_delay if self._is_server_down else timedelta(0)
        for notice in claimed:
            self._settle(
                notice,
                state=MailState.PENDING,
                attempts=notice.attempts - 1,
                next_attempt_at=self._now() + wait,
            )

    # --- Result: fenced by the lease's token -------------------------------------------------------

    def _try_a_few_times(self, notice: Notice, error: Exception) -> None:
        """Try a row again that may have been taken: each further attempt may be a copy."""
        if notice.attempts >= self.most_attempts:
            self._give_up(notice, error)
        else:
            self._put_off(notice, error, attempts=notice.attempts)

    def _put_off(self, notice: Notice, error: Exception, *, attempts: int) -> None:
        self.report.put_off += self._settle(
            notice,
            state=MailState.PENDING,
            attempts=attempts,
            next_attempt_at=self._now() + delay_after(notice.attempts, first=self.first_delay),
            last_error=words_of(error),
        )

    def _give_up(self, notice: Notice, error: Exception) -> None:
        logger.warning("Notice %s is given up: %s", notice.pk, words_of(error))
        self.report.dead += self._settle(notice, state=MailState.DEAD, last_error=words_of(error))

    def _settle(self, notice: Notice, **columns: Any) -> int:
        """Write a result, unless the lease has passed to another sender; return 1 if it was written."""
        mine = Notice.objects.filter(pk=notice.pk, lease_token=notice.lease_token, state=MailState.SENDING)
        written = mine.update(lease_token=None, lease_until=None, **columns)
        self.report.lost += 1 - written
        return written


def _obsolete_because(notice: Notice) -> str | None:
    if notice.recipient is not None and not notice.recipient.is_active:
        return "recipient_left"
    return kind_of(notice).obsolete_because(notice)


@contextmanager
def in_words_of(notice: Notice) -> Iterator[None]:
    """Speak the reader's language in the reader's zone; to nobody in particular, the default and UTC."""
    recipient = notice.recipient
    with translation.override(mail_language(recipient)), timezone.override(viewer_zone(recipient)):
        yield


def words_of(error: Exception) -> str:
    """Say what went wrong, for staff; cut where it is endless."""
    return f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
