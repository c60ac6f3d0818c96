"""Markdown source to safe HTML: raw HTML off, then an allow-list of tags as a second wall. Pure."""

import re
from collections.abc import MutableMapping, Sequence
from functools import cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
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


@cache
def _renderer() -> MarkdownIt:
    """CommonMark with tables, strike-through and links of bare addresses; no images, no raw HTML."""
    renderer = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    renderer.enable(["table", "strikethrough", "linkify"]).disable("image")
    renderer.core.ruler.push("one_level_of_headings", _level_headings)
    renderer.add_render_rule("text", _text)
    renderer.add_render_rule("fence", _code)
    renderer.add_render_rule("code_block", _code)
    return renderer


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


def excerpt(source: str, length: int = 160) -> str:
    """This will give the beginning of a text in one line, cut at a word, with an ellipsis if cut."""
    line = " ".join(source.replace("`", "").split())
    if len(line) <= length:
        return line
    cut = line[:length].rsplit(" ", 1)[0]
    return f"{cut.rstrip(',.;:')} …"
