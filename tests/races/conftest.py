"""One account with its people, and what takes a lock away."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import TransactionTestCase

from cases.models import Case, FollowUpPolicy
from entitlements.models import License
from portal.accounts.models import User
from portal.audit.append_only import history_unlocked
from portal.work import invariants
from tests.factories.cases import make_waiting_case
from tests.factories.people import make_agent, make_customer, make_lead, make_license


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Tables that are not emptied after a race; all others are, in some milliseconds.

    A flush would truncate every table and load every country again: a second and more for each race.
    """
    tables: set[str] = set()
    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: _empty_all_but(tables))
    return tables


@pytest.fixture
def committed(kept: set[str], transactional_db: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """The database, for tests whose threads commit; whatever raced, what was promised is true of it then."""
    kept |= filled_tables()
    yield
    if "without_locks" not in request.fixturenames:
        assert invariants.check() == []


def filled_tables() -> set[str]:
    """The tables that have a row."""
    asked = [
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return {table for (table,) in cursor.fetchall()}


def _empty_all_but(kept: set[str]) -> None:
    """Foreign keys are checked at the commit, so that the order of the tables does not matter."""
    with history_unlocked("races end"), transaction.atomic(), connection.cursor() as cursor:
        for table in filled_tables() - kept:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
        # The published policy stays; nobody made it.
        FollowUpPolicy.objects.filter(made_by__isnull=False).delete()


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
