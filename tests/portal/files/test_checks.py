"""Which files are taken: by name and content, with each boundary."""

import io
import json
import zipfile

import pytest

from portal.files.checks import ALLOWED, MAX_BYTES, MAX_NAME, FileRefusal, clean_name, kind_of_name, refusal

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 30
JPG = b"\xff\xd8\xff\xe0" + b"\x00" * 30
GIF = b"GIF89a" + b"\x00" * 30
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 " + b"\x00" * 30
PDF = b"%PDF-1.7\n" + b"\x00" * 30
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 30


def archive(*names):
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as packed:
        for name in names:
            packed.writestr(name, "x" * 400_000)
    return into.getvalue()


DOCX = archive("word/document.xml", "[Content_Types].xml")
XLSX = archive("[Content_Types].xml", "xl/workbook.xml")
PPTX = archive("[Content_Types].xml", "ppt/presentation.xml")

GOOD = {
    "png": PNG,
    "jpg": JPG,
    "jpeg": JPG,
    "gif": GIF,
    "webp": WEBP,
    "pdf": PDF,
    "txt": "Grüße 通販\n".encode(),
    "log": b"2025-12-03 ERROR caf\xe9",
    "csv": "naïve;通販".encode("utf-16"),
    "json": b'\xef\xbb\xbf {"a": [1, 2.5]}',
    "xml": b'\n<?xml version="1.0"?><a/>',
    "har": b'{"log": {"entries": []}}',
    "zip": archive("a.txt"),
    "docx": DOCX,
    "xlsx": XLSX,
    "pptx": PPTX,
    "mp4": MP4,
}


def code_of(name, content, size=None):
    refused = refusal(name, len(content) if size is None else size, io.BytesIO(content))
    return refused and refused.code


def test_there_is_a_sample_of_every_kind():
    assert set(GOOD) == set(ALLOWED)


@pytest.mark.parametrize("kind", GOOD)
def test_every_kind_is_taken_with_its_own_content(kind):
    content = io.BytesIO(GOOD[kind])

    assert refusal(f"Report.{kind.upper()}", len(GOOD[kind]), content) is None
    assert content.tell() == 0


@pytest.mark.parametrize("name", [f"a.{kind}" for kind in ALLOWED if kind not in {"txt", "log", "csv"}])
def test_a_page_under_another_name_is_refused(name):
    assert code_of(name, b"<html><script>alert(1)</script></html>") == (
        None if name.endswith(".xml") else "file_content"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"MZ\x00\x01"),
        ("a.csv", b"a,b\x00"),
        ("a.docx", XLSX),
        ("a.docx", archive("word/document.xml")),
        ("a.xlsx", b"PK\x03\x04"),
        ("a.zip", b"Rar!\x1a\x07\x00"),
        ("a.jpg", PNG),
        ("a.json", b"{a: 1}"),
        ("a.json", b"[" * 100_000),
        ("a.json", b" \n"),
        ("a.har", b"<har/>"),
        ("a.xml", b"plain"),
        ("a.mp4", PDF),
    ],
)
def test_content_that_is_not_what_the_name_says_is_refused(name, content):
    assert code_of(name, content) == "file_content"


def test_a_nul_further_in_than_the_beginning_is_not_looked_for():
    assert code_of("a.log", b"x" * 8191 + b"\x00") == "file_content"
    assert code_of("a.log", b"x" * 8192 + b"\x00") is None


def test_large_json_is_known_by_its_first_character():
    rest = b" " * 1_048_576

    assert code_of("a.har", b" {" + rest) is None
    assert code_of("a.har", b" x" + rest) == "file_content"
    assert code_of("a.json", json.dumps(["x" * 1_048_000]).encode()) is None


@pytest.mark.parametrize(
    "name", ["a.svg", "a.html", "a.exe", "a", ".png.", "a.png.exe", "a.pn\u200bg", "a.jp\u202eg", "png", ""]
)
def test_other_endings_are_refused_whatever_the_content(name):
    assert code_of(name, PNG) == "file_kind"


@pytest.mark.parametrize(
    ("size", "code"), [(0, "file_empty"), (1, None), (MAX_BYTES, None), (MAX_BYTES + 1, "file_too_large")]
)
def test_a_file_has_one_byte_to_twenty_megabytes(size, code):
    assert code_of("a.txt", b"x", size=size) == code


def test_a_refusal_carries_what_its_sentence_needs():
    assert refusal("a/b.svg", 1, io.BytesIO(b"x")) == FileRefusal(
        "file_kind", {"name": "a_b.svg", "allowed": tuple(ALLOWED)}
    )


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd.txt", "_.._etc_passwd.txt"),
        ("C:\\temp\\log.txt", "C__temp_log.txt"),
        ("gnp\u202e.txt", "gnp_.txt"),
        ("a\u200bb\x00\n.txt", "ab__.txt".replace("ab", "a_b")),
        ("通販 é.txt", "通販 é.txt"),
        ("e\u0301.txt", "é.txt"),
        (" .txt ", "txt"),
        ("...", "file"),
        ("", "file"),
        ("x" * 200 + ".txt", "x" * 146 + ".txt"),
        ("x" * 200, "x" * MAX_NAME),
    ],
)
def test_names_are_made_safe_and_short(name, clean):
    assert clean_name(name) == clean


@pytest.mark.parametrize(
    ("name", "kind"), [("a.PNG", "png"), ("a.tar.zip", "zip"), ("a", ""), ("a.png ", "png"), ("a.", "")]
)
def test_the_kind_is_the_last_ending(name, kind):
    assert kind_of_name(name) == kind
