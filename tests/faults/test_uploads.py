"""The disk fills up while a file is written: a clear message, the text kept, no row and no byte left over."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Attachment, Case, Message
from portal.files.models import StoredFile
from portal.notices.models import Notice
from portal.work.form_tokens import new_token
from portal.work.models import FormToken
from tests.factories.cases import make_owned_case
from tests.factories.people import make_customer
from tests.faults.sending import form_with

pytestmark = pytest.mark.django_db

TEXT = "The log is attached.\nIt shows <nothing> unusual."
SIZE = 300_000


@contextmanager
def room_for(size_bytes: int) -> Iterator[None]:
    """No file of this process can grow beyond this size: the kernel refuses as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class SmallDisk(FileSystemStorage):
    """Django's store on a disk of its own, on which a file finds so much room; the database has another."""

    room_bytes = 0

    def _save(self, name: str, content: object) -> str:
        with room_for(self.room_bytes):
            return super()._save(name, content)


@pytest.fixture
def disk(tmp_path: Path, settings) -> Path:
    folder = tmp_path / "files"
    store = {"BACKEND": f"{__name__}.SmallDisk", "OPTIONS": {"location": str(folder), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "default": store}
    return folder


def rows() -> list[int]:
    models = (Case, Message, Attachment, StoredFile, Notice, FormToken)
    return [model._base_manager.count() for model in models]


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def uploads() -> list[SimpleUploadedFile]:
    """One that always finds room, and one that is larger."""
    return [SimpleUploadedFile("a.log", b"x"), SimpleUploadedFile("b.log", b"y" * SIZE)]


@pytest.mark.parametrize("room_bytes", [1, 2, 65_536, 65_537, 200_000, SIZE - 1])
@pytest.mark.parametrize("is_filing", [False, True], ids=["a reply", "a new case"])
def test_a_disk_that_fills_up_at_any_offset_is_said_and_the_text_kept(
    disk, monkeypatch, is_filing, room_bytes
):
    requestor = make_customer()
    case = make_owned_case(requestor)
    browser = Client(raise_request_exception=False)
    browser.force_login(requestor)
    address, form = form_with(TEXT, case, is_filing=is_filing)
    before = rows()
    monkeypatch.setattr(SmallDisk, "room_bytes", room_bytes)

    refused = browser.post(address, {**form, "files": uploads()})

    page = refused.content.decode()
    assert refused.status_code == 409
    assert "because our disk is full. Send the text without it, or try later." in page
    assert "The log is attached.\nIt shows &lt;nothing&gt; unusual.</textarea>" in page
    assert (rows(), files_below(disk)) == (before, [])

    monkeypatch.setattr(SmallDisk, "room_bytes", SIZE)
    kept = browser.post(address, {**form, "files": uploads()})
    assert (kept.status_code, len(files_below(disk))) == (302, 2)
    assert sorted(path.stat().st_size for path in files_below(disk)) == [1, SIZE]


@pytest.mark.parametrize("room_bytes", [4_194_304, 6_000_000])
def test_a_disk_that_fills_up_while_a_large_upload_is_received_is_said_and_leaves_nothing(
    disk, tmp_path, settings, room_bytes
):
    """Received files wait in the system's own folder for temporary files, which may be another disk."""
    received = tmp_path / "received"
    received.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(received)
    requestor = make_customer()
    case = make_owned_case(requestor)
    browser = Client(raise_request_exception=False)
    browser.force_login(requestor)
    before = rows()
    large = SimpleUploadedFile("a.log", b"x" * 7_000_000)

    with room_for(room_bytes):
        refused = browser.post(
            f"/cases/{case.number}/reply/", {"form_token": new_token(), "text": TEXT, "files": large}
        )

    assert refused.status_code == 507
    assert "no room for your files" in refused.content.decode()
    assert (rows(), files_below(disk)) == (before, [])
