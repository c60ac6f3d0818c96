"""One account with its people, and what takes a lock away."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.test import TransactionTestCase

from cases.models import Case
from entitlements.models import License
from portal.accounts.models import User
from portal.audit.append_only import history_unlocked
from portal.work import invariants
from tests.factories.cases import make_waiting_case
from tests.factories.people import make_agent, make_customer, make_lead, make_license

Rows = set[tuple[Any, ...]]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, Rows]:
    """Tables that get their rows back after a race; all others are emptied, all in some milliseconds.

    A flush would truncate every table and load every country again: a second and more for each race.
    """
    tables: dict[str, Rows] = {}
    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: put_back(tables))
    return tables


@pytest.fixture
def committed(
    kept: dict[str, Rows], transactional_db: None, request: pytest.FixtureRequest
) -> Iterator[None]:
    """The database, for tests whose threads commit; whatever raced, what was promised is true of it then."""
    kept |= reference_rows()
    yield
    if "without_locks" not in request.fixturenames:
        assert invariants.check() == []


def reference_rows() -> dict[str, Rows]:
    """The rows that stand in the database before a test, by their tables."""
    with connection.cursor() as cursor:
        return {table: _rows_of(cursor, table)[1] for table in _filled_tables(cursor)}


def put_back(kept: Mapping[str, Rows]) -> None:
    """Give the kept tables their former rows and empty all others.

    Foreign keys are checked at the commit, so that the order of the tables does not matter.
    """
    with history_unlocked("races end"), transaction.atomic(), connection.cursor() as cursor:
        for table in _filled_tables(cursor) - kept.keys():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
        for table, former in kept.items():
            _put_rows_back(cursor, table, former)


def _put_rows_back(cursor: CursorWrapper, table: str, former: Rows) -> None:
    columns, now = _rows_of(cursor, table)
    name, (key, *_others) = connection.ops.quote_name(table), map(connection.ops.quote_name, columns)
    places = ", ".join(["%s"] * len(columns))
    cursor.executemany(f"DELETE FROM {name} WHERE {key} = %s", [row[:1] for row in now - former])
    cursor.executemany(f"INSERT INTO {name} VALUES ({places})", [*former - now])


def _rows_of(cursor: CursorWrapper, table: str) -> tuple[list[str], Rows]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    return [column[0] for column in cursor.description], set(cursor.fetchall())


def _filled_tables(cursor: CursorWrapper) -> set[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    asked = [
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"
        for table in tables
    ]
    cursor.execute(" UNION ALL ".join(asked))
    return {table for (table,) in cursor.fetchall()}


@pytest.fixture
def license_(committed: None) -> License:
    return make_license()


@pytest.fixture
def rita(license_: License) -> User:
    """The requestor."""
    return make_customer(license_, name="Rita Requestor")


@pytest.fixture
def carl(license_: License) -> User:
    """Another named contact of the product, who sees the account's cases."""
    return make_customer(license_, name="Carl Colleague", sees_account_cases=True)


@pytest.fixture
def ada(committed: None) -> User:
    return make_agent(name="Ada Agent")


@pytest.fixture
def bob(committed: None) -> User:
    return make_agent(name="Bob Agent")


@pytest.fixture
def lou(committed: None) -> User:
    return make_lead(name="Lou Lead")


@pytest.fixture
def waiting(rita: User, ada: User) -> Case:
    """Pending Response since ASKED, owned by Ada."""
    return make_waiting_case(rita, agent=ada)


def _take_no_lock(self: "QuerySet[Case]", *args: object, **options: object) -> "QuerySet[Case]":
    return self._chain()


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch, committed: None) -> None:
    """The twin: PostgreSQL without row locks, SQLite without immediate transactions."""
    if connection.vendor == "postgresql":
        monkeypatch.setattr(QuerySet, "select_for_update", _take_no_lock)
    else:
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", "DEFERRED")
