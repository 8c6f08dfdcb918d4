"""The watched folder: what is whole comes in, and moves to where it belongs."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import media
import pytest
from web.factories import make_services
from web.signing import TOWN, add_person, add_units

from medialib.catalogue import caption_lookups, lookups
from medialib.services import Services
from medialib.watching import Watch
from medialib.web import i18n


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    i18n.compile_catalogues()
    watch = {"folder": str(tmp_path / "in"), "unit": TOWN, "owner": "wang", "settled_seconds": 5}
    opened = make_services(tmp_path / "store", watch=watch)
    (tmp_path / "in").mkdir()
    add_person(opened, "wang", "editor", add_units(opened)[TOWN])
    yield opened
    opened.database.close()


def let_rest(folder: Path) -> None:
    """As if nothing had been written for a while."""
    for path in folder.rglob("*"):
        os.utime(path, (time.time() - 60,) * 2)


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_recordings_come_in_when_they_rest_with_what_lies_beside_them(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "盘一").mkdir()
    whole = media.tone(folder / "盘一" / "秋茶.mp3", seconds=1)
    (folder / "盘一" / "秋茶.yaml").write_text("speaker: 李师傅\n", encoding="utf-8")
    (folder / "盘一" / "秋茶.第一.mp3.part").write_bytes(b"x")
    (folder / "盘一" / "秋茶.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\n采茶\n", encoding="utf-8")
    watch = Watch(services)
    let_rest(folder)
    assert watch.look() == [], "seen for the first time: it may still grow"
    with whole.open("ab") as file:
        file.write(b"\0")
    assert watch.look() == []
    let_rest(folder)
    assert watch.look() == []
    made = watch.look()
    assert len(made) == 1
    with services.database.read() as session:
        lesson = lookups.lesson(session, made[0])
        captions = caption_lookups.captions_of(session, made[0])
    assert (lesson.title, lesson.speaker, lesson.unit_name, lesson.stage) == ("秋茶", "李师傅", TOWN, "draft")
    assert len(captions) == 1
    done = {f"done/盘一/秋茶{one}" for one in (".mp3", ".yaml", ".srt")}
    assert names(folder) == {*done, "盘一/秋茶.第一.mp3.part"}
    assert watch.look() == []


def test_what_cannot_come_in_is_put_aside_with_a_sentence(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "坏.mp4").write_bytes(b"%PDF-1.4 " * 100)
    (folder / ".竹.mp4").write_bytes(b"hidden")
    (folder / "refused").mkdir()
    (folder / "refused" / "坏.mp4").write_bytes(b"from before")
    let_rest(folder)
    watch = Watch(services)
    assert (watch.look(), watch.look()) == ([], [])
    assert names(folder) == {".竹.mp4", "refused/坏.mp4", "refused/坏 2.mp4", "refused/坏 2.mp4.txt"}
    assert "这是文档" in (folder / "refused" / "坏 2.mp4.txt").read_text(encoding="utf-8")


def test_a_name_that_leaves_no_room_for_a_longer_ending_keeps_nobody_waiting(
    services: Services, tmp_path: Path
) -> None:
    """255 bytes are the most; NAME.yaml, which may lie beside it, would be longer."""
    folder = tmp_path / "in"
    longest = "aa" + "竹" * 83
    media.tone(folder / f"{longest}.mp3", seconds=1)
    media.tone(folder / "b.mp3", seconds=2)
    let_rest(folder)
    watch = Watch(services)
    assert watch.look() == []
    assert len(watch.look()) == 2
    assert names(folder) == {"done/b.mp3", f"done/{longest}.mp3"}


def test_a_duplicate_is_done_and_says_so(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    content = media.tone(tmp_path / "a.mp3", seconds=1).read_bytes()
    watch = Watch(services)
    for name in ("一.mp3", "二.mp3"):
        (folder / name).write_bytes(content)
        let_rest(folder)
        watch.look()
        watch.look()
    assert names(folder) == {"done/一.mp3", "done/二.mp3", "done/二.mp3.txt"}
    assert "《一》" in (folder / "done" / "二.mp3.txt").read_text(encoding="utf-8")


def test_a_machine_that_fails_is_given_three_tries(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    media.tone(folder / "a.mp3", seconds=1)
    let_rest(folder)
    services.store.temporary.rmdir()
    services.store.temporary.write_text("in the way")
    watch = Watch(services)
    for _ in range(3):
        watch.look()
    assert names(folder) == {"a.mp3"}
    watch.look()
    assert names(folder) == {"refused/a.mp3", "refused/a.mp3.txt"}
    services.store.temporary.unlink()


def test_two_workers_do_not_take_the_same_file(services: Services, tmp_path: Path) -> None:
    media.tone(tmp_path / "in" / "a.mp3", seconds=1)
    let_rest(tmp_path / "in")
    watch = Watch(services)
    watch.look()
    with services.leases.hold("watch") as lease:
        assert lease
        assert watch.look() == []
    assert len(watch.look()) == 1
