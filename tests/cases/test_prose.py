"""Markdown becomes HTML that is safe to show anywhere; pure (SPEC 6: markup is shown as text)."""

import re
from html.parser import HTMLParser

import pytest

from cases.prose import excerpt, to_html

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href=\"javascript:alert(1)\" onclick='alert(1)'>x</a>",
    "<body onload=alert(1)>",
    "<style>body{display:none}</style>",
    "<form action=//evil.example><input name=q></form>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<object data=data:text/html,x></object>",
    "<details open ontoggle=alert(1)>",
    "<!--<img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://a.example/1)",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "[x]: javascript:alert(1)\n\n[x]",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example "\\"><script>alert(1)</script>")',
    "![x](https://evil.example/pixel.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x][y]\n\n[y]: https://evil.example/pixel.png",
    "[![x](https://evil.example/p.png)](https://a.example)",
    "`<script>alert(1)</script>`",
    "```\n<script>alert(1)</script>\n```",
    '```html" onclick="alert(1)\ncode\n```',
    "    <script>alert(1)</script>",
    "> <script>alert(1)</script>\n> [x](javascript:alert(1))",
    "| <script>a</script> | b |\n|---|---|\n| <img src=x onerror=a> | ![x](y) |",
    "# <script>alert(1)</script>",
    "1. <b onmouseover=alert(1)>x</b>",
    "https://a.example/\"onmouseover='alert(1)'",
    "https://a.example/<script>alert(1)</script>",
    "http://a.example/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202e<script>\u2028alert(1)</script>",
]
PLAIN = (
    *("p", "br", "hr", "strong", "em", "s", "code", "blockquote", "ul", "li", "h4"),
    *("table", "thead", "tbody", "tr", "th", "td"),
)
ALLOWED: dict[str, set[str]] = {
    **{tag: set() for tag in PLAIN},
    "a": {"href", "title", "rel"},
    "ol": {"start"},
    "pre": {"tabindex", "role", "aria-label"},
    "span": {"lang"},
}
# An address without a scheme stays on the portal.
HARMLESS = re.compile(r"(https?://|mailto:)|[^:]*$")


class Inspector(HTMLParser):
    """Reads HTML as a browser's parser would, and keeps every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", {}))

    def handle_decl(self, decl: str) -> None:
        self.found.append(("declaration", {}))


def tags_of(html: str) -> list[tuple[str, dict[str, str | None]]]:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.found


@pytest.mark.parametrize("source", HOSTILE)
@pytest.mark.parametrize("wrapping", ["{}", "> {}", "- {}", "**{}**", "text {} text"])
def test_hostile_markup_is_inert(source: str, wrapping: str) -> None:
    for tag, attributes in tags_of(to_html(wrapping.format(source))):
        assert set(attributes) <= ALLOWED[tag]
        assert HARMLESS.match(attributes.get("href") or "")


def test_raw_html_is_shown_as_text() -> None:
    assert to_html("<b>bold</b>") == "<p>&lt;b&gt;bold&lt;/b&gt;</p>\n"


def test_a_code_block_is_kept_to_the_letter() -> None:
    source = '```\nif (a < b && c > "d") {\n    return <T>x;\n}\n```'
    assert to_html(source) == (
        '<pre tabindex="0" role="group" aria-label="Code"><code>'
        'if (a &lt; b &amp;&amp; c &gt; "d") {\n    return &lt;T&gt;x;\n}\n</code></pre>\n'
    )


def test_markdown_inside_code_stays_source() -> None:
    assert to_html("`**not bold** [x](https://a.example)`") == (
        "<p><code>**not bold** [x](https://a.example)</code></p>\n"
    )


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**b** *i* ~~s~~", "<p><strong>b</strong> <em>i</em> <s>s</s></p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("3. c\n4. d", '<ol start="3">\n<li>c</li>\n<li>d</li>\n</ol>\n'),
        ("> q", "<blockquote>\n<p>q</p>\n</blockquote>\n"),
        ("日本語 é ü", '<p><span lang="ja">日本語</span> é ü</p>\n'),
        ("# One\n### Three", "<h4>One</h4>\n<h4>Three</h4>\n"),
        (
            "[a](https://a.example)",
            '<p><a href="https://a.example" rel="noopener noreferrer nofollow">a</a></p>\n',
        ),
        (
            "see https://a.example/x.",
            '<p>see <a href="https://a.example/x" rel="noopener noreferrer nofollow">'
            "https://a.example/x</a>.</p>\n",
        ),
        (
            "<a@b.example>",
            '<p><a href="mailto:a@b.example" rel="noopener noreferrer nofollow">a@b.example</a></p>\n',
        ),
    ],
)
def test_what_people_write_is_rendered(source: str, html: str) -> None:
    assert to_html(source) == html


def test_an_image_loads_nothing_and_keeps_its_words() -> None:
    html = to_html("![a screenshot](https://evil.example/p.png)")
    assert "<img" not in html
    assert "a screenshot" in html


def test_a_table_is_rendered() -> None:
    tags = [tag for tag, _attributes in tags_of(to_html("| a |\n|---|\n| b |"))]
    assert tags == ["table", "thead", "tr", "th", "tbody", "tr", "td"]


def test_deep_nesting_and_long_runs_end_in_time() -> None:
    for source in ("> " * 16_000, "[" * 8_000, "*a _b" * 2_000, "`" * 31_999, "[a](" * 4_000):
        assert isinstance(to_html(source), str)


@pytest.mark.parametrize(
    ("source", "length", "line"),
    [
        ("", 10, ""),
        ("ten chars.", 10, "ten chars."),
        ("ten chars. ", 10, "ten chars."),
        ("eleven char", 10, "eleven …"),
        ("one two, three", 9, "one two …"),
        ("unbrokenword", 5, "unbro …"),
        ("two\n\nlines  and\ttabs", 40, "two lines and tabs"),
        ("look at `tags.js` now", 40, "look at tags.js now"),
        ("日本語です", 5, "日本語です"),
        ("日本語ですよ", 5, "日本語です …"),
    ],
)
def test_an_excerpt_is_one_line_cut_at_a_word(source: str, length: int, line: str) -> None:
    assert excerpt(source, length) == line


@pytest.mark.parametrize(("count", "is_cut"), [(159, False), (160, False), (161, True)])
def test_an_excerpt_has_160_characters_unless_told_otherwise(count: int, is_cut: bool) -> None:
    assert excerpt("x" * count).endswith(" …") is is_cut
