"""A real web server: uploads that break off, and more clients than the database lets in."""

import http.client
import os
import secrets
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from django.test import Client

from cases.models import Message
from portal.accounts.models import User
from portal.clock import machine_now
from portal.files.models import StoredFile
from portal.work.models import FormToken
from tests.factories.cases import make_waiting_case
from tests.factories.people import make_customer
from tests.system.parts import Parts, database_address
from tests.system.running import Visitor, wait_for

pytestmark = [pytest.mark.system, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]

FEW = 4
BOUNDARY = "----boundary7MA4YWxk"


@pytest.fixture
def few_connections(transactional_db) -> Iterator[dict[str, str]]:
    """A role that the database lets in four times; nothing on SQLite."""
    if connection.vendor != "postgresql":
        yield {}
        return
    role = f"portal_few_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'few' CONNECTION LIMIT {FEW}")
        cursor.execute(f"GRANT pg_read_all_data, pg_write_all_data TO {role}")
        yield {"user": role, "password": "few"}
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s", [role]
        )
        cursor.execute(f"DROP ROLE {role}")


@pytest.fixture
def web(few_connections: dict[str, str], tmp_path: Path) -> Iterator[Parts]:
    """Eight threads that open a connection for each request."""
    settings = {"DATABASE_CONN_MAX_AGE": "0"}
    if few_connections:
        address = urlsplit(database_address())
        who = "{user}:{password}".format(**few_connections)
        there = f"{who}@{address.hostname}:{address.port or 5432}"
        settings["DATABASE_URL"] = address._replace(netloc=there).geturl()
    parts = Parts(tmp_path, **settings)
    parts.start_web()
    assert wait_for(lambda: is_up(parts), within_seconds=60), parts.said_by("web")
    yield parts
    parts.end()


def is_up(parts: Parts) -> bool:
    try:
        return Visitor(f"http://127.0.0.1:{parts.port}").get("/healthz").status == 200
    except OSError:
        return False


def cookies_of(person: User, path: str) -> tuple[str, str]:
    """The cookies of somebody signed in who has seen a page with a form, and its protection from forgery."""
    browser = Client()
    browser.force_login(person)
    browser.get(path)
    pairs = [f"{name}={cookie.value}" for name, cookie in browser.cookies.items()]
    return "; ".join(pairs), browser.cookies["csrftoken"].value


def part(name: str, value: str, *, file_name: str = "") -> bytes:
    disposition = f'Content-Disposition: form-data; name="{name}"'
    if file_name:
        disposition += f'; filename="{file_name}"\r\nContent-Type: text/plain'
    return f"--{BOUNDARY}\r\n{disposition}\r\n\r\n{value}\r\n".encode()


def files_below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_an_upload_whose_socket_closes_at_any_offset_leaves_no_row_and_no_bytes(web):
    requestor = make_customer()
    case = make_waiting_case(requestor, now=machine_now() - timedelta(hours=1))
    cookies, csrf = cookies_of(requestor, f"/cases/{case.number}/")
    start = part("csrfmiddlewaretoken", csrf) + part("form_token", secrets.token_urlsafe(32))
    start += part("text", "See the log.")
    log = part("files", "x" * 3_000_000, file_name="a.log")
    body = start + log + f"--{BOUNDARY}--\r\n".encode()
    head = (
        f"POST /cases/{case.number}/reply/ HTTP/1.1\r\nHost: 127.0.0.1:{web.port}\r\nCookie: {cookies}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    before = Message.objects.count()

    def send(how_much: int) -> bytes:
        with socket.create_connection(("127.0.0.1", web.port)) as raw:
            raw.sendall(head + body[:how_much])
            if how_much == len(body):
                return raw.recv(100)
            raw.shutdown(socket.SHUT_WR)
            raw.settimeout(10)
            return raw.recv(100)

    offsets = [0, 40, len(start) - 5, len(start), len(start) + 50, len(start) + 200]
    offsets += [len(start) + 1_500_000, len(body) - 100, len(body) - len(BOUNDARY) - 6, len(body) - 3]
    answers = [send(offset)[9:12] for offset in offsets]

    assert set(answers) <= {b"403", b"400", b""}, answers
    assert (Message.objects.count(), StoredFile.objects.count(), FormToken.objects.count()) == (before, 0, 0)
    assert files_below(web.folder / "files") == []
    assert send(len(body))[9:12] == b"302"
    assert (Message.objects.count(), StoredFile.objects.count()) == (before + 1, 1)


def answer_to(web: Parts, path: str, cookies: str) -> tuple[int, str | None]:
    """The status of a page, and how long it asks to wait."""
    asked = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    asked.request("GET", path, headers={"Cookie": cookies})
    answer = asked.getresponse()
    answer.read()
    asked.close()
    return answer.status, answer.getheader("Retry-After")


def connections_of(role: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = %s", [role])
        return cursor.fetchone()[0]


def test_more_clients_than_connections_are_served_or_told_to_come_back_and_no_connection_stays(
    web, few_connections
):
    if not few_connections:
        pytest.skip("SQLite has no limit of connections")
    cookies, _csrf = cookies_of(make_customer(), "/cases/new/")
    with ThreadPoolExecutor(24) as clients:
        answers = list(clients.map(lambda _number: answer_to(web, "/cases/", cookies), range(48)))
    assert set(answers) <= {(200, None), (503, "5")}
    assert (200, None) in answers

    facts = connection.get_connection_params()
    names = {name: facts[name] for name in ("host", "port", "dbname") if name in facts}
    assert wait_for(lambda: connections_of(few_connections["user"]) == 0, within_seconds=10)
    held = [psycopg.connect(**names, **few_connections) for _ in range(FEW)]
    assert [answer_to(web, "/cases/", cookies) for _ in range(8)] == [(503, "5")] * 8
    for one in held:
        one.close()

    assert wait_for(lambda: connections_of(few_connections["user"]) == 0, within_seconds=10)
    assert [answer_to(web, "/cases/", cookies) for _ in range(8)] == [(200, None)] * 8
    assert wait_for(lambda: connections_of(few_connections["user"]) == 0, within_seconds=10)
