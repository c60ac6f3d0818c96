"""Downloads of attached files: only for those who may see the case now."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Case
from entitlements.models import Seat
from entitlements.operations import remove_named_contact
from portal.accounts.models import User
from portal.files.models import StoredFile
from portal.files.storing import store_all
from tests.cases.views.browsing import page_of
from tests.factories.browsers import client_of
from tests.factories.cases import ASKED, make_case
from tests.factories.people import make_customer, make_superuser

HOUR = timedelta(hours=1)
CONTENT = b"<script>alert(1)</script>\n"


@pytest.fixture
def with_file(requestor: User, watcher: User) -> Case:
    blobs = store_all([SimpleUploadedFile("J\u00f6rg's log.txt", CONTENT)])
    return make_case(requestor, watchers=[watcher], files=blobs)


def address_of(case: Case) -> str:
    return f"{page_of(case)}files/{StoredFile.objects.get().key}/"


def test_a_file_is_saved_and_never_shown_or_run(with_file: Case, requestor: User) -> None:
    response = client_of(requestor).get(address_of(with_file))
    assert response.status_code == 200
    assert b"".join(response) == CONTENT  # type: ignore[call-overload]
    headers = ("Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Length")
    assert [response[name] for name in headers] == [
        "application/octet-stream",
        "attachment; filename*=utf-8''J%C3%B6rg%27s%20log.txt",
        "nosniff",
        str(len(CONTENT)),
    ]
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_all_who_see_the_case_get_the_file(
    with_file: Case, requestor: User, watcher: User, colleague: User, agent: User
) -> None:
    for person in (requestor, watcher, colleague, agent):
        assert client_of(person).get(address_of(with_file)).status_code == 200


def test_nobody_else_gets_the_file(with_file: Case, license_: object) -> None:
    stranger, contact = make_customer(), make_customer(with_file.license)
    for person in (stranger, contact):
        assert client_of(person).get(address_of(with_file)).status_code == 404
    assert Client().get(address_of(with_file)).status_code == 302


def test_a_removed_contact_loses_the_file_at_the_next_request(
    with_file: Case, requestor: User, colleague: User
) -> None:
    client, address = client_of(requestor), address_of(with_file)
    assert client.get(address).status_code == 200
    remove_named_contact(
        Seat.objects.get(user=requestor), actor=make_superuser(), now=ASKED, successor=colleague
    )
    assert client.get(address).status_code in (302, 404)


def test_a_file_belongs_to_its_case(with_file: Case, requestor: User) -> None:
    other = make_case(requestor)
    key = StoredFile.objects.get().key
    client = client_of(requestor)
    assert client.get(f"{page_of(other)}files/{key}/").status_code == 404
    assert client.get(f"{page_of(with_file)}files/{'x' * 32}/").status_code == 404
    assert client.post(address_of(with_file)).status_code == 405
