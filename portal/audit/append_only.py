"""Triggers that refuse every change to history, on SQLite and on PostgreSQL.

They let through only while the plain table `history_unlock` has a row: for test flushes, retention and
erasure. SQLite drops a trigger when it rebuilds a table, so `post_migrate` looks after them each time.
"""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connections, transaction

from portal.audit.models import AppendOnly

logger = logging.getLogger(__name__)

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM history_unlock) THEN
        RAISE EXCEPTION 'history is append-only: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$
"""


@contextmanager
def history_unlocked(reason: str, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Let history be changed inside this block, which is one transaction; nobody else sees it open.

    The reason goes on the record of the process; whoever opens history writes an event of its own too.
    """
    token = uuid.uuid4().hex
    logger.warning("History unlocked: %s", reason)
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("INSERT INTO history_unlock (token, reason) VALUES (%s, %s)", [token, reason[:200]])
        yield
        cursor.execute("DELETE FROM history_unlock WHERE token = %s", [token])


def history_tables() -> list[str]:
    """The table of every concrete model that is only added to, in alphabetical order."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, AppendOnly) and not model._meta.proxy and model._meta.managed
    )


def triggers_of(table: str, *, vendor: str) -> dict[str, str]:
    """The triggers that a history table needs: name to the statement that makes it."""
    if vendor == "postgresql":
        body = "EXECUTE FUNCTION refuse_history_change()"
        return {
            f"{table}_append_only": (
                f'CREATE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE ON "{table}" '
                f"FOR EACH ROW {body}"
            ),
            f"{table}_no_truncate": (
                f'CREATE TRIGGER "{table}_no_truncate" BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT {body}'
            ),
        }
    if vendor != "sqlite":
        raise NotSupportedError(f"history has no triggers for {vendor}")
    return {
        f"{table}_no_{verb.lower()}": (
            f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '  # noqa: S608 -- own names
            "WHEN NOT EXISTS (SELECT 1 FROM history_unlock) "
            f"BEGIN SELECT RAISE(ABORT, 'history is append-only: {table}'); END"
        )
        for verb in ("UPDATE", "DELETE")
    }


def existing_triggers(*, using: str = DEFAULT_DB_ALIAS) -> set[tuple[str, str]]:
    """The triggers that the database has: pairs of table and name."""
    connection = connections[using]
    catalogue = (
        "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        return {(table, name) for table, name in cursor.fetchall()}


def protect(table: str, *, using: str = DEFAULT_DB_ALIAS) -> int:
    """Make the triggers that this table lacks; return how many were missing."""
    connection = connections[using]
    present = existing_triggers(using=using)
    missing = [
        statement
        for name, statement in triggers_of(table, vendor=connection.vendor).items()
        if (table, name) not in present
    ]
    if not missing:
        return 0
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL_FUNCTION)
        for statement in missing:
            cursor.execute(statement)
    return len(missing)


def create_triggers(*, using: str = DEFAULT_DB_ALIAS) -> int:
    """Protect every history table that exists; return how many triggers were missing."""
    existing = set(connections[using].introspection.table_names())
    if "history_unlock" not in existing:
        return 0
    return sum(protect(table, using=using) for table in history_tables() if table in existing)
