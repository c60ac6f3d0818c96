"""One prepared world for all walks of a module; what a test does to it is undone after the test."""

import logging
from collections.abc import Iterator
from http.cookies import SimpleCookie

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.walks.matrix import undone
from tests.walks.world import World, prepared_world


@pytest.fixture(scope="module")
def shared_world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The world as it was made; only for tests that leave it so."""
    with django_db_blocker.unblock(), prepared_world() as world:
        yield world


@pytest.fixture
def world(shared_world: World, db: None) -> Iterator[World]:
    """The world, for a test that may change it."""
    cookies = {role: SimpleCookie(client.cookies) for role, client in shared_world.clients.items()}
    with undone():
        yield shared_world
    for role, client in shared_world.clients.items():
        client.cookies = cookies[role]


@pytest.fixture(scope="module")
def quiet() -> Iterator[None]:
    """No log of the thousands of refusals that a walk provokes."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)
