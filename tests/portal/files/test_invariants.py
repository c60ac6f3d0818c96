"""A row of a file whose bytes are gone or others is found."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal.files.storing import keep, store
from portal.work.invariants import Violation, check

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    [kept] = keep([store(SimpleUploadedFile("app.log", b"line 1\n"))], None, now=timezone.now())
    return kept


def test_a_file_as_it_was_stored_breaks_no_claim(row):
    assert check() == []


def test_missing_bytes_are_found(row):
    default_storage.delete(row.blob)

    assert check() == [Violation("F1", f"file:{row.pk}", "its bytes are missing")]


@pytest.mark.parametrize(("content", "size"), [(b"line 2\n", 7), (b"line", 4), (b"", 0)])
def test_other_bytes_are_found(row, content, size):
    default_storage.delete(row.blob)
    default_storage.save(row.blob, ContentFile(content))

    [violation] = check()
    assert (violation.code, violation.what) == ("F1", f"its bytes are others: {size} instead of 7")
