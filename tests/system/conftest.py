"""One folder of data for all system tests, in a path with a space; each test starts its own portal on it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from tests.system.running import Portal, free_port

_DATABASE = f"portal_system_{os.getpid()}"


def _forget_messages(url: str) -> None:
    """Remove what earlier portals left for workers, and nothing else."""
    with redis.Redis.from_url(url) as client:
        client.delete("clock", "mail", "unacked", "unacked_index", "unacked_mutex")


@pytest.fixture(scope="session")
def services() -> Iterator[dict[str, str]]:
    """Addresses of PostgreSQL and Redis where the suite runs on them; nothing for the embedded run."""
    found: dict[str, str] = {}
    if os.environ["REDIS_URL"].startswith("redis://"):
        # A number of its own, so that the worker finds no message of another test.
        found["REDIS_URL"] = urlsplit(os.environ["REDIS_URL"])._replace(path="/14").geturl()
        _forget_messages(found["REDIS_URL"])
    database = os.environ["DATABASE_URL"]
    if not database.startswith("postgres"):
        yield found
        return
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_DATABASE}")
    yield {**found, "DATABASE_URL": urlsplit(database)._replace(path=f"/{_DATABASE}").geturl()}
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {_DATABASE} WITH (FORCE)")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("portal") / "a folder with a space"


@pytest.fixture
def start(home: Path, services: dict[str, str]) -> Iterator[Callable[..., Portal]]:
    """Start a portal; whatever happens, nothing of it stays."""
    started: list[Portal] = []

    def started_now(*, var_dir: Path = home, port: int = 0) -> Portal:
        started.append(Portal(var_dir, port=port or free_port(), services=services))
        return started[-1]

    yield started_now
    for portal in started:
        portal.stop()


@pytest.fixture
def portal(start: Callable[..., Portal]) -> Portal:
    """A portal that runs."""
    return start().wait_until_up()
