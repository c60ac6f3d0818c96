"""Imports and foreign keys run downwards only (DESIGN 1)."""

from django.apps import apps
from importlinter.cli import lint_imports

from tests.architecture.source import PACKAGES, ROOT

# From the lowest up; Django's own tables lie below them all.
HEIGHT = {
    "accounts": 1,
    "audit": 2,
    "work": 2,
    "notices": 3,
    "files": 4,
    "entitlements": 5,
    "cases": 6,
    "accelerators": 7,
    "front": 8,
    "demo": 8,
    "portal": 9,
}
BELOW = {"auth", "contenttypes", "sessions", "admin", "account"}


def own_models():
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]


def test_every_import_contract_is_kept(monkeypatch, capfd):
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))

    broken = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)

    assert broken == 0, capfd.readouterr().out


def test_every_foreign_key_points_into_its_own_app_or_below():
    upward = []
    for model in own_models():
        for field in model._meta.get_fields():
            target = field.related_model if not field.auto_created and field.is_relation else None
            if target is None or target._meta.app_label in BELOW:
                continue
            here, there = model._meta.app_label, target._meta.app_label
            if here != there and HEIGHT[there] >= HEIGHT[here]:
                upward.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert upward == []


def test_every_app_of_ours_has_a_height():
    labels = {config.label for config in apps.get_app_configs() if config.name.split(".")[0] in PACKAGES}
    assert labels == set(HEIGHT)
