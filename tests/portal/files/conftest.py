"""A store of its own for each test."""

import pytest
from django.core.files.storage import storages
from django.test import override_settings


@pytest.fixture
def store_folder(tmp_path, settings):
    """The folder where uploads of this test lie."""
    folder = tmp_path / "files"
    changed = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(folder), "base_url": None},
        },
    }
    with override_settings(STORAGES=changed):
        yield folder
    storages._storages.clear()
