"""What the documents name exists: tests, commands, files, and each row of the failure model."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

DOCUMENTS = sorted([ROOT / "README.md", *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_TARGET = re.compile(r"`make ([a-z-]+)")
_COMMAND = re.compile(r"manage\.py ([a-z_]+)")
_OF_DJANGO = {"migrate", "collectstatic", "createsuperuser", "check", "shell"}
# The failure model's rows, by letter: how many there are of each.
ROWS = {"A": 12, "B": 6, "C": 9, "D": 9, "E": 9, "F": 8, "G": 9, "H": 16}


def names_in(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_names_only_tests_targets_and_commands_that_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    missing = [
        f"{path}::{name}" if name else path
        for path, name in _TEST.findall(text)
        if not (ROOT / path).exists() or (name and name not in names_in(ROOT / path))
    ]
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    commands = {path.stem for path in ROOT.glob("*/**/management/commands/*.py")} | _OF_DJANGO
    missing += [f"make {target}" for target in _TARGET.findall(text) if target not in targets]
    missing += [f"manage.py {command}" for command in _COMMAND.findall(text) if command not in commands]
    assert missing == []


def test_every_row_of_the_failure_model_is_answered_by_a_test_a_command_or_a_reason() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    rows = re.findall(r"^\| ([A-H]\d+) \|[^|]*\|[^|]*\|([^|]*)\|$", page, flags=re.MULTILINE)
    wanted = [f"{letter}{number}" for letter, count in ROWS.items() for number in range(1, count + 1)]
    assert [code for code, _answer in rows] == wanted
    unanswered = [
        code
        for code, answer in rows
        if not (_TEST.search(answer) or _TARGET.search(answer) or "Not yet:" in answer)
    ]
    assert unanswered == []
