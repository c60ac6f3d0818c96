"""A download can do nothing in a browser but be saved."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from portal.files.response import download_response
from portal.files.storing import discard_path, keep, store
from tests.factories.people import make_agent

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 12, 3, 10, 26, tzinfo=UTC)


def stored_file(name, content=b"<a/>"):
    [row] = keep([store(SimpleUploadedFile(name, content))], make_agent(), now=NOW)
    return row


def test_a_download_is_an_attachment_of_no_type_that_may_not_be_kept(store_folder):
    response = download_response(stored_file("page.xml"))

    assert b"".join(response.streaming_content) == b"<a/>"
    assert {
        name: response[name]
        for name in (
            "Content-Type",
            "Content-Length",
            "Content-Disposition",
            "X-Content-Type-Options",
            "Content-Security-Policy",
            "Cache-Control",
        )
    } == {
        "Content-Type": "application/octet-stream",
        "Content-Length": "4",
        "Content-Disposition": 'attachment; filename="page.xml"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ('say "hi".xml', 'attachment; filename="say _hi_.xml"'),
        ("通販.xml", "attachment; filename*=utf-8''%E9%80%9A%E8%B2%A9.xml"),
    ],
)
def test_a_download_has_its_own_name(store_folder, name, disposition):
    assert download_response(stored_file(name))["Content-Disposition"] == disposition


def test_a_file_whose_bytes_are_gone_is_not_found(store_folder):
    row = stored_file("page.xml")
    discard_path(row.blob)

    with pytest.raises(Http404):
        download_response(row)
