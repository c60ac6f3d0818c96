"""Which files are taken: by name and by content, never by what the browser claims (SPEC 6).

Pure: no Django, no storage. A refusal is a code with its values; `wording` has the sentences.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Protocol

import filetype

# SPEC 6: 20 MB each, inclusive; ten a message.
MAX_BYTES = 20_971_520
MAX_FILES = 10
MAX_NAME = 150
# JSON up to this size is read whole; of a larger file only the first character is looked at.
MAX_PARSED_BYTES = 1_048_576
_HEAD_BYTES = 8192
_CHUNK_BYTES = 262_144


class _Check(Enum):
    """How content shows that it is what its name says."""

    SIGNATURE = auto()
    OFFICE = auto()
    JSON = auto()
    XML = auto()
    TEXT = auto()


# SPEC 6, in its order; `jpeg` is the other spelling of jpg.
ALLOWED: Mapping[str, _Check] = {
    "png": _Check.SIGNATURE,
    "jpg": _Check.SIGNATURE,
    "jpeg": _Check.SIGNATURE,
    "gif": _Check.SIGNATURE,
    "webp": _Check.SIGNATURE,
    "pdf": _Check.SIGNATURE,
    "txt": _Check.TEXT,
    "log": _Check.TEXT,
    "csv": _Check.TEXT,
    "json": _Check.JSON,
    "xml": _Check.XML,
    "har": _Check.JSON,
    "zip": _Check.SIGNATURE,
    "docx": _Check.OFFICE,
    "xlsx": _Check.OFFICE,
    "pptx": _Check.OFFICE,
    "mp4": _Check.SIGNATURE,
}
_MEDIA_TYPES = {
    "png": {"image/png"},
    "jpg": {"image/jpeg"},
    "jpeg": {"image/jpeg"},
    "gif": {"image/gif"},
    "webp": {"image/webp"},
    "pdf": {"application/pdf"},
    "mp4": {"video/mp4", "video/x-m4v", "video/quicktime"},
}
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE_FOLDER = {"docx": b"word/", "xlsx": b"xl/", "pptx": b"ppt/"}
_UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff")


class Readable(Protocol):
    """What can be read from the start again: an upload, or an open file."""

    def read(self, size: int = -1, /) -> bytes:
        """Read up to `size` bytes."""

    def seek(self, offset: int, whence: int = 0, /) -> Any:
        """Go to a place in the content."""


@dataclass(frozen=True, slots=True)
class FileRefusal:
    """Why a file is not taken."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


def clean_name(name: str) -> str:
    """Make a name that is safe to store and to show: at most 150 characters, its extension kept.

    Path, control, bidirectional and zero-width characters become "_"; a name of nothing becomes "file".
    """
    visible = "".join("_" if _is_unsafe(letter) else letter for letter in unicodedata.normalize("NFC", name))
    stem, dot, extension = visible.strip(" .").rpartition(".")
    if not dot:
        return extension[:MAX_NAME] or "file"
    return f"{stem.strip(' .')[: MAX_NAME - len(extension) - 1] or 'file'}.{extension}"[-MAX_NAME:]


def _is_unsafe(letter: str) -> bool:
    return letter in '/\\:*?"<>|' or unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def kind_of_name(name: str) -> str:
    """The kind that a name promises: its last extension in lower case, "" without one."""
    _stem, dot, extension = clean_name(name).rpartition(".")
    return extension.lower() if dot else ""


def refusal(name: str, size_bytes: int, content: Readable) -> FileRefusal | None:
    """Tell why a file is refused, else None. Leaves `content` at its start.

    Codes: file_kind (allowed), file_empty, file_too_large (limit), file_content (kind); each with `name`.
    """
    shown = clean_name(name)
    kind = kind_of_name(name)
    if kind not in ALLOWED:
        return FileRefusal("file_kind", {"name": shown, "allowed": tuple(ALLOWED)})
    if size_bytes == 0:
        return FileRefusal("file_empty", {"name": shown})
    if size_bytes > MAX_BYTES:
        return FileRefusal("file_too_large", {"name": shown, "limit": MAX_BYTES})
    is_right = content_is(kind, size_bytes, content)
    content.seek(0)
    return None if is_right else FileRefusal("file_content", {"name": shown, "kind": kind})


def content_is(kind: str, size_bytes: int, content: Readable) -> bool:
    """Tell whether content is of the kind that its name promises."""
    content.seek(0)
    head = content.read(_HEAD_BYTES)
    match ALLOWED[kind]:
        case _Check.SIGNATURE:
            return _has_signature(kind, head)
        case _Check.OFFICE:
            return head.startswith(_ZIP_STARTS) and _holds(
                content, {b"[Content_Types].xml", _OFFICE_FOLDER[kind]}
            )
        case _Check.JSON:
            return is_text(head) and _is_json(size_bytes, content, head)
        case _Check.XML:
            return is_text(head) and _first_character(head) == "<"
        case _Check.TEXT:
            return is_text(head)


def _has_signature(kind: str, head: bytes) -> bool:
    if kind == "zip":
        return head.startswith(_ZIP_STARTS)
    guess = filetype.guess(head)
    return guess is not None and guess.mime in _MEDIA_TYPES[kind]


def _holds(content: Readable, needles: set[bytes]) -> bool:
    """Look for names in an archive's bytes; it is never unpacked."""
    missing = set(needles)
    longest = max(map(len, needles))
    tail = b""
    for chunk in _chunks(content):
        window = tail + chunk
        missing = {needle for needle in missing if needle not in window}
        if not missing:
            return True
        tail = window[-longest:]
    return False


def _chunks(content: Readable) -> Iterator[bytes]:
    content.seek(0)
    while chunk := content.read(_CHUNK_BYTES):
        yield chunk


def is_text(head: bytes) -> bool:
    """Tell whether a file's beginning is text: UTF-8, Latin-1, or UTF-16 with its mark; never with a NUL."""
    return head.startswith(_UTF16_STARTS) or b"\x00" not in head


def _first_character(head: bytes) -> str:
    return _decoded(head).lstrip("\ufeff \t\r\n")[:1]


def _decoded(text: bytes) -> str:
    if text.startswith(_UTF16_STARTS):
        return text.decode("utf-16", errors="replace")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _is_json(size_bytes: int, content: Readable, head: bytes) -> bool:
    if size_bytes > MAX_PARSED_BYTES:
        return _first_character(head) in {"{", "["}
    content.seek(0)
    try:
        json.loads(_decoded(content.read(MAX_PARSED_BYTES + 1)), parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return False
    return True
