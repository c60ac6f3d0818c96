"""Bytes are stored whole or not at all, and what became nothing is swept up."""

import errno
import hashlib
import os
import re
import resource
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from portal.errors import DomainError, FieldRefused
from portal.files.models import StoredFile
from portal.files.storing import discard, keep, remove_orphans, store, store_all, stored, throttle_uploads
from portal.work.form_tokens import TooMany
from tests.factories.people import make_agent

NOW = datetime(2025, 12, 3, 10, 26, tzinfo=UTC)
TEXT = b"2025-12-03 ERROR at line 1\n"


def upload(name="a.log", content=TEXT):
    return SimpleUploadedFile(name, content)


def on_disk(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_bytes_lie_under_a_random_name_with_their_size_and_hash(store_folder):
    blob = store(upload("Café\u202e.log"))

    assert re.fullmatch(r"([0-9a-f]{2})/\1[0-9a-f]{30}", blob.blob)
    assert (blob.name, blob.kind, blob.size_bytes) == ("Café_.log", "log", len(TEXT))
    assert blob.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert (store_folder / blob.blob).read_bytes() == TEXT
    assert (store_folder / blob.blob).stat().st_mode & 0o777 == 0o600


def test_a_large_upload_is_streamed(store_folder):
    large = TemporaryUploadedFile("a.log", "text/plain", 0, None)
    for _ in range(300):
        large.write(b"x" * 10_000)
    large.seek(0)
    large.size = 3_000_000

    blob = store(large)

    assert blob.size_bytes == 3_000_000
    assert (store_folder / blob.blob).stat().st_size == 3_000_000


def test_the_same_bytes_twice_are_two_blobs(store_folder):
    assert store(upload()).blob != store(upload()).blob


def test_a_refused_file_leaves_nothing(store_folder):
    with pytest.raises(FieldRefused) as refused:
        store(upload("a.png"))

    assert (refused.value.code, refused.value.field) == ("file_content", "files")
    assert not store_folder.exists()


def test_one_refused_file_takes_the_others_with_it(store_folder):
    with pytest.raises(FieldRefused):
        store_all([upload(), upload("b.exe")])

    assert on_disk(store_folder) == []


def test_a_disk_that_is_full_while_writing_is_said_and_leaves_nothing(store_folder):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(DomainError, match="no_space"):
            store(upload(content=b"x" * 300_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert on_disk(store_folder) == []


def test_a_disk_that_is_full_at_the_end_is_said_and_leaves_nothing(store_folder, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(DomainError, match="no_space"):
        store(upload())

    assert on_disk(store_folder) == []


@pytest.mark.django_db
class TestRows:
    def test_blobs_become_rows_and_those_of_a_failed_submit_are_removed(self, store_folder):
        agent = make_agent()
        with stored([upload(), upload("b.log")], agent, now=NOW) as blobs:
            [kept] = keep(blobs[:1], agent, now=NOW)

        assert on_disk(store_folder) == [kept.blob]
        [row] = StoredFile.objects.all()
        assert (row.name, row.kind, row.size_bytes, row.uploaded_by, row.uploaded_at) == (
            "a.log",
            "log",
            len(TEXT),
            agent,
            NOW,
        )
        assert len(row.key) == 32

    def test_orphans_are_removed_after_a_day_and_files_never(self, store_folder):
        kept, old, fresh = (store(upload()) for _ in range(3))
        keep([kept], make_agent(), now=NOW)
        for blob, age in ((kept, 90), (old, 25), (fresh, 23)):
            at = (NOW - timedelta(hours=age)).timestamp()
            os.utime(store_folder / blob.blob, (at, at))

        assert remove_orphans(NOW) == 1
        assert on_disk(store_folder) == sorted([kept.blob, fresh.blob])

    def test_an_empty_store_has_no_orphans(self, store_folder):
        assert remove_orphans(NOW) == 0

    def test_discarding_twice_does_no_harm(self, store_folder):
        blob = store(upload())
        discard(blob)
        discard(blob)

        assert on_disk(store_folder) == []

    @pytest.mark.parametrize(("more", "is_refused"), [(2, False), (3, True)])
    def test_uploads_are_limited_per_person_and_hour(self, store_folder, settings, more, is_refused):
        settings.PORTAL_LIMITS_PER_HOUR = {"upload": 5}
        agent = make_agent()
        StoredFile.objects.bulk_create(
            StoredFile(
                name="a",
                size_bytes=1,
                kind="log",
                sha256="",
                blob=str(n),
                uploaded_by=agent,
                uploaded_at=NOW,
                stored_at=NOW - timedelta(minutes=10 if n < 3 else 60),
            )
            for n in range(4)
        )

        if is_refused:
            with pytest.raises(TooMany) as refused:
                throttle_uploads(agent, more, now=NOW)
            assert refused.value.values == {"limit": 5, "retry_after_seconds": 3001}
        else:
            throttle_uploads(agent, more, now=NOW)
