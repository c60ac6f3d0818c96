"""Who gets where: every address as anonymous, stranger, colleague, removed contact, agent and lead.

What is not theirs is 404 or the way to sign in; what they see but may not do is 403. An address that is not
listed here fails, so that a new page is covered on the day it is added.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from cases import operations
from cases.models import Attachment, Case
from entitlements import operations as entitlements
from portal.accounts.models import User
from portal.files.storing import store
from portal.notices.models import Notice
from tests.factories import people
from tests.factories.cases import make_case
from tests.walks.addresses import Address, every_address, url_of

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "stranger", "colleague", "removed", "owner", "agent", "lead")

# Per address: the status of a GET for each role. "in" is the way to sign in, "go" a redirect elsewhere.
SIGNED_IN = {"anonymous": "in", **dict.fromkeys(ROLES[1:], 200)}
OF_A_CASE = {
    "anonymous": "in",
    "stranger": 404,
    "colleague": 404,
    "removed": "in",
    "owner": 200,
    "agent": "go",
    "lead": "go",
}
OPEN_TO_ALL = dict.fromkeys(ROLES, 200)
POST_ONLY = dict.fromkeys(ROLES, 405)
GETS: dict[str, dict[str, object]] = {
    "home": {**SIGNED_IN, "removed": "in", "agent": "go", "lead": "go"},
    "inbox": {**SIGNED_IN, "removed": "in"},
    "profile": {**SIGNED_IN, "removed": "in"},
    "mark_as_read": {**POST_ONLY, "anonymous": "in", "removed": "in"},
    "theme": POST_ONLY,
    "healthz": OPEN_TO_ALL,
    "readyz": OPEN_TO_ALL,
    "health_clock": dict.fromkeys(ROLES, 503),
    "cases:list": {**SIGNED_IN, "removed": "in"},
    "cases:new": {**SIGNED_IN, "removed": "in", "agent": 404, "lead": 404},
    "cases:case": OF_A_CASE,
    "cases:follow_up": {**OF_A_CASE, "owner": 409},
    "cases:download": {**OF_A_CASE, "agent": 200, "lead": 200},
    "cases:act": OF_A_CASE,
}


@pytest.fixture
def world(settings: object) -> dict[str, object]:
    """A case with a file and a notice, and one person of each role."""
    license_ = people.make_license()
    owner = people.make_customer(license_)
    removed = people.make_customer(license_)
    now = timezone.now()
    log = store(SimpleUploadedFile("app.log", b"line 1\n"))
    case = make_case(owner, now=now - timedelta(hours=1), files=[log], watchers=[removed])
    agent = people.make_agent()
    operations.answer_case(case, text="Hello", actor=agent, now=now)
    seat = removed.seats.get()
    entitlements.remove_named_contact(seat, actor=people.make_superuser(), now=now)
    return {
        "case": case,
        "people": {
            "anonymous": None,
            "stranger": people.make_customer(),
            "colleague": people.make_person(license_.account),
            "removed": User.objects.get(pk=removed.pk),
            "owner": owner,
            "agent": agent,
            "lead": people.make_lead(),
        },
    }


def clients(world: dict[str, object]) -> dict[str, Client]:
    found = {}
    persons: dict[str, User | None] = world["people"]  # type: ignore[assignment]
    for role, person in persons.items():
        found[role] = Client()
        if person is not None:
            found[role].force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
    return found


def values_for(case: Case) -> dict[str, object]:
    file_key = Attachment.objects.get(message__case=case).file.key
    return {"key": case.pk, "action": "close", "file_key": file_key}


def result_of(response: object) -> object:
    status = response.status_code  # type: ignore[attr-defined]
    if status == 302:
        return "in" if response["Location"].startswith("/login/") else "go"  # type: ignore[index]
    return status


def portal_addresses() -> list[Address]:
    skipped = ("admin:", "demo:", "account_")
    return [address for address in every_address() if not address.name.startswith(skipped)]


def test_every_address_is_listed() -> None:
    assert {address.name for address in portal_addresses()} == set(GETS)


def test_everybody_gets_where_they_belong_and_nowhere_else(world: dict[str, object]) -> None:
    case: Case = world["case"]  # type: ignore[assignment]
    values = values_for(case)
    found = {}
    for role, client in clients(world).items():
        for address in portal_addresses():
            response = client.get(url_of(address, values))
            found[address.name, role] = result_of(response)
    expected = {(name, role): row[role] for name, row in GETS.items() for role in ROLES}
    assert found == expected


ACTIONS = ("reply", "confirm", "close", "reopen", "extend", "escalate", "raise-urgency", "edit-watchers")


def test_strangers_change_nothing_by_any_action(world: dict[str, object]) -> None:
    case: Case = world["case"]  # type: ignore[assignment]
    everyone = clients(world)
    before = snapshot(case)
    for role in ("anonymous", "stranger", "colleague", "removed"):
        for action in ACTIONS:
            response = everyone[role].post(
                f"/cases/{case.number}/{action}/", {"text": "x", "form_token": "t" * 43}
            )
            assert result_of(response) in ("in", 404), (role, action)
        response = everyone[role].post(f"/cases/{case.number}/follow-up/", {})
        assert result_of(response) in ("in", 404)
    assert snapshot(case) == before


def snapshot(case: Case) -> list[object]:
    tables: list[Callable[[], object]] = [
        lambda: Case.objects.filter(pk=case.pk).values().get(),
        lambda: list(case.messages.values()),
        lambda: list(case.events.values()),
        lambda: list(case.watcher_rows.values()),
        lambda: list(Notice.objects.values("key")),
    ]
    return [table() for table in tables]


def test_what_one_may_not_see_looks_like_what_does_not_exist(world: dict[str, object]) -> None:
    case: Case = world["case"]  # type: ignore[assignment]
    stranger = clients(world)["stranger"]
    theirs = stranger.get(f"/cases/{case.number}/")
    missing = stranger.get("/cases/E-999999999/")
    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert without_what_varies(theirs, case.number) == without_what_varies(missing, "E-999999999")


def without_what_varies(response: object, number: str) -> str:
    """The page without the asked number and the form's random protection."""
    page = response.content.decode().replace(number, "")  # type: ignore[attr-defined]
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_the_admin_is_closed_to_everybody_but_staff(world: dict[str, object]) -> None:
    case: Case = world["case"]  # type: ignore[assignment]
    everyone = clients(world)
    for address in every_address():
        if not address.name.startswith("admin:") or address.name in (
            "admin:login",
            "admin:logout",
            "admin:jsi18n",
        ):
            continue
        values = dict.fromkeys(address.arguments, str(case.pk)) | {
            "app_label": "cases",
            "url": "x",
            "action": "claim",
        }
        values |= {"content_type_id": 1, "object_id": str(case.pk), "path": str(case.pk)}
        url = url_of(address, values)
        for role in ("anonymous", "stranger", "colleague", "removed"):
            response = everyone[role].get(url)
            assert result_of(response) in ("in", "go", 403, 404), (role, url, response.status_code)
            if result_of(response) == "go":
                assert "/login/" in response["Location"] or "/admin/" in response["Location"], url
        for role in ("agent", "lead"):
            assert everyone[role].get(url).status_code < 500, (role, url)
