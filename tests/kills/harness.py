"""A child that does one thing to the database and kills itself at the n-th point of it.

Points are counted, not listed: the beginning, and after every statement, every outermost commit, every file
that is stored or deleted, and the acceptance of every mail and page. Whoever dies before one of these has
died after the one before it: nothing lies between them that outlives the process. A child writes each point
to a pipe before it passes it, so that the parent knows how far it got, and what had been committed by then.
"""

import gc
import json
import os
import re
import signal
import smtplib
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from unittest.mock import patch

from django.core.files.storage import FileSystemStorage
from django.db import connection, connections

Work = Callable[[], object]

_WRITES = ("INSERT", "UPDATE", "DELETE")
_TABLE = re.compile(r'(?:INTO|UPDATE|FROM) "(\w+)"')
# The parent's connections as its children inherited them: closing one would end the parent's session.
_inherited: list[object] = []


@dataclass(frozen=True)
class Point:
    """One place to be killed at: how often the child had committed, and whether what it sent is in doubt."""

    label: str
    commits: int
    in_doubt: bool


@dataclass(frozen=True)
class Life:
    """What became of a child: the points that it reached, and whether it was killed at the last of them."""

    points: tuple[Point, ...]
    was_killed: bool
    said: str = ""

    @property
    def killed_at(self) -> Point | None:
        """Where it died; None where it came to its end before the point at which it was to die."""
        return self.points[-1] if self.was_killed else None


@dataclass
class _Points:
    """Counts the points of the child that it lives in, and kills it at one of them."""

    pipe: int
    kill_at: int | None
    at_commit: Work | None
    count: int = 0
    commits: int = 0
    in_doubt: bool = False

    def reach(self, label: str) -> None:
        line = json.dumps([label, self.commits, self.in_doubt])
        os.write(self.pipe, f"{line}\n".encode())
        if self.count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1

    def committed(self) -> None:
        self.commits += 1
        self.in_doubt = False
        if self.at_commit is not None:
            # What it reads is not part of the work.
            wrappers, connection.execute_wrappers = connection.execute_wrappers, []
            self.at_commit()
            connection.execute_wrappers = wrappers
            if connection.vendor == "postgresql" and not connection.autocommit:
                # Reading began a transaction, in which Django does not expect to be.
                connection.connection.rollback()

    def statement(self, execute, sql, params, many, context):
        commits_itself = not connection.in_atomic_block and sql.startswith(_WRITES)
        result = execute(sql, params, many, context)
        if commits_itself:
            self.committed()
        self.reach(f"after {_label(sql)}")
        return result

    def commit(self, original: Work) -> Work:
        def commit() -> None:
            original()
            self.committed()
            self.reach("after COMMIT")

        return commit

    def keep_file(self, original: Callable[..., object], label: str) -> Callable[..., object]:
        def keep(storage: FileSystemStorage, *arguments: object) -> object:
            result = original(storage, *arguments)
            self.reach(label)
            return result

        return keep

    def hand_over(self, original: Callable[..., object]) -> Callable[..., object]:
        def data(server: smtplib.SMTP, text: object) -> object:
            answer = original(server, text)
            self.in_doubt = True
            self.reach("after the server accepted")
            return answer

        return data

    def hear(self, original: Callable[..., object]) -> Callable[..., object]:
        def getresponse(pager: HTTPConnection) -> object:
            answer = original(pager)
            self.in_doubt = True
            self.reach("after the pager answered")
            return answer

        return getresponse

    @contextmanager
    def counting(self) -> Iterator[None]:
        connection.ensure_connection()
        with ExitStack() as stack:
            stack.enter_context(patch.object(connection, "commit", self.commit(connection.commit)))
            stack.enter_context(patch.object(smtplib.SMTP, "data", self.hand_over(smtplib.SMTP.data)))
            stack.enter_context(
                patch.object(HTTPConnection, "getresponse", self.hear(HTTPConnection.getresponse))
            )
            for name, label in (("_save", "after a file is stored"), ("delete", "after a file is deleted")):
                kept = self.keep_file(getattr(FileSystemStorage, name), label)
                stack.enter_context(patch.object(FileSystemStorage, name, kept))
            stack.enter_context(connection.execute_wrapper(self.statement))
            self.reach("at the beginning")
            yield


def _label(sql: str) -> str:
    verb, _, _rest = sql.partition(" ")
    table = _TABLE.search(sql)
    return f"{verb} {table.group(1)}" if table else sql[:24].partition('"')[0].rstrip()


def live(work: Work, *, kill_at: int | None = None, at_commit: Work | None = None) -> Life:
    """Do `work` in a child that is killed at its n-th point, counted from 0; without one it comes to its end.

    `at_commit` is called in the child after each of its commits, uncounted.
    """
    return Child(work, kill_at=kill_at, at_commit=at_commit).join()


class Child:
    """A child under way."""

    def __init__(self, work: Work, *, kill_at: int | None = None, at_commit: Work | None = None) -> None:
        if connection.vendor == "sqlite":
            # Locks of a file belong to the process: nobody inherits an open database.
            connections.close_all()
        self._pipe, writing = os.pipe()
        self._errors, complaining = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            _be_a_child(work, _Points(writing, kill_at, at_commit), complaining)
        os.close(writing)
        os.close(complaining)

    def join(self) -> Life:
        said = _read(self._pipe)
        complaint = _read(self._errors)
        _pid, status = os.waitpid(self._pid, 0)
        was_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert was_killed or os.waitstatus_to_exitcode(status) == 0, complaint
        points = tuple(Point(*json.loads(line)) for line in said.splitlines())
        return Life(points, was_killed, complaint)


def _read(pipe: int) -> str:
    with os.fdopen(pipe, "rb") as stream:
        return stream.read().decode(errors="replace")


def leave_inherited_session() -> None:
    """Let a forked child open a session of its own, and leave the parent's as it is.

    The parent may have closed the one that it sees: beside Playwright's event loop Django keeps another.
    """
    _inherited.append(connection.connection)
    connection.connection = None


def _be_a_child(work: Work, points: _Points, complaining: int) -> None:
    """Lives and ends here: nothing of the parent's is cleaned up, no test goes on in two processes."""
    status = 1
    gc.disable()
    try:
        leave_inherited_session()
        with points.counting():
            work()
        status = 0
    except BaseException:
        os.write(complaining, traceback.format_exc().encode()[-60_000:])
    finally:
        sys.stdout.flush()
        os._exit(status)
