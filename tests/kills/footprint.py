"""What a database holds, and what became of it between two looks."""

from collections import Counter
from collections.abc import Mapping

from django.db import connection

Rows = Mapping[str, dict[object, tuple[object, ...]]]
# Per table: how many rows came and went, and which columns changed in how many rows.
Footprint = dict[str, tuple[int, int, Counter[tuple[str, ...]]]]

# Reference rows and caches, which no operation changes.
_APART = {"accounts_country", "work_cache", "accounts_signin", "django_migrations"}


def look() -> tuple[Rows, dict[str, list[str]]]:
    """Read every table: its rows by key, and the names of its columns."""
    rows: dict[str, dict[object, tuple[object, ...]]] = {}
    columns: dict[str, list[str]] = {}
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        for table in sorted(set(names) - _APART):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns[table] = [column[0] for column in cursor.description]
            rows[table] = {row[0]: tuple(map(str, row)) for row in cursor.fetchall()}
    return rows, columns


def what_became(before: Rows, after: Rows, columns: Mapping[str, list[str]]) -> Footprint:
    """Compare two looks, whatever keys, tokens and instants the new rows carry."""
    found: Footprint = {}
    for table, rows in after.items():
        old = before[table]
        changed = Counter(
            tuple(
                name for name, was, is_ in zip(columns[table], old[key], rows[key], strict=True) if was != is_
            )
            for key in old.keys() & rows.keys()
            if old[key] != rows[key]
        )
        came, went = len(rows.keys() - old.keys()), len(old.keys() - rows.keys())
        if came or went or changed:
            found[table] = (came, went, changed)
    return found
