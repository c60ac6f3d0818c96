"""The catalogues in `locale/`: every language of the settings, compiled from what is written."""

from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings

FOLDERS = sorted(path for path in (Path(settings.BASE_DIR) / "locale").iterdir() if path.is_dir())
languages = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def catalogue(folder: Path) -> Catalog:
    with (folder / "LC_MESSAGES" / "django.po").open("rb") as source:
        return read_po(source, locale=folder.name, domain="django")


@languages
def test_nothing_is_left_untranslated_or_guessed(folder: Path) -> None:
    missing = [
        message.id
        for message in catalogue(folder)
        if message.id and (message.fuzzy or not message.string or not all(message.string))
    ]
    assert missing == []


@languages
def test_the_compiled_catalogue_is_what_is_written(folder: Path) -> None:
    with (folder / "LC_MESSAGES" / "django.mo").open("rb") as compiled:
        spoken = GNUTranslations(compiled)
    stale = []
    for message in catalogue(folder):
        if not message.id:
            continue
        source = message.id[0] if isinstance(message.id, tuple) else message.id
        written = message.string[0] if isinstance(message.id, tuple) else message.string
        key = f"{message.context}\x04{source}" if message.context else source
        found = spoken._catalog.get((key, 0), spoken._catalog.get(key))  # type: ignore[attr-defined]
        if found != written:
            stale.append(source)
    assert stale == []


@languages
def test_every_placeholder_survives_translation(folder: Path) -> None:
    errors = [(message.id, list(message.check())) for message in catalogue(folder) if message.id]
    assert [error for error in errors if error[1]] == []
