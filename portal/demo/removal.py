"""Emptying the demo's database: everything goes but what belongs to the installation itself."""

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection

from accelerators.reference import load_reference_rows as load_things
from cases.models import Case
from cases.operations.policies import load_reference_rows as load_policies
from entitlements.models import License
from entitlements.reference import load_reference_rows as load_products
from portal.accounts.reference import load_reference_rows as load_regions
from portal.audit.append_only import history_unlocked
from portal.notices.models import Notice
from portal.work.models import FormToken

# What is no part of the story: whose database it is, signs of life, who is signed in, Django's own lists.
_KEPT = {
    "accounts.SignIn",
    "auth.Group",
    "auth.Group_permissions",
    "auth.Permission",
    "contenttypes.ContentType",
    "demo.DemoClock",
    "work.Heartbeat",
    "work.InstanceMark",
}
# Who works takes them in this order (DESIGN 2), so that nobody waits for each other.
_TAKEN_BY_WORK = (FormToken, License, Case, Notice)


def remove_everything() -> None:
    """Remove every row of the demo, count keys from 1 again, and load what each installation starts with.

    Belongs into the caller's transaction. Foreign keys are checked at its end: the order is free.
    """
    tables = removed_tables()
    _wait_for_work()
    with history_unlocked("demo reset"), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 -- own names
        _count_from_one(tables)
    for load_reference_rows in (load_regions, load_products, load_policies, load_things):
        load_reference_rows()


def removed_tables() -> list[str]:
    """The tables that a reset empties, in alphabetical order."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label not in _KEPT
    )


def _wait_for_work() -> None:
    """Let running operations end and hold new ones off; SQLite has one writer at a time anyway."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in _TAKEN_BY_WORK:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")


def _count_from_one(tables: list[str]) -> None:
    with connection.cursor() as cursor:
        sequences = [
            sequence for sequence in connection.introspection.sequence_list() if sequence["table"] in tables
        ]
        if connection.vendor == "postgresql":
            # Unlike setval(), this is undone when the transaction fails.
            for sequence in sequences:
                named = [connection.ops.quote_name(sequence["table"]), sequence["column"]]
                cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", named)
                [name] = cursor.fetchone()
                cursor.execute(f"ALTER SEQUENCE {name} RESTART WITH 1")
            return
        for statement in connection.ops.sequence_reset_by_name_sql(no_style(), sequences):
            cursor.execute(statement)
