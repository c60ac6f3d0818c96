"""Rules of the house that no library checks (STYLE 9 and 13, DESIGN 1)."""

import ast

import pytest
from django.core.management import call_command

from tests.architecture.source import functions, length, modules
from tests.architecture.test_layers import own_models

MODULE_LINES = 400
FUNCTION_LINES = 40
# Path -> reason why two things may live in one place.
LONG_MODULES = {
    "accelerators/published.py": "the published catalogue, thing by thing; content, not rules",
    "portal/demo/attachments.py": "one maker for each made-up file; content, not rules",
    "portal/settings.py": "every setting in one place; names and values, not rules",
}
LONG_FUNCTIONS = {
    "portal/demo/attachments.py:publish_error_log": "the lines of a made-up log",
    "cases/operations/filing.py:file_case": "the facts of a case, one by one, as arguments and as columns",
}


def test_no_module_is_longer_than_400_lines_without_a_reason():
    long = {path for path, tree in modules().items() if tree.body and tree.body[-1].end_lineno > MODULE_LINES}
    assert long == set(LONG_MODULES)


def test_no_function_is_longer_than_40_lines_without_a_reason():
    long = {f"{path}:{node.name}" for path, node in functions() if length(node) > FUNCTION_LINES}
    assert long == set(LONG_FUNCTIONS)


def test_nothing_is_imported_inside_a_function_but_while_the_apps_start():
    inside = [
        f"{path}:{node.lineno}"
        for path, function in functions()
        if not path.endswith("/apps.py")
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_no_table_has_an_order_of_its_own():
    assert [model._meta.label for model in own_models() if model._meta.ordering] == []


def test_no_model_replaces_save_or_delete():
    replaced = [
        f"{model._meta.label}.{name}"
        for model in own_models()
        for name in ("save", "delete")
        if name in vars(model)
    ]
    assert replaced == []


def test_tasks_live_in_their_own_modules():
    elsewhere = [
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module == "celery"
        and any(alias.name == "shared_task" for alias in node.names)
        and not path.endswith("/tasks.py")
    ]
    assert elsewhere == []


def test_only_the_edges_read_the_clock():
    """Operations, queries and rules are told the time (DESIGN 2); only the demo, which moves it, reads it."""
    forbidden = {"operations", "sweep", "permissions", "timeline", "follow_up", "lifecycle", "plans", "terms"}
    readers = [
        path
        for path, tree in modules().items()
        if forbidden & set(path.removesuffix(".py").split("/")) and not path.startswith("portal/demo/")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module == "portal.clock"
        and any(alias.name == "business_now" for alias in node.names)
    ]
    assert readers == []


@pytest.mark.django_db
def test_no_migration_is_missing(capsys):
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)

    assert "No changes detected" in capsys.readouterr().out
