"""What stands in the log after a journey with planted secrets: none of them, and one line for each event."""

import io
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.test import Client
from django.utils.module_loading import import_string

from portal.accounts.models import User
from portal.clock import machine_now
from portal.notices.sender import send_due
from portal.work.form_tokens import new_token
from portal.work.instance import adopt
from tests.factories.cases import make_waiting_case
from tests.factories.people import make_customer, make_license

pytestmark = pytest.mark.django_db

PASSWORD = "planted-password-7193"
NEW_PASSWORD = "planted-new-password-5528"
WRONG_PASSWORD = "planted-wrong-password-8842"
TEXT = "planted text of a message"
FILE_TEXT = "planted text of a file"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that the portal's processes would write, formatted as in a deployment."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    line = settings.LOGGING["formatters"]["line"]
    handler.setFormatter(import_string(line["()"])(line["format"]))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    # Statements with their parameters are logged by a debugging setting only.
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
    logging.getLogger("django.db.backends").setLevel(logging.NOTSET)


@pytest.fixture
def person() -> User:
    person = make_customer(make_license(), email="ann@customer.example")
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    adopt()
    return person


def failing(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    if "cases_message" in sql and sql.startswith("INSERT"):
        raise DatabaseError("The disk is full")
    return execute(sql, params, many, context)


def test_no_secret_of_a_journey_stands_in_the_log(
    person: User, log: io.StringIO, mailoutbox: list[Any]
) -> None:
    case = make_waiting_case(person)
    client = Client(raise_request_exception=False)
    secrets = {PASSWORD, NEW_PASSWORD, WRONG_PASSWORD, TEXT, FILE_TEXT}

    client.post("/login/", {"login": person.email, "password": WRONG_PASSWORD})
    client.post("/login/", {"login": person.email, "password": PASSWORD})
    secrets.add(client.cookies["session"].value)
    token = new_token()
    secrets.add(token)
    reply = {"form_token": token, "text": TEXT}
    # One that fails in the middle, with all that was sent; one that is forged; then one that goes through.
    with connection.execute_wrapper(failing):
        assert client.post(f"/cases/{case.number}/reply/", reply).status_code == 500
    forger = Client(enforce_csrf_checks=True)
    forger.cookies["session"] = client.cookies["session"].value
    assert forger.post(f"/cases/{case.number}/reply/", reply).status_code == 403
    log_file = SimpleUploadedFile("app.log", FILE_TEXT.encode())
    assert client.post(f"/cases/{case.number}/reply/", {**reply, "files": log_file}).status_code == 302
    client.post(f"/cases/{case.number}/nothing/", reply)

    client.post("/password/reset/", {"email": person.email})
    send_due(machine_now())
    [link] = re.findall(r"/password/reset/\S+/", mailoutbox[-1].body)
    secrets.add(link.split("-", 1)[1].strip("/"))
    here = Client()
    page = here.get(link, follow=True)
    said = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert here.post(page.redirect_chain[-1][0], said).status_code == 302
    # A link that is used again is a request like any other.
    Client().get(link)
    Client().post("/login/", {"login": PASSWORD, "password": person.email})

    written = log.getvalue()
    assert {secret for secret in secrets if secret in written} == set()
    # The log is not empty: what failed and what was refused stands in it.
    assert "Internal Server Error: /cases/" in written
    assert "Forbidden" in written


EVENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ \w")
CONTROLS = ["%0a", "%0d%0a", "%0d", "%1b[31m", "%c2%85", "%e2%80%a8", "%e2%80%a9", "%0b", "%0c", "%08", "%7f"]


@pytest.mark.parametrize("control", CONTROLS)
def test_a_request_cannot_write_a_line_of_its_own_into_the_log(log: io.StringIO, control: str) -> None:
    forged = f"{control}2026-01-01 00:00:00,000 ERROR root Forged"
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    for path in ("/nothing/", "/cases/E-000000001/", "/admin/", "/password/reset/"):
        client.generic("GET", f"{path}{forged}")
        client.generic("GET", f"{path}?q={forged}")
        client.generic("POST", f"{path}{forged}")
    client.get("/nothing/", headers={"host": "evil.example\n2026 Forged", "user-agent": "x\nForged"})
    client.post("/login/", {"login": "x\n2026-01-01 Forged", "password": "y"})
    lines = log.getvalue().splitlines()
    assert lines
    assert [
        line for line in lines if not re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ \w", line)
    ] == []
    assert [line for line in lines if line.startswith("2026-01-01 00:00:00,000")] == []
    assert [line for line in lines if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", line)] == []


def test_a_name_cannot_write_a_line_of_its_own_into_the_log(log: io.StringIO) -> None:
    logger = logging.getLogger("portal.notices.sender")
    logger.warning("The mail server takes no mail now: %s", "550 no\r\n2026-01-01 Forged\x1b[31m\u2028x")
    lines = log.getvalue().splitlines()
    assert len(lines) == 1
    assert "550 no\\r\\n2026-01-01 Forged\\x1b[31m\\u2028x" in lines[0]


def test_a_fault_keeps_its_trace_over_several_lines(log: io.StringIO) -> None:
    try:
        raise ValueError("one\ntwo\x1b[31m")
    except ValueError:
        logging.getLogger("portal").exception("Failed: %s", "a\nb")
    written = log.getvalue()
    assert "Failed: a\\nb" in written.splitlines()[0]
    assert "Traceback (most recent call last):" in written
    assert "\x1b" not in written
    # A line that the fault's own words bring is no event.
    assert [line for line in written.splitlines()[1:] if not line.startswith("    ")] == []
