"""The one door for a new file."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import media
import pytest
from sqlalchemy import Connection, delete, event, insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from web.factories import make_services

from medialib.catalogue import indexing, lookups, work_lookups
from medialib.catalogue.edits import Details
from medialib.catalogue.units import Unit
from medialib.database import Database
from medialib.errors import BadRequest, MedialibError, MissingTool, NoSpace, NotReady, UnusableMedia
from medialib.ingest.beside import Beside
from medialib.ingest.intake import fingerprint, known_already, take_in
from medialib.ingest.steps import steps_of
from medialib.jobs.leases import LeaseRow
from medialib.services import Services
from medialib.store import Store

DETAILS = Details(title="竹编")


def nothing_is_left(services: Services) -> bool:
    with services.database.read() as session:
        count = lookups.lesson_count(session)
    kept = [path for path in services.store.lessons.rglob("*") if path.is_file()]
    kept += services.store.temporary.iterdir()
    return count == 0 and kept == [] and services.leases.living() == {}


@pytest.mark.parametrize(
    ("name", "extension", "steps"),
    [
        ("a.mov", ".mp4", ("init", "poster", "audio", "start", "sheets", "choose", "rungs")),
        ("a.webm", ".mkv", ("init", "poster", "audio", "start", "sheets", "choose", "rungs")),
        ("a.mp3", ".mp3", ("init", "poster", "audio", "peaks")),
        ("a.ogg", ".ogg", ("init", "poster", "audio", "peaks")),
    ],
)
def test_a_file_is_kept_unchanged_under_a_name_that_says_what_it_is(
    services: Services, tmp_path: Path, name: str, extension: str, steps: tuple[str, ...]
) -> None:
    path = tmp_path / name
    if "sheets" in steps:
        media.film(path, seconds=1, size="640x480")
    else:
        media.tone(path, seconds=1)
    lesson = take_in(services.workshop, path, DETAILS, name="../../etc/passwd").lesson
    kept = services.store.source(lesson.id, extension)
    assert kept.read_bytes() == path.read_bytes()
    with services.database.read() as session:
        assert [row.step for row in work_lookups.steps_left(session, lesson.id)] == list(steps)
        assert steps_of(lookups.current_plan(session, lesson)) == steps
        assert lookups.source(session, lesson.id).name == "../../etc/passwd"
    assert list(services.store.temporary.iterdir()) == []


def test_the_same_file_becomes_one_lesson(services: Services, tmp_path: Path) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=1)
    assert known_already(services.workshop, fingerprint(path)) is None
    first = take_in(services.workshop, path, DETAILS, name="a.mp3")
    second = take_in(services.workshop, path, Details(title="other"), name="b.mp3")
    assert (first.duplicate, second.duplicate) == (False, True)
    assert second.lesson.id == first.lesson.id
    known = known_already(services.workshop, fingerprint(path))
    assert known is not None and known.id == first.lesson.id
    assert len(list(services.store.lessons.glob("*/*"))) == 1


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 5000, b"hello, this is a letter\n" * 100, b"\x1aE\xdf\xa3" + b"x" * 500]
)
def test_what_is_no_recording_is_refused_and_leaves_nothing(services: Services, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(UnusableMedia):
        take_in(services.workshop, path, DETAILS, name="a.mp4")
    assert nothing_is_left(services)


@pytest.mark.parametrize(
    ("limits", "kind", "told"),
    [
        ({"file_gigabytes": 1e-6}, UnusableMedia, "larger than"),
        ({"hours": 1e-5}, UnusableMedia, "longer than"),
        ({"tracks": 1}, UnusableMedia, "more than 1 tracks"),
        ({"megapixels": 0.01}, UnusableMedia, "too large"),
        ({"free_gigabytes": 1e9}, NoSpace, "no room"),
    ],
)
def test_what_is_too_much_is_refused_and_leaves_nothing(
    tmp_path: Path, limits: dict[str, float], kind: type[MedialibError], told: str
) -> None:
    services = make_services(tmp_path / "store", limits=limits)
    path = media.film(tmp_path / "a.mp4", seconds=1)
    with pytest.raises(kind, match=told):
        take_in(services.workshop, path, DETAILS, name="a.mp4")
    assert nothing_is_left(services)
    services.database.close()


@pytest.mark.parametrize(("title", "number"), [("x", 10**30), ("\udcff", 1)])
def test_details_that_the_catalogue_cannot_hold_leave_nothing(
    services: Services, tmp_path: Path, title: str, number: int
) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=1)
    with pytest.raises(BadRequest, match="cannot be stored"):
        take_in(services.workshop, path, Details(title=title, number=number), name="a.mp3")
    assert nothing_is_left(services)


def test_tags_that_are_not_utf8_do_not_keep_a_recording_out(services: Services, tmp_path: Path) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=1, more=("-write_id3v1", "0", "-id3v2_version", "0"))
    path.write_bytes(path.read_bytes() + b"TAG" + "凉席".encode("gb18030").ljust(30, b"\0") + b"\0" * 95)
    assert take_in(services.workshop, path, DETAILS, name="a.mp3").lesson.kind == "audio"


def test_without_ffmpeg_there_is_a_sentence(tmp_path: Path) -> None:
    services = make_services(tmp_path / "store", tools={"ffmpeg": str(tmp_path / "absent")})
    with pytest.raises(MissingTool, match="No usable ffmpeg was found"):
        _ = services.workshop
    services.database.close()


def lose_folders(services: Services) -> None:
    """As where another machine sweeps, and the file system knows no locks."""
    for folder in services.store.temporary.iterdir():
        services.store.discard(folder.name)


def test_an_import_that_lost_its_lease_and_its_folder_begins_anew(services: Services, tmp_path: Path) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=1)
    counted: list[int] = []

    def copied(size_bytes: int) -> None:
        if not counted:  # as if the machine had slept, and another had swept meanwhile
            with services.database.begin() as session:
                session.execute(delete(LeaseRow))
            lose_folders(services)
        counted.append(size_bytes)

    lesson = take_in(services.workshop, path, DETAILS, name="a.mp3", copied=copied).lesson
    assert services.store.source(lesson.id, ".mp3").read_bytes() == path.read_bytes()
    assert sum(counted) == path.stat().st_size and len(counted) > 2
    assert list(services.store.temporary.iterdir()) == []
    assert services.leases.living() == {}


def test_an_import_that_loses_its_lease_again_and_again_is_a_sentence(services: Services, tmp_path: Path) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=1)

    def copied(_: int) -> None:
        lose_folders(services)

    with pytest.raises(NotReady):
        take_in(services.workshop, path, DETAILS, name="a.mp3", copied=copied)
    assert nothing_is_left(services)


def test_whatever_stops_an_import_leaves_nothing(services: Services, tmp_path: Path) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=1)
    beside = Beside(picture=path)

    class Full(Store):
        """A disk that is full when the source is put into place."""

        def publish(self, finished: Path, place: Path) -> bool:
            if place.name.startswith("source"):
                raise OSError(errno.ENOSPC, "no room")
            return super().publish(finished, place)

    workshop = replace(services.workshop, store=Full(services.store.root))
    with pytest.raises(OSError, match="no room"):
        take_in(workshop, path, DETAILS, name="a.mp3", beside=beside)
    assert nothing_is_left(services)


def test_a_recording_whose_publication_was_done_and_not_told_is_kept(services: Services, tmp_path: Path) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=1)

    class Deaf(Database):
        """A database whose answers are lost on the way."""

        @contextmanager
        def begin(self, *, patience_seconds: float = 5) -> Iterator[Session]:
            with services.database.begin(patience_seconds=patience_seconds) as session:
                yield session
            raise OperationalError("commit", None, ConnectionError("the connection was lost"))

    deaf = Deaf.__new__(Deaf)
    vars(deaf).update(vars(services.database))
    with pytest.raises(OperationalError):
        take_in(replace(services.workshop, database=deaf), path, DETAILS, name="a.mp3")
    with services.database.read() as session:
        (lesson_id,) = indexing.ids_by_age(session, shown=True)
    assert services.store.source(lesson_id, ".mp3").read_bytes() == path.read_bytes()


def test_a_unit_that_another_upload_names_at_the_same_moment_refuses_neither(
    services: Services, tmp_path: Path
) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=1)

    came: list[str] = []

    def rival(_mapper: Any, connection: Connection, unit: Unit) -> None:
        if not came:
            came.append(unit.slug)
            connection.execute(insert(Unit).values(slug=unit.slug, name=unit.name, path=unit.path, position=1000))

    event.listen(Unit, "before_insert", rival)
    try:
        lesson = take_in(services.workshop, path, Details(title="竹编", unit="马迹塘镇"), name="a.mp3").lesson
    finally:
        event.remove(Unit, "before_insert", rival)
    assert came and services.store.source(lesson.id, ".mp3").exists()
    with services.database.read() as session:
        unit = lookups.lesson(session, lesson.id).unit
        assert unit is not None and unit.name == "马迹塘镇"
