"""Hostile bodies and files: refused at once or stored unopened, and only ever handed out to be saved.

Memory is measured by tracemalloc, work by the bytes that were read; both are the same on every run.
"""

import io
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice, repeat
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cases.models import Case, Message
from portal.accounts.models import User
from portal.files.checks import ALLOWED, MAX_BYTES, refusal
from portal.files.models import StoredFile
from portal.work.form_tokens import new_token
from tests.factories.browsers import client_of
from tests.security.corpus import files as corpus
from tests.security.sending import (
    BOUNDARY,
    FORM,
    MULTIPART,
    MadeOnDemand,
    ask,
    end,
    multipart,
    part,
    post_stream,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_asked", "store_folder")]

MEGABYTE = 1_048_576
HUGE = 2 * 1024 * MEGABYTE
NEW = "/cases/new/"


@pytest.fixture
def client(owner: User) -> Client:
    return client_of(owner)


def peak_of(act: Callable[[], object]) -> int:
    """The most memory, in bytes, that Python had in use above what it had before."""
    tracemalloc.start()
    try:
        before, _peak = tracemalloc.get_traced_memory()
        act()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def rows() -> tuple[int, int]:
    return Message.objects.count(), StoredFile.objects.count()


def reply(client: Client, case: Case, *files: tuple[bytes, bytes]) -> Any:
    body = multipart({"form_token": new_token(), "text": "See the file."}, files)
    return client.post(f"/cases/{case.number}/reply/", body, content_type=MULTIPART)


# --- F1: bodies beyond any form ---------------------------------------------------------------------------


def test_two_gigabytes_are_refused_before_any_of_them_is_read(client: Client) -> None:
    for path in (NEW, "/login/", "/theme/", "/nowhere/"):
        for kind in (FORM, MULTIPART, "application/json", ""):
            body = MadeOnDemand(repeat(b"x" * MEGABYTE))

            assert post_stream(client, path, body, length=str(HUGE), kind=kind) == 413
            assert body.given == 0


@pytest.mark.parametrize(
    "length", ["-1", "1e9", "0x7f", "１２", "\xb2", "9" * 400, "9" * 5_000, "1, 2", " 5 x"]
)
def test_a_length_that_is_none_is_refused_before_anything_is_read(client: Client, length: str) -> None:
    body = MadeOnDemand(repeat(b"x" * MEGABYTE))

    assert post_stream(client, NEW, body, length=length, kind=FORM) == 400
    assert body.given == 0


def test_no_more_is_read_than_was_announced(client: Client) -> None:
    body = MadeOnDemand(repeat(b"a=1&" * 1_000))

    assert post_stream(client, NEW, body, length="100", kind=FORM) in (400, 403)
    assert body.given == 100


def test_a_form_without_files_is_two_megabytes_at_most(client: Client) -> None:
    body = MadeOnDemand(islice(repeat(b"a" * MEGABYTE), 3))
    statuses: list[int] = []

    peak = peak_of(
        lambda: statuses.append(post_stream(client, NEW, body, length=str(3 * MEGABYTE), kind=FORM))
    )

    assert (statuses, body.given) == ([400], 0)
    assert peak < 10 * MEGABYTE


def tiny_fields(how_many: int) -> Iterator[bytes]:
    for number in range(how_many):
        yield part(b"f%d" % number, b"1")
    yield end()


def tiny_files(how_many: int) -> Iterator[bytes]:
    for number in range(how_many):
        yield part(b"files", b"text", file_name=b"%d.txt" % number)
    yield end()


@pytest.mark.parametrize("parts", [tiny_fields(1_000_000), tiny_files(1_000_000)], ids=["fields", "files"])
def test_a_million_parts_are_refused_at_the_first_too_many(
    client: Client, parts: Iterator[bytes], store_folder: Path
) -> None:
    body = MadeOnDemand(parts)
    statuses: list[int] = []

    peak = peak_of(
        lambda: statuses.append(post_stream(client, NEW, body, length=str(100 * MEGABYTE), kind=MULTIPART))
    )

    assert statuses == [400]
    assert body.given < MEGABYTE
    assert peak < 20 * MEGABYTE
    assert (rows(), store_folder.exists()) == ((0, 0), False)


def test_a_million_fields_of_a_short_form_are_a_bad_request(client: Client) -> None:
    data = b"&".join(repeat(b"a=", 500_000))
    statuses: list[int] = []

    peak = peak_of(lambda: statuses.append(client.post(NEW, data, content_type=FORM).status_code))

    assert statuses == [400]
    assert peak < 40 * MEGABYTE


def test_white_space_within_base64_is_read_once_and_kept_nowhere(client: Client) -> None:
    """As in CVE-2026-33033, where each blank made the parser read again."""
    size = 8 * MEGABYTE
    head = part(b"files", b"", file_name=b"a.txt", headers=b"Content-Transfer-Encoding: base64\r\n")[:-2]
    body = MadeOnDemand(iter([head, *repeat(b" " * 65_536, size // 65_536), b"dGV4dA==\r\n", end()]))
    statuses: list[int] = []

    peak = peak_of(lambda: statuses.append(post_stream(client, NEW, body, length=str(size), kind=MULTIPART)))

    assert statuses[0] in (400, 403)
    assert size // 2 < body.given <= size
    assert peak < 30 * MEGABYTE


def test_a_file_that_grows_beyond_20_megabytes_is_refused_and_nothing_kept(
    client: Client, case: Case, store_folder: Path
) -> None:
    before = rows()
    statuses: list[int] = []
    head = multipart({"form_token": new_token(), "text": "See the file."})[: -len(end())]
    length = len(head) + MAX_BYTES + 1 + len(part(b"files", b"", file_name=b"a.txt")) + len(end())
    start = part(b"files", b"", file_name=b"a.txt")[:-2]
    chunks = [head, start, *repeat(b"x" * MEGABYTE, 20), b"x\r\n", end()]
    body = MadeOnDemand(iter(chunks))
    path = f"/cases/{case.number}/reply/"

    peak = peak_of(
        lambda: statuses.append(post_stream(client, path, body, length=str(length), kind=MULTIPART))
    )

    assert (statuses, body.given) == ([400], length)
    assert peak < 20 * MEGABYTE
    assert (rows(), store_folder.exists()) == (before, False)


BROKEN = (
    b"",
    b"--",
    b"no boundary at all",
    b"--%s" % BOUNDARY.encode(),
    b"--%s\r\n" % BOUNDARY.encode() * 50,
    part(b"files", b"text", file_name=b"a.txt")[:-20],
    part(b"files", b"!!!!", file_name=b"a.txt", headers=b"Content-Transfer-Encoding: base64\r\n"),
    part(b"files", b"text", file_name=b"a.txt", headers=b"Content-Type: \xff\xfe; charset=\x00\r\n"),
    part(b"files", b"text", file_name=b"a.txt", headers=b"X: " + b"y" * 100_000 + b"\r\n"),
    part(b"\xff\x00\r\n", b"text"),
    part(b"text", b"\xff\xfe\x00", headers=b"Content-Type: text/plain; charset=utf-7\r\n"),
    part(b"_charset_", b"utf-7") + part(b"text", b"+ADw-script+AD4-"),
)


def test_broken_multipart_is_an_error_of_the_request(client: Client) -> None:
    for kind in (MULTIPART, "multipart/form-data", "multipart/form-data; boundary=\xff" + "b" * 300):
        for body in BROKEN:
            status, _page = ask(client, NEW, body=io.BytesIO(body), length=str(len(body)), kind=kind)
            assert status in (400, 403), (kind, body)


# --- F2: bombs are stored as they are ---------------------------------------------------------------------


class Watched(io.BytesIO):
    """Content that knows how much of it was read."""

    given = 0

    def read(self, size: int | None = -1, /) -> bytes:
        answer = super().read(size)
        self.given += len(answer)
        return answer


BOMBS: dict[str, Callable[[], bytes]] = {
    "bomb.zip": corpus.zip_bomb,
    "nested.zip": corpus.nested,
    "flood.png": corpus.flood,
    "paths.zip": corpus.traversing_archive,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_taken_by_its_first_bytes_and_never_unpacked(name: str) -> None:
    content = Watched(BOMBS[name]())
    size = len(content.getvalue())

    peak = peak_of(lambda: refusal(name, size, content))

    assert refusal(name, size, content) is None
    assert content.given <= 2 * 8_192
    assert peak < MEGABYTE


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_stored_and_handed_out_byte_for_byte(client: Client, case: Case, name: str) -> None:
    content = BOMBS[name]()

    peak = peak_of(lambda: reply(client, case, (name.encode(), content)))

    stored = StoredFile.objects.get()
    response = client.get(f"/cases/{case.number}/files/{stored.key}/")
    assert b"".join(response.streaming_content) == content
    assert (stored.name, stored.size_bytes) == (name, len(content))
    assert peak < 20 * MEGABYTE


def test_an_office_document_is_looked_through_in_one_pass_without_unpacking() -> None:
    content = Watched(corpus.office("word", extra={"bomb": b"\x00" * 50_000_000}) + b"\x00" * 10 * MEGABYTE)
    size = len(content.getvalue())

    peak = peak_of(lambda: refusal("a.docx", size, content))

    assert content.given <= size + 8_192
    assert peak < 2 * MEGABYTE


# --- F3: two things at once -------------------------------------------------------------------------------

POLYGLOTS = dict(corpus.polyglots())
SAFE = {
    "Content-Type": "application/octet-stream",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def test_thirty_polyglots_are_handed_out_only_to_be_saved(client: Client, case: Case) -> None:
    assert len(POLYGLOTS) == 30
    taken = {}
    for name, content in POLYGLOTS.items():
        response = reply(client, case, (name.encode(), content))
        stored = StoredFile.objects.filter(name=name).first()
        assert response.status_code == (302 if stored else 400), name
        if stored is None:
            continue
        answer = client.get(f"/cases/{case.number}/files/{stored.key}/")
        taken[name] = {header: answer[header] for header in SAFE}
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert b"".join(answer.streaming_content) == content
    assert {name: headers for name, headers in taken.items() if headers != SAFE} == {}
    # Every one is what its name says by its beginning: what else it is does not matter to a saved file.
    assert set(POLYGLOTS) - set(taken) == set()


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.xhtml", "a.htm", "a.js", "a.swf", "a.jar", "a.hta"])
@pytest.mark.parametrize("content", [corpus.SVG, corpus.HTML, corpus.png(after=corpus.HTML)])
def test_what_browsers_run_is_refused_by_its_name(name: str, content: bytes) -> None:
    refused = refusal(name, len(content), io.BytesIO(content))
    assert refused is not None
    assert refused.code == "file_kind"


@pytest.mark.parametrize("kind", [kind for kind in ALLOWED if kind not in ("txt", "log", "csv", "xml")])
@pytest.mark.parametrize("content", [corpus.SVG, corpus.HTML, corpus.PHP, corpus.EICAR])
def test_a_script_under_a_taken_name_is_refused_by_its_content(kind: str, content: bytes) -> None:
    refused = refusal(f"a.{kind}", len(content), io.BytesIO(content))
    assert refused is not None
    assert refused.code == "file_content"


def test_no_address_serves_the_store_itself(client: Client, case: Case) -> None:
    reply(client, case, (b"a.txt", b"text"))
    blob = StoredFile.objects.get().blob

    for path in (
        f"/{blob}",
        f"/files/{blob}",
        f"/media/{blob}",
        f"/static/{blob}",
        f"/static/../files/{blob}",
    ):
        assert client.get(path).status_code == 404
