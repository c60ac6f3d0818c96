"""A database session that ends at a statement or a commit of the test's choice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, close_old_connections, connection


class Breaker:
    """Counts statements and commits of this thread's session, and ends the session before number `at`."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen: list[str] = []

    @property
    def has_fired(self) -> bool:
        return len(self.seen) > self.at

    def before(self, what: str) -> None:
        self.seen.append(what)
        if len(self.seen) == self.at + 1:
            end_session()

    def execute(self, run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.before(sql)
        return run(sql, params, many, context)


def end_session() -> None:
    """What a restart of the server does to this session; on SQLite a disk that fails under one statement."""
    if connection.vendor != "postgresql":
        raise OperationalError("disk I/O error")
    pid = connection.connection.info.backend_pid
    facts = connection.get_connection_params()
    names = ("host", "port", "user", "dbname")
    with psycopg.connect(autocommit=True, **{name: facts[name] for name in names if name in facts}) as other:
        [(is_gone,)] = other.execute("select pg_terminate_backend(%s, 5000)", [pid]).fetchall()
    assert is_gone


@contextmanager
def broken_at(number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Breaker]:
    """Inside, the session ends before statement or commit `number`; afterwards a server's own tidying up."""
    connection.ensure_connection()
    breaker = Breaker(number)
    commit = connection._commit

    def committing() -> None:
        breaker.before("COMMIT")
        commit()

    with monkeypatch.context() as patched, connection.execute_wrapper(breaker.execute):
        patched.setattr(connection, "_commit", committing)
        yield breaker
    close_old_connections()
