"""Markdown source to safe HTML: raw HTML off, then an allow-list of tags as a second wall. Pure."""

import re
from collections.abc import Iterator, MutableMapping, Sequence
from functools import cache
from typing import Any

import nh3
from linkify_it import LinkifyIt
from linkify_it.main import Match
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, link
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

_TAGS = {
    "p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h4", "table", "thead", "tbody", "tr", "th", "td", "span",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "pre": {"tabindex", "role", "aria-label"},
    "span": {"lang"},
}
_SCHEMES = {"http", "https", "mailto"}
# Kana and ideographs with the punctuation between them.
_JAPANESE = re.compile(r"[\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff9f]+")
# Looking for addresses in one word takes time that grows with the square of its length. No word is longer
# in what people write; of a longer one only an address with its scheme, or none, becomes a link.
_LONGEST_GUESSED = 500
_LONGEST_ADDRESS = 2_000
_WORD = re.compile(r"\S+")
_SCHEME = re.compile(r"(?:^|[^a-z0-9.+-])(https?|ftp)$", re.IGNORECASE)


class _WordByWord(LinkifyIt):  # type: ignore[misc]  # linkify-it brings no types
    """Finds addresses in one word after the other: none of them holds white space, so none is missed."""

    def __init__(self) -> None:
        super().__init__()
        self._with_scheme = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False})

    def test(self, text: str) -> bool:
        """Tell whether there is any address."""
        return next(self._found(text), None) is not None

    def match(self, text: str) -> list[Match] | None:
        """Find all addresses, with their places in the text."""
        return list(self._found(text)) or None

    def _found(self, text: str) -> Iterator[Match]:
        for word in _WORD.finditer(text):
            if len(word[0]) <= _LONGEST_GUESSED:
                found = super().match(word[0])
            elif len(word[0]) <= _LONGEST_ADDRESS:
                found = self._with_scheme.match(word[0])
            else:
                continue
            for address in found or ():
                address.index += word.start()
                address.last_index += word.start()
                yield address


@cache
def _renderer() -> MarkdownIt:
    """CommonMark with tables, strike-through and links of bare addresses; no images, no raw HTML."""
    renderer = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    renderer.enable(["table", "strikethrough", "linkify"]).disable("image")
    renderer.linkify = _WordByWord()
    renderer.inline.ruler.at("linkify", _bare_address)
    renderer.inline.ruler.at("link", _link)
    renderer.core.ruler.push("one_level_of_headings", _level_headings)
    renderer.add_render_rule("text", _text)
    renderer.add_render_rule("fence", _code)
    renderer.add_render_rule("code_block", _code)
    return renderer


def _link(state: StateInline, silent: bool) -> bool:
    """The library's rule, asked only where an end can follow: each start would read on to look for one."""
    end = "]" if state.env.get("references") else "]("
    return state.html_terminator_last(end) > state.pos and link(state, silent)


def _bare_address(state: StateInline, silent: bool) -> bool:
    """Make a link of an address with its scheme; the library's rule reads all text before it each time."""
    if state.linkLevel > 0 or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.pending[-len("x" + "https") :])
    if scheme is None:
        return False
    start = state.pos - len(scheme[1])
    ahead = state.src[start : start + _LONGEST_ADDRESS + 1]
    word = _WORD.match(ahead)
    found = state.md.linkify.match_at_start(word[0]) if word and state.md.linkify else None
    if found is None or found.last_index > _LONGEST_ADDRESS:
        return False
    # A "*" behind an address ends what was emphasised.
    shown = found.url.rstrip("*")
    target = state.md.normalizeLink(shown)
    if not state.md.validateLink(target):
        return False
    if not silent:
        _push_link(state, target, state.md.normalizeLinkText(shown), scheme=scheme[1])
    state.pos = start + len(shown)
    return True


def _push_link(state: StateInline, target: str, shown: str, *, scheme: str) -> None:
    state.pending = state.pending[: -len(scheme)]
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": target}
    opening.markup, opening.info = "linkify", "auto"
    state.push("text", "", 0).content = shown
    closing = state.push("link_close", "a", -1)
    closing.markup, closing.info = "linkify", "auto"


def _level_headings(state: StateCore) -> None:
    """A message stands under its author's heading: all of its own are of the level below."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h4"


def _text(
    _self: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    _options: OptionsDict,
    _env: MutableMapping[str, Any],
) -> str:
    return mark_japanese(escapeHtml(tokens[at].content))


def _code(
    _self: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    _options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    """Code scrolls sideways: by keyboard, too, and with a name."""
    label = escapeHtml(env.get("code_label", ""))
    code = escapeHtml(tokens[at].content)
    return f'<pre tabindex="0" role="group" aria-label="{label}"><code>{code}</code></pre>\n'


def mark_japanese(html: str) -> str:
    """This will mark the Japanese in escaped text for fonts and voices; `html` holds no tags."""
    return _JAPANESE.sub(r'<span lang="ja">\g<0></span>', html)


def to_html(source: str, *, code_label: str = "Code") -> str:
    """This will render Markdown as HTML that is safe to show anywhere, mail included."""
    return nh3.clean(
        _renderer().render(source, {"code_label": code_label}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


EXCERPT_LENGTH = 160


def excerpt(source: str, length: int = EXCERPT_LENGTH) -> str:
    """This will give the beginning of a text in one line, cut at a word, with an ellipsis if cut."""
    line = " ".join(source.replace("`", "").split())
    if len(line) <= length:
        return line
    cut = line[:length].rsplit(" ", 1)[0]
    return f"{cut.rstrip(',.;:')} …"
