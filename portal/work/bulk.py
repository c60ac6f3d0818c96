"""Many rows in one statement, for the clock: a chunk of its work reads and writes thousands."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import RawSQL

Row = Mapping[str, Any]


def among(keys: Collection[int]) -> Collection[int] | RawSQL:
    """Give what `pk__in=` takes for many keys: on PostgreSQL one array instead of a thousand placeholders."""
    if not keys or connection.vendor != "postgresql":
        return keys
    return RawSQL("SELECT unnest(%s::bigint[])", [f"{{{','.join(map(str, keys))}}}"])


def insert_rows(model: type[models.Model], rows: Sequence[Row], *, shared: Row | None = None) -> None:
    """Write rows by column, in their order: `rows` name the same columns each, `shared` what is equal in all.

    Every other column takes the model's default, read once. On PostgreSQL the rows travel as one document:
    a model's instance and three adaptations of each value would cost several times what the server does.
    """
    if not rows:
        return
    columns = {**_defaults(model, but=rows[0]), **(shared or {})}
    if connection.vendor == "postgresql":
        _insert_document(model, rows, columns)
    else:
        model._base_manager.bulk_create(model(**columns, **row) for row in rows)


def _defaults(model: type[models.Model], *, but: Row) -> dict[str, Any]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    missing = [field for field in fields if field.attname not in but]
    assert not any(field.unique for field in missing), "a unique column has a value of its own in every row"
    return {field.attname: field.get_default() for field in missing}


def _insert_document(model: type[models.Model], rows: Sequence[Row], shared: Row) -> None:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    quoted = {name: connection.ops.quote_name(str(field.column)) for name, field in fields.items()}
    types = {name: str(field.db_type(connection)) for name, field in fields.items()}
    columns = ", ".join(quoted[name] for name in (*rows[0], *shared))
    values = ", ".join([*(quoted[name] for name in rows[0]), *(f"%s::{types[name]}" for name in shared)])
    row_type = ", ".join(f"{quoted[name]} {types[name]}" for name in rows[0])
    table = connection.ops.quote_name(model._meta.db_table)
    statement = (
        f"INSERT INTO {table} ({columns}) "  # noqa: S608 -- names of our own tables and columns
        f"SELECT {values} FROM json_to_recordset(%s::json) AS document ({row_type})"
    )
    equal = [fields[name].get_db_prep_save(value, connection) for name, value in shared.items()]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*equal, json.dumps(rows, default=_written)])


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
