"""History cannot be changed, by nobody and in no way, while it is locked."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from portal.audit.append_only import (
    create_triggers,
    existing_triggers,
    history_tables,
    history_unlocked,
    protect,
    triggers_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sample():
    """A table of history with one row."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE history_sample (id integer PRIMARY KEY, kind varchar(20))")
        cursor.execute("INSERT INTO history_sample VALUES (1, 'filed')")
    protect("history_sample")


def execute(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, kind FROM history_sample ORDER BY id")
        return cursor.fetchall()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE history_sample SET kind = 'closed'", "DELETE FROM history_sample WHERE id = 1"],
)
def test_a_change_of_history_is_refused_and_changes_nothing(sample, statement):
    with pytest.raises(DatabaseError, match="history is append-only"):
        execute(statement)

    assert rows() == [(1, "filed")]


def test_emptying_history_is_refused_on_postgresql(sample):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DatabaseError, match="history is append-only"):
        execute("TRUNCATE history_sample")

    assert rows() == [(1, "filed")]


def test_history_grows_while_it_is_locked(sample):
    execute("INSERT INTO history_sample VALUES (2, 'answered')")

    assert rows() == [(1, "filed"), (2, "answered")]


def test_history_can_be_changed_while_it_is_unlocked_and_no_longer_afterwards(sample):
    with history_unlocked("erasure"):
        execute("UPDATE history_sample SET kind = 'erased'")

    assert rows() == [(1, "erased")]
    with pytest.raises(DatabaseError, match="history is append-only"):
        execute("DELETE FROM history_sample")


def test_an_error_while_history_is_unlocked_undoes_the_change_and_locks_again(sample):
    def erase_halfway():
        with history_unlocked("erasure"):
            execute("UPDATE history_sample SET kind = 'erased'")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        erase_halfway()

    assert rows() == [(1, "filed")]
    with pytest.raises(DatabaseError, match="history is append-only"):
        execute("DELETE FROM history_sample")


def test_every_history_table_has_all_its_triggers():
    wanted = {
        (table, name) for table in history_tables() for name in triggers_of(table, vendor=connection.vendor)
    }

    assert {"cases_caseevent", "entitlements_entitlementevent"} <= set(history_tables())
    assert wanted <= existing_triggers()


def test_a_trigger_that_was_lost_comes_back_with_the_next_migrate(sample):
    table = history_tables()[0]
    name = next(iter(triggers_of(table, vendor=connection.vendor)))
    on_table = f' ON "{table}"' if connection.vendor == "postgresql" else ""
    execute(f'DROP TRIGGER "{name}"{on_table}')

    call_command("migrate", verbosity=0)

    assert (table, name) in existing_triggers()
    assert create_triggers() == 0
