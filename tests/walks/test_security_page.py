"""Every claim of SECURITY.md names a test that exists."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def claims() -> list[tuple[str, str]]:
    return NAMED.findall((ROOT / "SECURITY.md").read_text(encoding="utf-8"))


def missing(named: list[tuple[str, str]]) -> list[str]:
    """The tests that are not where they are said to be."""
    return [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file()
        or not re.search(rf"^ *def {name}\(", (ROOT / path).read_text(encoding="utf-8"), flags=re.MULTILINE)
    ]


def test_the_tests_that_show_what_the_page_claims_exist() -> None:
    assert len(claims()) > 50
    assert missing(claims()) == []


def test_a_test_that_is_gone_is_found() -> None:
    assert missing([("tests/walks/test_security_page.py", "test_that_is_gone")]) != []
    assert missing([("tests/walks/no_such_file.py", "claims")]) != []
