"""A copy of the database that is opened elsewhere stays silent, says so, and sends once it is adopted."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings as deployed
from django.db import connection, connections

from portal.clock import machine_now
from portal.notices.models import Notice
from portal.work.instance import adopt
from tests.factories.cases import make_p1_case, make_waiting_case
from tests.factories.people import make_agent, make_customer

ROOT = Path(__file__).resolve().parents[2]
# What the other installation's own processes do: a tick, a round of the sender, a look by staff.
ELSEWHERE = """
import json, django
django.setup()
from django.core.management import call_command
from django.test import Client
from portal.accounts.models import User
from portal.clock import machine_now
from portal.notices.models import Notice
from portal.notices.tasks import page, send
from portal.work.tasks import tick

def look():
    staff = Client()
    staff.force_login(User.objects.get(email="staff@copy.example"))
    page = staff.get("/admin/cases/case/").content.decode()
    reasons = staff.get("/health/clock")
    states = list(Notice.objects.order_by("pk").values_list("state", flat=True))
    is_told = "this database is another installation" in page
    return [states, is_told, "not_adopted" in reasons.json()["reasons"], reasons.status_code]

tick(); send(); page(); send()
silent = look()
call_command("adopt_database")
send(); page()
print(json.dumps([silent, look()[:3]]))
"""


@pytest.fixture
def copy(transactional_db, tmp_path: Path) -> Iterator[str]:
    """The address of a copy of the test's database, made by the database's own means when it is asked for."""
    connections.close_all()
    name = connection.settings_dict["NAME"]
    if connection.vendor != "postgresql":
        # Not a copy of the file: what is committed may lie in the log beside it while others have it open.
        with (
            closing(sqlite3.connect(name)) as source,
            closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as to,
        ):
            source.backup(to)
        yield f"sqlite:///{tmp_path / 'copy.sqlite3'}"
        return
    address = os.environ["DATABASE_URL"]
    with psycopg.connect(urlsplit(address)._replace(path="/postgres").geturl(), autocommit=True) as server:
        # Beside Playwright's event loop Django keeps a session that this thread does not see.
        server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        server.execute(f'CREATE DATABASE "{name}_copy" TEMPLATE "{name}"')
        yield urlsplit(address)._replace(path=f"/{name}_copy").geturl()
        server.execute(f'DROP DATABASE "{name}_copy" WITH (FORCE)')


@pytest.fixture
def production(transactional_db, pager) -> list[str]:
    """An installation with mail and a page that wait; the ids of that mail."""
    adopt()
    make_agent(email="staff@copy.example")
    requestor = make_customer()
    make_waiting_case(requestor, now=machine_now() - timedelta(hours=1))
    make_p1_case(requestor, now=machine_now() - timedelta(minutes=1))
    waiting = Notice.objects.filter(state="pending")
    assert waiting.filter(transport="pager").count() == 1
    return list(waiting.filter(transport="mail").order_by("pk").values_list("message_id", flat=True))


def run_elsewhere(database: str, port: int, folder: Path) -> list[object]:
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_INSTANCE": "a copy for trials",
        "PORTAL_VAR_DIR": str(folder),
        "DATABASE_URL": database,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "PORTAL_PAGER_URL": deployed.PORTAL_PAGER_URL,
        "PORTAL_PAGER_SECRETS": ",".join(deployed.PORTAL_PAGER_SECRETS),
        "ALLOWED_HOSTS": "testserver",
    }
    told = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        check=False,
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout.splitlines()[-1])


def test_a_restored_copy_sends_and_pages_nothing_until_staff_adopt_it(
    sink, pager, production, copy, tmp_path
):
    every = len(production) + 1

    silent, adopted = run_elsewhere(copy, deployed.EMAIL_PORT, tmp_path)

    assert silent == [["pending"] * every, True, True, 503]
    assert adopted == [["sent"] * every, False, False]
    assert (every > 1, sorted(sink.message_ids)) == (True, sorted(production))
    assert [page.says["event"] for page in pager.pages] == ["p1_filed"]
    assert set(Notice.objects.values_list("state", flat=True)) == {"pending"}
