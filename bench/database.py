"""The databases of a run: made, filled and dropped by it; `KEEP=1` leaves the filled one for the next run."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from bench.filling import Portfolio, fill

WORK, SMALL, KEPT = "portal_bench", "portal_bench_small", "portal_bench_kept"
_SQL = Path(__file__).parent / "sql"


def use(name: str) -> None:
    """This will let every following statement go to another database of the same server."""
    connections.close_all()
    connection.settings_dict["NAME"] = name


@contextmanager
def _at_server() -> Iterator[None]:
    """Inside, statements go to the server's own database, outside any transaction."""
    before = connection.settings_dict["NAME"]
    use("postgres")
    try:
        yield
    finally:
        use(before)


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def drop(*names: str) -> None:
    """This will drop databases of the bench where they exist."""
    with _at_server():
        _execute(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names))


def copy(source: str, target: str) -> None:
    """This will make a database as a copy of another one."""
    with _at_server():
        _execute(
            f"DROP DATABASE IF EXISTS {target} WITH (FORCE)",
            f"CREATE DATABASE {target} TEMPLATE {source} STRATEGY FILE_COPY",
        )


def make_empty(name: str) -> None:
    """This will make a database of the portal without a case, and go on in it."""
    drop(name)
    with _at_server():
        _execute(f"CREATE DATABASE {name}")
    use(name)
    call_command("migrate", verbosity=0)


def fill_and_settle(cases: int, *, now: datetime) -> Portfolio:
    """This will fill the database in use, then bring statistics and visibility up to date as a day would."""
    portfolio = fill(cases, now=now)
    _execute("VACUUM (ANALYZE)")
    return portfolio


def keep(portfolio: Portfolio) -> None:
    """This will leave a copy of the filled database for the next run."""
    copy(WORK, KEPT)
    facts = {**asdict(portfolio), "now": portfolio.now.isoformat(), "shape": _shape()}
    with _at_server(), connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON DATABASE {KEPT} IS %s", [json.dumps(facts)])


def kept(cases: int) -> Portfolio | None:
    """This will tell what an earlier run left, if it was filled as this one would fill it."""
    use(SMALL)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [KEPT]
        )
        row = cursor.fetchone()
    facts = json.loads(row[0]) if row and row[0] else {}
    if facts.pop("shape", None) != _shape() or facts["cases"] != cases:
        return None
    return Portfolio(**{**facts, "now": datetime.fromisoformat(facts["now"])})


def _shape() -> str:
    """A name for the migrations and the statements that filled a database."""
    migrations = sorted(MigrationRecorder(connection).applied_migrations())
    statements = [path.read_text("utf-8") for path in sorted(_SQL.glob("*.sql"))]
    return sha256(repr((migrations, statements)).encode()).hexdigest()
