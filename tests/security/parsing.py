"""Reading a page as browsers do, and finding in it what the portal did not write.

Each page is read twice: as it stands, with the standard library's parser, and as html5ever (within nh3)
understands it, so that markup which only a forgiving parser would accept is found, too.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

from tests.security.corpus.markup import MARK

Element = tuple[str, tuple[tuple[str, str], ...]]

# What holds an address in HTML and SVG.
_ADDRESSES = frozenset(
    {"href", "src", "action", "formaction", "xlink:href", "poster", "background", "cite", "data", "srcset"}
)
# Without a scheme an address stays on the portal; browsers skip white space and controls in one.
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SKIPPED = re.compile(r"[\x00-\x20]")
_HARMLESS = {"http", "https", "mailto"}
_OWN_SCRIPT = re.compile(r"/static/|/admin/jsi18n/")
_FOREIGN = frozenset(
    {"object", "embed", "applet", "base", "math", "foreignobject", "animate", "set", "audio", "video"}
)
# Every element that HTML and SVG know: html5ever drops none of these.
_NAMES = """
    a abbr acronym address animate applet area article aside audio b base bdi bdo big blockquote
    body br button canvas caption center circle cite code col colgroup data datalist dd defs del
    desc details dfn dialog dir div dl dt ellipse em embed fieldset figcaption figure font footer
    foreignobject form frame frameset g h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image
    img input ins kbd label legend li line link main map mark marquee math menu meta meter mglyph
    mtext nav noscript object ol optgroup option output p param path picture polygon polyline pre
    progress q rect rp rt ruby s samp script search section select set slot small source span stop
    strike strong style sub summary sup svg symbol table tbody td template text textarea tfoot th
    thead time title tr track tspan tt u ul use var video wbr
"""
_KNOWN = frozenset(_NAMES.split()) | {"evil7-element"}
# What the parser of the standard library may report besides.
_WRITTEN = _KNOWN | {"html", "head", "body", "#comment"}
_LETTERS = set("abcdefghijklmnopqrstuvwxyz")


class _Reader(HTMLParser):
    """Gathers every element with its attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.inside: list[str] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple((name, value or "") for name, value in attrs)))
        self.inside.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple((name, value or "") for name, value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] in ("script", "style"):
            self.scripts.append(data)

    def handle_comment(self, data: str) -> None:
        self.elements.append(("#comment", ()))


@dataclass(frozen=True)
class Page:
    """The elements of a page, and what stands inside script and style."""

    elements: list[Element] = field(default_factory=list)
    code: list[str] = field(default_factory=list)

    def skeleton(self) -> Counter[tuple[str, tuple[str, ...]]]:
        """How often each element stands there, with the names of its attributes."""
        return Counter((tag, tuple(name for name, _value in attributes)) for tag, attributes in self.elements)


def read(html: str) -> Page:
    """The page as it is written."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Page(reader.elements, reader.scripts)


def as_browsers_do(html: str) -> str:
    """The page as an HTML5 parser understands it, written down again without any doubt left."""
    return nh3.clean(
        html,
        tags=set(_KNOWN),
        clean_content_tags=set(),
        generic_attribute_prefixes=_LETTERS,
        url_schemes={"http", "https", "mailto", "javascript", "data", "vbscript", "file", "blob"},
        link_rel=None,
        strip_comments=False,
    )


def acts(address: str) -> bool:
    """Tell whether an address does something else than lead to a page or to a letter."""
    scheme = _SCHEME.match(_SKIPPED.sub("", address))
    return scheme is not None and scheme[1].lower() not in _HARMLESS


def faults_of(html: str) -> list[str]:
    """What should not be in any page of the portal: scripts, handlers, addresses that act, planted names."""
    found = []
    for text in (html, as_browsers_do(html)):
        page = read(text)
        found += [fault for element in page.elements for fault in _faults_of_element(*element)]
        found += [f"code: {code.strip()[:60]}" for code in page.code if MARK in code]
    return found


def _faults_of_element(tag: str, attributes: tuple[tuple[str, str], ...]) -> list[str]:
    named = dict(attributes)
    found = []
    if tag == "script" and not _OWN_SCRIPT.match(named.get("src", "")):
        found.append(f"script: {named}")
    if tag in _FOREIGN or MARK in tag or tag not in _WRITTEN:
        found.append(f"element: {tag}")
    if tag == "meta" and "http-equiv" in named:
        found.append("refresh")
    for name, value in attributes:
        if name.startswith("on") or name == "srcdoc" or MARK in name:
            found.append(f"attribute: {tag} {name}")
        if name in _ADDRESSES and acts(value):
            found.append(f"address: {tag} {name}={value}")
        if tag != "a" and name in _ADDRESSES and MARK in value and "//" in value:
            found.append(f"elsewhere: {tag} {name}={value}")
    return found
