"""A stage on which several people and clocks act at once, each in a thread with its own database session.

The test says where an actor stops: before or after its nth statement that matches a pattern. Nothing here
waits for luck: an actor stands still, is done, or is known by the database to wait for another one's lock.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, connections

from portal.errors import DomainError

# A test that reaches this has failed; no step of a race takes a tenth of it.
DEADLINE_SECONDS = 15.0
_LOOK_EVERY_SECONDS = 0.005
_IMMEDIATE = re.compile(r"BEGIN IMMEDIATE")


@dataclass(frozen=True, slots=True)
class Statement:
    """The nth statement of an actor that matches a pattern."""

    pattern: str
    nth: int = 1


# Where races are decided: what was asked has been read, under its lock where there is one.
FIRST_WRITE = Statement(r"^(INSERT|UPDATE|DELETE)")
LOCK_CASES = Statement(r'^SELECT "cases_case"\."id" AS "pk" FROM "cases_case"')
LEASE = Statement(r'^UPDATE "notices_notice" SET "state" = .*"attempts" = \(')
NOTE_RESULT = Statement(r'^UPDATE "notices_notice" SET .*"lease_token" = NULL')


class Actor:
    """One person or clock: does its work in a thread of its own and stops where it is told to."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        self.name = name
        self.result: object = None
        self.error: Exception | None = None
        self.statements: list[str] = []
        self._work = work
        self._first: Callable[[], object] = lambda: None
        self._failure: Exception | None = None
        self._stop: tuple[str, Statement] | None = None
        self._seen = 0
        self._changed = threading.Condition()
        self._is_standing = self._is_done = self._may_go = False
        self._at_begin = self._is_inside = False
        self._backend: int | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    # --- What the test says -----------------------------------------------------------------------

    def go_until(self, *, before: Statement | None = None, after: Statement | None = None) -> None:
        """Start or go on, and return once the actor stands before or after a statement."""
        came = self.goes_until(before=before, after=after)
        assert came, f"{self.name} never came there; it ended with {self.outcome!r}"

    def goes_until(self, *, before: Statement | None = None, after: Statement | None = None) -> bool:
        """Start or go on; return whether the actor came to stand at the statement, or ended without it."""
        self._go(("before", before) if before else ("after", after) if after else None)
        self._wait(lambda: self._is_standing or self._is_done, "stands or is done")
        return self._is_standing

    def goes_as_far_as_it_can(self, other: "Actor") -> None:
        """Start or go on, and return once the actor is done or waits for `other`."""
        self._go(None)
        self._wait(lambda: self._is_done or self._waits_for(other), f"waits for {other.name}, or is done")

    def go_until_blocked_by(self, other: "Actor") -> None:
        """Start or go on, and return once the database says that the actor waits for `other`."""
        self._go(None)
        self._wait(lambda: self._is_done or self._waits_for(other), f"waits for {other.name}")
        assert not self._is_done, f"{self.name} did not wait for {other.name}: {self.outcome!r}"

    def do_first(self, first: Callable[[], object]) -> None:
        """Do this in the thread before the work, a barrier's wait for example."""
        self._first = first

    def go(self) -> None:
        """Start or go on, without waiting for anything."""
        self._go(None)

    def fails_with(self, error: Exception) -> None:
        """Let the work end with this error where it stands now, when it goes on."""
        self._failure = error

    def finish(self) -> object:
        """Start or go on to the end, and return what came of it."""
        self._go(None)
        self._wait(lambda: self._is_done, "is done")
        self._thread.join(DEADLINE_SECONDS)
        return self.outcome

    @property
    def outcome(self) -> object:
        """What the work returned, or the error that ended it."""
        return self.error if self.error is not None else self.result

    # --- The thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            connection.ensure_connection()
            if connection.vendor == "postgresql":
                self._backend = connection.connection.info.backend_pid
            with connection.execute_wrapper(self._watch):
                self._first()
                self.result = self._work()
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()
            with self._changed:
                self._is_done = True
                self._changed.notify_all()

    def _watch(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements.append(sql)
        is_hit = self._is_hit(sql)
        if is_hit == "before":
            self._stand()
        with self._beginning(sql):
            result = execute(sql, params, many, context)
        if is_hit == "after":
            self._stand()
        return result

    def _is_hit(self, sql: str) -> str:
        if self._stop is None:
            return ""
        when, statement = self._stop
        if not re.search(statement.pattern, sql):
            return ""
        self._seen += 1
        return when if self._seen == statement.nth else ""

    @contextmanager
    def _beginning(self, sql: str) -> Iterator[None]:
        """SQLite's immediate transactions wait at their beginning, for whoever writes now."""
        self._at_begin = bool(_IMMEDIATE.match(sql))
        try:
            yield
        finally:
            self._at_begin = False

    def _stand(self) -> None:
        with self._changed:
            self._is_inside = connection.in_atomic_block
            self._is_standing, self._may_go = True, False
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._may_go, DEADLINE_SECONDS):
                raise TimeoutError(f"nobody let {self.name} go on")
            self._is_standing = False
        if self._failure is not None:
            raise self._failure

    # --- The test's side --------------------------------------------------------------------------

    def _go(self, stop: tuple[str, Statement] | None) -> None:
        with self._changed:
            self._stop, self._seen = stop, 0
            # What stands goes on; this actor is not standing any more from here on.
            self._is_standing, self._may_go = False, True
            self._changed.notify_all()
        if self._thread.ident is None:
            self._thread.start()

    def _wait(self, claim: Callable[[], bool], words: str) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        with self._changed:
            while not claim():
                assert time.monotonic() < deadline, f"{self.name}: not so in time: {words}"
                self._changed.wait(_LOOK_EVERY_SECONDS)

    def _waits_for(self, other: "Actor") -> bool:
        if connection.vendor == "sqlite":
            # One writer at a time: whoever is at its BEGIN while another stands inside one has to wait.
            return self._at_begin and other._is_standing and other._is_inside
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s = ANY(pg_blocking_pids(%s))", [other._backend, self._backend])
            return bool(cursor.fetchone()[0])


def on_postgresql() -> bool:
    """Whether rows are locked one by one here; SQLite lets one writer in at a time."""
    return connection.vendor == "postgresql"


def in_turn(first: Actor, second: Actor, *, at: Statement = FIRST_WRITE) -> None:
    """`first` stands before it writes, `second` comes and has to wait for it; then both end."""
    first.go_until(before=at)
    second.go_until_blocked_by(first)
    first.finish()
    second.finish()


def passed_over(first: Actor, clock: Actor, *, at: Statement = FIRST_WRITE) -> None:
    """`first` stands before it writes; `clock` leaves its rows alone, or on SQLite waits; then both end."""
    first.go_until(before=at)
    if on_postgresql():
        clock.finish()
    else:
        clock.go_until_blocked_by(first)
    first.finish()
    clock.finish()


def overtaken(slow: Actor, quick: Actor, *, at: Statement = FIRST_WRITE) -> None:
    """What must not be: while `slow` stands before it writes, `quick` does all of its work."""
    slow.go_until(before=at)
    quick.finish()
    slow.finish()


def was_locked_out(actor: Actor) -> bool:
    """SQLite refused to write on top of what the actor had read."""
    return isinstance(actor.error, OperationalError) and str(actor.error) == "database is locked"


def refused_as(actor: Actor) -> str:
    """The code with which the work was refused."""
    assert isinstance(actor.error, DomainError), actor.outcome
    return actor.error.code
