"""A backup is a store by itself: with it in the store's place the library is as it was."""

import resource
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import once
import pytest
from click.testing import CliRunner, Result
from web.factories import add_lesson

from medialib.cli import main
from medialib.services import open_with
from medialib.settings import Settings

FILES = ("lessons/aa/aaaa/source.mp4", "covers/x/320.webp", "attached/ab/ab.pdf", "uploads/u1", "lost/bbbb/source.mp3")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library with a lesson and with files of every kind that cannot be made again, and some that can."""
    folder = tmp_path / "store"
    once.with_migrations(folder / "medialib.db")
    services = open_with(Settings.model_validate({"store": {"url": str(folder)}}))
    services.store.secret()
    add_lesson(services, "竹编", searchable=False)
    services.database.close()
    for name in (*FILES, "cache/x.ts", "tmp/half", "index/one"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    monkeypatch.setenv("MEDIALIB__STORE__URL", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


def test_a_library_is_whole_again_from_its_backup(store: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(store / "medialib.db")) as busy:  # what goes on meanwhile is not waited for
        busy.execute("BEGIN")
        busy.execute("SELECT count(*) FROM lessons").fetchone()
        done = run("backup", tmp_path / "backup")
    assert (done.exit_code, done.stdout) == (0, "6 files copied (0 MB), 0 were there already.\n")
    secret = (store / "secret").read_text()
    there = {str(one.relative_to(tmp_path / "backup")) for one in (tmp_path / "backup").rglob("*") if one.is_file()}
    assert there == {*FILES, "secret", "medialib.db"}
    shutil.rmtree(store)
    shutil.copytree(tmp_path / "backup", store)
    listed = run("list")
    assert listed.exit_code == 0 and "竹编" in listed.stdout
    assert [(store / name).read_text() for name in (*FILES, "secret")] == [*FILES, secret]


def test_the_next_backup_copies_what_is_new_and_loses_nothing(store: Path, tmp_path: Path) -> None:
    run("backup", tmp_path / "backup")
    (store / FILES[0]).unlink()
    (store / "lessons/aa/aaaa/more.m4s").write_text("more")
    assert run("backup", tmp_path / "backup").stdout == "1 files copied (0 MB), 5 were there already.\n"
    assert (tmp_path / "backup" / FILES[0]).exists()


@pytest.mark.usefixtures("store")
def test_a_backup_that_was_killed_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "medialib.db.being-copied").write_text("half")
    assert run("backup", tmp_path / "backup").exit_code == 0
    assert not (tmp_path / "backup" / "medialib.db.being-copied").exists()


@pytest.mark.usefixtures("store")
def test_a_backup_on_a_full_disk_says_so(tmp_path: Path) -> None:
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 10, was[1]))
    try:
        done = run("backup", tmp_path / "backup")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
    assert done.exit_code == 1 and "The backup could not be written. An earlier one is whole." in done.stderr
    assert run("backup", tmp_path / "backup").exit_code == 0, "once there is room"


def test_a_backup_is_neither_in_the_store_nor_among_other_things(store: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.txt").touch()
    for place in (store / "backup", tmp_path, store):
        assert "beside the store" in run("backup", place).stderr
    refused = run("backup", "letters")
    assert refused.exit_code == 1 and "other things" in refused.stderr
