"""A world for hostile input: a store of its own, an installation that may send, a fixed instant."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import override_settings

from cases.models import Case
from portal.accounts.models import User
from portal.work.instance import adopt
from tests.factories import people
from tests.factories.cases import ASKED, make_waiting_case
from tests.portal.notices.conftest import sink  # noqa: F401 -- the mail server on loopback


@pytest.fixture
def at_asked(time_machine: Any) -> None:
    """Pages are looked at an hour after ASKED."""
    time_machine.move_to(ASKED + timedelta(hours=1), tick=False)


@pytest.fixture
def store_folder(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """The folder where uploads of this test lie."""
    folder = tmp_path / "files"
    backend = "django.core.files.storage.FileSystemStorage"
    changed = {"BACKEND": backend, "OPTIONS": {"location": str(folder), "base_url": None}}
    with override_settings(STORAGES={**settings.STORAGES, "default": changed}):
        yield folder
    storages._storages.clear()


@pytest.fixture
def adopted(db: None) -> None:
    """This installation may send."""
    adopt()


@pytest.fixture
def owner(db: None) -> User:
    """A named contact."""
    return people.make_customer()


@pytest.fixture
def staff(db: None) -> User:
    """The superuser, who sees every page of the admin."""
    return people.make_superuser()


@pytest.fixture
def case(owner: User) -> Case:
    """A case of the contact's that waits for an answer."""
    return make_waiting_case(owner)
