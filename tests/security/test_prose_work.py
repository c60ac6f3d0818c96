"""Rendering Markdown takes work in proportion to its length, whatever is written (SPEC 6).

Work is counted, not timed: calls of functions, and for the search of addresses the squares of the lengths of
what the regular expressions are given, which bounds what they can do inside.
"""

import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import linkify_it.main
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cases.prose import _renderer, to_html

pytestmark = pytest.mark.once("no page and no row")

# The half of it is beyond what is looked at as one word.
LENGTH = 5_000
# What repeated is expensive for one parser of Markdown or another, with the address search's own weak spots.
SEEDS = (
    *("[", "![", "[![", "[[a]", "[a][", "[a](", "[a](b", "](", "[a]", "*[", "[a](<", '[a](b "', "[a]: b\n"),
    *("*", "_", "*_", "**a ", "*a_", "a**", "_.", "~~", "~~a ", "***a** ", "*a* "),
    *("`", "`a ", "`` ", "<", "<a", "<!--", "<?", "<![CDATA[", "<a@", "<b@c.d>", "&", "&#", "\\", "!"),
    *("> ", "> a\n", "- ", "- a\n", "1. ", "  - a\n", "#", "\t", "\n", "a\n", "a\r", "=\n", "---\n", "|"),
    *(
        "|a",
        "|\n",
        "a|b\n",
        "|-",
        "'",
        '"',
        "(",
        "{",
        "日",
        "\u3000",
        "\u202e",
        "e\u0301",
        "😀",
        "://",
        "a://",
    ),
    *("http://", "<http://", "http://[", "(http://a/", "http://a/(", "http://a/[", "http://a.com?", "ftp://"),
    *("www.", "www.a.com|", "www.a.com$", "-é=www.a.com", "a.b", "a.b|", "x.com/", "1.1.1.1|", "//a.b/"),
    *("a@", "a@a.com ", "a@a.com|", "mailto:a@", "[://", ".://", "https://a.b/ ", "_http://a.b_"),
)


def repeated(seed: str, length: int) -> str:
    return (seed * (length // len(seed) + 1))[:length]


def calls_of(act: Callable[[], object]) -> int:
    """How many functions, Python's and C's, `act` calls."""
    count = 0

    def note(_frame: FrameType, event: str, _what: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    to_html("[a](https://a.b) www.a.com a@b.com\n\n|a|\n|-|\n|b|\n")


@pytest.mark.parametrize("seed", SEEDS)
def test_twice_the_text_takes_about_twice_the_calls(seed: str) -> None:
    short, long = (
        calls_of(lambda length=length: to_html(repeated(seed, length)))  # type: ignore[misc]
        for length in (LENGTH // 2, LENGTH)
    )
    assert long <= 2.5 * short + 1_000
    assert long <= 250 * LENGTH


def test_the_count_tells_a_square_from_a_line() -> None:
    def pairs(length: int) -> int:
        return calls_of(lambda: [len("") for _ in range(length) for _ in range(length)])

    assert pairs(400) > 15 * pairs(100)


class _Counted:
    """The module `re` as the address search sees it, noting how much text each search is given."""

    IGNORECASE = re.IGNORECASE

    def __init__(self) -> None:
        self.squares = 0
        self.longest = 0

    def _note(self, text: str) -> None:
        self.squares += len(text) ** 2
        self.longest = max(self.longest, len(text))

    def search(self, pattern: str, text: str, flags: int = 0) -> Any:
        self._note(text)
        return re.search(pattern, text, flags)

    def finditer(self, pattern: str, text: str, flags: int = 0) -> Any:
        self._note(text)
        return re.finditer(pattern, text, flags)

    def __getattr__(self, name: str) -> Any:
        return getattr(re, name)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> _Counted:
    counter = _Counted()
    monkeypatch.setattr(linkify_it.main, "re", counter)
    return counter


@pytest.mark.parametrize(
    "seed", ["www.a.com|", "-é=www.a.com", "http://a/(", "<http://", "//a.b|", "a@a.com|", "mailto:a@"]
)
@pytest.mark.parametrize("word", [499, 1_999, 32_000])
def test_no_search_for_addresses_is_given_more_than_a_word(counted: _Counted, seed: str, word: int) -> None:
    text = repeated(repeated(seed, word - 1) + " ", 32_000)

    _renderer().parse(text)

    # Once the whole text, to see whether there may be an address at all; then words, or parts of them.
    assert counted.squares <= 20 * 32_000**2


def test_the_library_alone_is_given_the_rest_of_the_text_each_time(counted: _Counted) -> None:
    oracle = MarkdownIt("commonmark", {"html": False, "linkify": True}).enable("linkify")

    oracle.parse(repeated("<http://", 8_000))

    assert counted.squares > 300 * 8_000**2


# --- Nothing else has changed -------------------------------------------------------------------------

_WORDS = (
    *(
        "https://a.example/x",
        "http://a.example",
        "HTTPS://A.EXAMPLE/y?z=1#q",
        "ftp://a.example/f",
        "www.a.com",
    ),
    *("a.example.com/path_(1)", "name@a.example", "mailto:name@a.example", "//a.example/x", "javascript://x"),
    *(
        "は",
        "日本語",
        "、",
        "。",
        "word",
        "a",
        "é",
        "😀",
        "*",
        "**",
        "_",
        "~~",
        "`",
        "```\n",
        "[",
        "]",
        "(",
        ")",
    ),
    *("](", "[x](https://a.example)", "[r]: https://a.example\n\n", "[r]", "[y][r]", "<https://a.example>"),
    *("<", ">", "> ", "- ", "1. ", "# ", "|", "|-|\n", "\n", "\n\n", " ", "\t", "\u3000", "\u00a0", "\x1f"),
    *("\\", "&amp;", "!", "!["),
    *("://", "x://y", "https", ":", ".", ",", '"', "'", "?", "1.2.3.4", "E-000000042"),
)


def _library() -> MarkdownIt:
    """The library's own search and rules, with the settings of ours."""
    oracle = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    oracle.enable(["table", "strikethrough", "linkify"]).disable("image")
    oracle.linkify = LinkifyIt()
    return oracle


def _told(tokens: list[Token] | None) -> list[object]:
    return [
        (token.type, token.content, token.attrs, token.level, _told(token.children)) for token in tokens or ()
    ]


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(_WORDS), max_size=40).map("".join))
@example("see https://a.example/x*, *https://a.example* and https://a.example/**")
@example("はhttps://a.example/日本語。次")
@example("xhttps://a.example http\\://a.example https://")
def test_what_people_write_is_read_as_the_library_reads_it(source: str) -> None:
    assert _told(_renderer().parse(source)) == _told(_library().parse(source))


@pytest.mark.parametrize(("length", "is_link"), [(2_000, True), (2_001, False)])
def test_an_address_with_its_scheme_has_at_most_2000_characters(length: int, is_link: bool) -> None:
    address = "https://a.example/" + "x" * (length - len("https://a.example/"))
    assert ("<a href" in to_html(f"see {address} there")) is is_link


@pytest.mark.parametrize(("length", "is_link"), [(500, True), (501, False)])
def test_an_address_without_a_scheme_stands_in_a_word_of_at_most_500(length: int, is_link: bool) -> None:
    address = "www.a.com/" + "x" * (length - len("www.a.com/"))
    assert ("<a href" in to_html(f"see {address} there")) is is_link


def test_a_long_text_without_white_space_keeps_its_addresses() -> None:
    text = "日本語、" * 800 + "https://a.example/x" + " 日本語、" * 800
    assert 'href="https://a.example/x"' in to_html(text)
