"""Evil names lie under random ones and are shown as text; keys are not guessed, and outlive no right."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from cases.models import Attachment, Case
from portal.accounts.models import User
from portal.files.models import StoredFile
from portal.work.form_tokens import new_token
from tests.factories import people
from tests.factories.browsers import client_of
from tests.factories.cases import make_case
from tests.security.corpus import files as corpus
from tests.security.corpus.names import DISGUISED_NAMES, EVIL_NAMES, REFUSED_NAMES
from tests.security.parsing import faults_of
from tests.security.sending import (
    MULTIPART,
    multipart,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_asked", "store_folder")]


@pytest.fixture
def client(owner: User) -> Client:
    return client_of(owner)


def reply(client: Client, case: Case, *files: tuple[bytes, bytes]) -> Any:
    body = multipart({"form_token": new_token(), "text": "See the file."}, files)
    return client.post(f"/cases/{case.number}/reply/", body, content_type=MULTIPART)


# --- F4: evil names ---------------------------------------------------------------------------------------


def test_evil_names_lie_under_random_ones_and_are_shown_as_text(
    client: Client, case: Case, store_folder: Path
) -> None:
    agent = client_of(people.make_superuser())
    for name in EVIL_NAMES:
        assert reply(client, case, (name, b"text")).status_code == 302, name

    stored = list(StoredFile.objects.order_by("pk"))
    on_disk = {
        path.relative_to(store_folder).as_posix() for path in store_folder.rglob("*") if path.is_file()
    }
    assert on_disk == {file.blob for file in stored}
    # A part whose headers are no UTF-8 has no name at all, and is no file.
    assert len(stored) == len(EVIL_NAMES) - sum(_is_broken(name) for name in EVIL_NAMES)
    for file in stored:
        assert not set(file.name) & set('/\\<>:"|?*\x00\r\n\x1b\x7f\u202e\u200b\u2066\u2028')
        assert 1 <= len(file.name) <= 150
        header = client.get(f"/cases/{case.number}/files/{file.key}/")["Content-Disposition"]
        assert header.startswith(("attachment; filename=", "attachment; filename*=utf-8''"))
        assert header.isascii()
        assert header.isprintable()
    for page in (client.get(f"/cases/{case.number}/"), agent.get(f"/admin/cases/case/{case.pk}/change/")):
        assert page.status_code == 200
        assert faults_of(page.content.decode()) == []


def _is_broken(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return True
    return False


def test_no_dress_makes_another_ending_pass(client: Client, case: Case, store_folder: Path) -> None:
    for name in REFUSED_NAMES:
        response = reply(client, case, (name, corpus.png()))
        # A name that is nothing but a way is no name; every other one is refused beside the field.
        assert response.status_code == (302 if name in (b".", b"..", b"a.png/.") else 400), name
        assert faults_of(response.content.decode()) == []
    assert (StoredFile.objects.count(), store_folder.exists()) == (0, False)


@pytest.mark.parametrize("name", DISGUISED_NAMES)
def test_what_is_left_of_a_disguised_name_is_what_is_checked(client: Client, case: Case, name: bytes) -> None:
    assert reply(client, case, (name, corpus.HTML)).status_code == 400
    assert reply(client, case, (name, corpus.png())).status_code == 302
    assert StoredFile.objects.get().name == "a.png"


# --- F5: keys -----------------------------------------------------------------------------------------------


def test_guessed_keys_are_not_found_by_anybody(client: Client, case: Case) -> None:
    reply(client, case, (b"a.txt", b"text"))
    key = StoredFile.objects.get().key
    guesses = [new_token()[:32] for _ in range(40)]
    guesses += [key[:-1], key + "a", key.swapcase(), key[::-1], "0", "1", "-1", "%00", "..", str(case.pk)]

    found = {guess: client.get(f"/cases/{case.number}/files/{guess}/").status_code for guess in guesses}

    assert {guess: status for guess, status in found.items() if status not in (400, 404)} == {}
    assert len(key) == 32


def test_a_file_is_reached_only_through_its_own_case_and_only_as_long_as_that_is_seen(
    client: Client, owner: User, case: Case
) -> None:
    other = make_case(owner)
    reply(client, case, (b"a.txt", b"text"))
    key = StoredFile.objects.get().key
    address = f"/cases/{case.number}/files/{key}/"
    assert client.get(address).status_code == 200
    assert client.get(f"/cases/{other.number}/files/{key}/").status_code == 404
    assert client_of(people.make_customer()).get(address).status_code == 404
    assert client_of(people.make_person(owner.account)).get(address).status_code == 404

    Attachment.objects.get().message.case.license.seats.update(removed_at=case.filed_at)

    assert client.get(address).status_code == 404
    assert settings.STORAGES["default"]["OPTIONS"]["base_url"] is None
