"""Markdown source to safe HTML: raw HTML off, then an allow-list of tags as a second wall. Pure."""

from functools import cache

import nh3
from markdown_it import MarkdownIt

_TAGS = {
    "p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h1", "h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}


@cache
def _renderer() -> MarkdownIt:
    """CommonMark with tables, strike-through and links of bare addresses; no images, no raw HTML."""
    renderer = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    return renderer.enable(["table", "strikethrough", "linkify"]).disable("image")


def to_html(source: str) -> str:
    """This will render Markdown as HTML that is safe to show anywhere, mail included."""
    return nh3.clean(
        _renderer().render(source),
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
