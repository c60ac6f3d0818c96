"""What must be true of stored files: a row never speaks of bytes that are not there."""

import hashlib
from collections.abc import Iterator

from django.core.files.storage import default_storage

from portal.files.models import StoredFile
from portal.work.invariants import Invariant, Offence

_CHUNK_BYTES = 1_048_576


def _rows_without_their_bytes() -> Iterator[Offence]:
    """Reads every stored file once."""
    for row in StoredFile.objects.order_by("pk").iterator():
        try:
            size_bytes, digest = _measure(row.blob)
        except OSError:
            yield f"file:{row.pk}", "its bytes are missing"
            continue
        if (size_bytes, digest) != (row.size_bytes, row.sha256):
            yield f"file:{row.pk}", f"its bytes are others: {size_bytes} instead of {row.size_bytes}"


def _measure(blob: str) -> tuple[int, str]:
    digest, size_bytes = hashlib.sha256(), 0
    with default_storage.open(blob) as content:
        while chunk := content.read(_CHUNK_BYTES):
            digest.update(chunk)
            size_bytes += len(chunk)
    return size_bytes, digest.hexdigest()


INVARIANTS = (
    Invariant("F1", "every file's row has its bytes, of that size and SHA-256", _rows_without_their_bytes),
)
