"""Keeping bytes: streamed to the store before the transaction, made a row inside it, swept up else."""

import errno
import hashlib
import logging
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from portal.accounts.models import User
from portal.errors import DomainError, FieldRefused
from portal.files.checks import clean_name, kind_of_name, refusal
from portal.files.models import StoredFile
from portal.work.form_tokens import refuse_beyond

logger = logging.getLogger(__name__)

# A blob without a row is what an upload left behind that never became a message.
ORPHAN_AFTER = timedelta(hours=24)
# What the system says when a disk, or a person's share of it, is full.
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_HOUR = timedelta(hours=1)
_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """Bytes that lie in the store, and are not yet a row."""

    blob: str
    name: str
    kind: str
    size_bytes: int
    sha256: str


class _Hashed(File):  # type: ignore[type-arg]  # no generic at run time
    """An upload that is counted and hashed while the store reads it."""

    def __init__(self, upload: "UploadedFile[bytes]") -> None:
        super().__init__(upload, name=upload.name)
        self.digest = hashlib.sha256()
        self.size_bytes = 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for chunk in self.file.chunks(chunk_size):  # type: ignore[union-attr]  # the upload given above
            self.digest.update(chunk)
            self.size_bytes += len(chunk)
            yield chunk


def store(upload: "UploadedFile[bytes]") -> StoredBlob:
    """Check one upload and write its bytes, to the disk itself, under a random name.

    Call it before the transaction, and `discard` the blob when that fails. Leaves nothing behind on error.
    Raises FieldRefused for field "files" as `checks.refusal` says, DomainError "no_space".
    """
    name = upload.name or ""
    refused = refusal(name, upload.size or 0, upload)
    if refused is not None:
        raise FieldRefused(refused.code, "files", **refused.values)
    random = secrets.token_hex(16)
    path = f"{random[:2]}/{random}"
    content = _Hashed(upload)
    try:
        default_storage.save(path, content)
        _write_through(path)
    except OSError as error:
        discard_path(path)
        if error.errno in NO_SPACE:
            logger.error("An upload found no space: %s", error)
            raise DomainError("no_space") from error
        raise
    except BaseException:
        discard_path(path)
        raise
    return StoredBlob(
        blob=path,
        name=clean_name(name),
        kind=kind_of_name(name),
        size_bytes=content.size_bytes,
        sha256=content.digest.hexdigest(),
    )


def store_all(uploads: "Iterable[UploadedFile[bytes]]") -> list[StoredBlob]:
    """Store several uploads, or none of them: one that is refused takes the others with it."""
    blobs: list[StoredBlob] = []
    try:
        for upload in uploads:
            blobs.append(store(upload))
    except BaseException:
        for blob in blobs:
            discard(blob)
        raise
    return blobs


@contextmanager
def stored(
    uploads: "Sequence[UploadedFile[bytes]]", user: User, *, now: datetime
) -> Iterator[list[StoredBlob]]:
    """Store uploads for the length of a submit; what has become no row by its end is removed again.

    `now` is machine time. Raises what `throttle_uploads` and `store` do.
    """
    if not uploads:
        yield []
        return
    throttle_uploads(user, len(uploads), now=now)
    blobs = store_all(uploads)
    try:
        yield blobs
    finally:
        paths = {blob.blob for blob in blobs}
        kept = StoredFile.objects.filter(blob__in=paths).values_list("blob", flat=True)
        for path in paths.difference(kept):
            discard_path(path)


def _write_through(path: str) -> None:
    """Make sure that bytes and name are on the disk; a store that has no paths takes care itself."""
    try:
        full = Path(default_storage.path(path))
    except NotImplementedError:
        return
    for target in (full, full.parent):
        handle = os.open(target, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def discard(blob: StoredBlob) -> None:
    """Remove bytes that became no row."""
    discard_path(blob.blob)


def discard_path(path: str) -> None:
    """Remove what lies at a path of the store, if anything does; what resists is swept up later."""
    with suppress(OSError):
        default_storage.delete(path)


def keep(blobs: Iterable[StoredBlob], user: User | None, *, now: datetime) -> list[StoredFile]:
    """Make rows of stored bytes, in the caller's transaction. `now` is business time; null user: the demo."""
    return StoredFile.objects.bulk_create(
        StoredFile(
            name=blob.name,
            size_bytes=blob.size_bytes,
            kind=blob.kind,
            sha256=blob.sha256,
            blob=blob.blob,
            uploaded_by=user,
            uploaded_at=now,
        )
        for blob in blobs
    )


def throttle_uploads(user: User, how_many: int, *, now: datetime) -> None:
    """Refuse uploads beyond the limit per person and hour (SPEC 6); `now` is machine time.

    Raises TooMany "too_many" with `limit` and `retry_after_seconds`.
    """
    limit: int = settings.PORTAL_LIMITS_PER_HOUR["upload"]
    recent = StoredFile.objects.filter(uploaded_by=user, stored_at__gt=now - _HOUR)
    instants = list(recent.order_by("-stored_at").values_list("stored_at", flat=True)[:limit])
    # The files to come count as sent now: the last of them is the one that may be too many.
    refuse_beyond([now] * (how_many - 1) + instants, limit, now=now)


def remove_orphans(now: datetime) -> int:
    """Remove blobs older than 24 hours of machine time that no row speaks of; return how many."""
    removed = 0
    batch: list[str] = []
    for path in _old_blobs(now - ORPHAN_AFTER):
        batch.append(path)
        if len(batch) == _ROWS_AT_ONCE:
            removed += _remove_without_row(batch)
            batch = []
    return removed + _remove_without_row(batch)


def _old_blobs(before: datetime) -> Iterator[str]:
    if not default_storage.exists(""):
        return
    for folder in default_storage.listdir("")[0]:
        for name in default_storage.listdir(folder)[1]:
            path = f"{folder}/{name}"
            with suppress(FileNotFoundError):
                if default_storage.get_modified_time(path).astimezone(UTC) < before:
                    yield path


def _remove_without_row(paths: list[str]) -> int:
    known = set(StoredFile.objects.filter(blob__in=paths).values_list("blob", flat=True))
    orphans = [path for path in paths if path not in known]
    for path in orphans:
        discard_path(path)
    return len(orphans)
