"""Where PostgreSQL's programs are looked for, and what is said where they are not."""

from pathlib import Path

import pytest

from tests.chaos.cluster import ProgramsMissing, find_programs


@pytest.fixture(autouse=True)
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "path").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "path"))


def install(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / name).touch(mode=0o755)
    return folder


def test_debians_package_is_named_where_the_programs_are_missing(tmp_path: Path) -> None:
    with pytest.raises(ProgramsMissing, match="install Debian's package postgresql"):
        find_programs(tmp_path / "nothing")


def test_the_newest_version_that_debian_installed_is_taken(tmp_path: Path) -> None:
    install(tmp_path / "9.6" / "bin")
    newest = install(tmp_path / "15" / "bin")

    assert find_programs(tmp_path) == newest


def test_programs_on_the_path_are_found(tmp_path: Path) -> None:
    install(tmp_path / "own")
    for name in ("initdb", "postgres"):
        (tmp_path / "path" / name).symlink_to(tmp_path / "own" / name)

    assert find_programs(tmp_path / "nothing") == tmp_path / "own"
