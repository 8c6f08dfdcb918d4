"""Uploads that are whole become lessons, once; what was typed comes along, whenever it was typed."""

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import media
import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session
from web.factories import make_services
from web.signing import TOWN, VILLAGE, add_person, add_units

from medialib import arrivals, reconciling
from medialib.arrivals import Wish
from medialib.catalogue import changing, editing, lookups, theme_tree, upload_edits, upload_typing
from medialib.catalogue.people import Person
from medialib.catalogue.seeds import plant
from medialib.catalogue.uploads import Upload
from medialib.errors import OutOfStep
from medialib.ingest.receiving import SYNC_BYTES, Desk, receive, writing
from medialib.jobs.queue import HOT
from medialib.services import Services


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = make_services(tmp_path / "store")
    plant(opened.database)
    yield opened
    opened.index.close()
    opened.database.close()


@pytest.fixture
def person(services: Services) -> Person:
    return add_person(services, "wang", "editor", add_units(services)[TOWN])


def desk_of(services: Services) -> Desk:
    return Desk(store=services.store, database=services.database, days=1)


def sent(services: Services, person: Person, content: bytes, name: str = "竹林_松土.mp4", **wish: Any) -> Upload:
    """An upload that is whole."""
    upload = arrivals.begin(services, person, Wish(name=name, size_bytes=len(content), **wish))
    with writing(desk_of(services), upload.id, 0) as writer:
        receive(writer, [content])
    return upload


def now(services: Services, upload: Upload) -> Upload:
    with services.database.read() as session:
        return session.get_one(Upload, upload.id)


def test_an_upload_becomes_a_lesson_of_its_unit_without_a_second_copy(
    services: Services, person: Person, tmp_path: Path
) -> None:
    content = media.film(tmp_path / "a.mp4", seconds=1).read_bytes()
    upload = sent(services, person, content)
    inode = services.store.upload(upload.id).stat().st_ino
    lesson_id = arrivals.finish(services, upload.id)
    assert lesson_id
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        source = lookups.source(session, lesson_id)
    assert (lesson.title, lesson.unit_name, source.name) == ("竹林 松土", TOWN, "竹林_松土.mp4")
    place = services.store.source(lesson_id, source.extension)
    assert (place.stat().st_ino, place.stat().st_nlink) == (inode, 1)
    assert place.read_bytes() == content
    assert list(services.store.uploads.iterdir()) == []
    assert (now(services, upload).state, now(services, upload).lesson_id) == ("made", lesson_id)
    assert arrivals.finish(services, upload.id) is None, "once"

    again = sent(services, person, content)
    assert arrivals.finish(services, again.id) is None
    assert (now(services, again).state, now(services, again).lesson_id) == ("duplicate", lesson_id)
    assert list(services.store.uploads.iterdir()) == []


def test_what_was_typed_comes_along_even_while_the_lesson_is_made(
    services: Services, person: Person, tmp_path: Path
) -> None:
    upload = sent(services, person, media.tone(tmp_path / "a.mp3", seconds=1).read_bytes())
    units = {one.name: one.slug for one in _units(services)}
    with services.database.begin() as session:
        typed = {"title": "秋茶", "themes": ["skills"], "recorded": "2023-05"}
        upload_typing.type_details(session, session.get_one(Upload, upload.id), typed, units[TOWN], by=person)
    late = {**typed, "title": "秋茶采摘"}
    typed_late: list[dict[str, Any]] = []

    def type_late(_: Session) -> None:
        """When the lesson is stored, but before the upload hears of it."""
        with services.database.read() as session:
            if late in typed_late or not lookups.lesson_count(session):
                return
        typed_late.append(late)
        with services.database.begin() as session:
            upload_typing.type_details(session, session.get_one(Upload, upload.id), late, units[VILLAGE], by=person)

    event.listen(services.database.sessions.class_, "after_commit", type_late)
    lesson_id = arrivals.finish(services, upload.id)
    assert lesson_id
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        told = (lesson.title, lesson.unit_name, lesson.recorded, [one.slug for one in lesson.themes])
    event.remove(services.database.sessions.class_, "after_commit", type_late)
    assert told == ("秋茶采摘", VILLAGE, "2023-05", ["skills"])


def test_what_is_typed_while_the_file_is_looked_at_comes_along(
    services: Services, person: Person, tmp_path: Path
) -> None:
    upload = sent(services, person, media.tone(tmp_path / "a.mp3", seconds=1).read_bytes())
    typed_late: list[str] = []

    def type_late(_: Session) -> None:
        """When the upload was read, but before the lesson is stored."""
        if not typed_late and any(services.store.temporary.iterdir()):
            typed_late.append("秋茶")
            with services.database.begin() as session:
                one = session.get_one(Upload, upload.id)
                upload_typing.type_details(session, one, {"title": "秋茶"}, upload.unit_slug, by=person)
                upload_typing.submit(session, one, wanted=True, by=person)

    event.listen(services.database.sessions.class_, "after_transaction_end", lambda session, _: type_late(session))
    lesson_id = arrivals.finish(services, upload.id)
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id or "")
    assert (typed_late, lesson.title, lesson.stage) == (["秋茶"], "秋茶", "submitted")


class Killed(BaseException):
    """As by the kernel."""


def test_who_is_killed_just_after_the_lesson_is_stored_loses_nothing(
    services: Services, person: Person, tmp_path: Path
) -> None:
    upload = sent(services, person, media.tone(tmp_path / "a.mp3", seconds=1).read_bytes())
    with services.database.begin() as session:
        session.get_one(Upload, upload.id).submits = True

    def kill(_: Session) -> None:
        with services.database.read() as session:
            if lookups.lesson_count(session):
                raise Killed

    event.listen(services.database.sessions.class_, "after_commit", kill)
    with pytest.raises(Killed):
        arrivals.finish(services, upload.id)
    event.remove(services.database.sessions.class_, "after_commit", kill)
    arrivals.finish(services, upload.id)
    row = now(services, upload)
    with services.database.read() as session:
        lesson = lookups.lesson(session, row.lesson_id or "")
    assert (row.state, lesson.stage) == ("made", "submitted")


def test_an_upload_that_was_cut_off_on_disk_goes_on_from_there(
    services: Services, person: Person, tmp_path: Path
) -> None:
    content = media.tone(tmp_path / "a.mp3", seconds=1).read_bytes()
    upload = sent(services, person, content)
    os.truncate(services.store.upload(upload.id), 200)
    assert arrivals.finish(services, upload.id) is None
    row = now(services, upload)
    assert (row.state, row.received_bytes) == ("sending", 200)
    with writing(desk_of(services), upload.id, 200) as writer:
        receive(writer, [content[200:]])
    lesson_id = arrivals.finish(services, upload.id)
    assert lesson_id and now(services, upload).state == "made"


def test_a_theme_that_was_merged_meanwhile_is_the_other_one(services: Services, person: Person, tmp_path: Path) -> None:
    upload = sent(services, person, media.tone(tmp_path / "a.mp3", seconds=1).read_bytes())
    with services.database.begin() as session:
        first, second, *_ = (one.slug for one in lookups.themes(session) if not one.parent_slug)
        session.get_one(Upload, upload.id).typed = {"themes": [first]}
        theme_tree.merge(session, first, second, by=None)
        count = len(lookups.themes(session))
    lesson_id = arrivals.finish(services, upload.id)
    with services.database.read() as session:
        assert [one.slug for one in lookups.lesson(session, lesson_id or "").themes] == [second]
        assert len(lookups.themes(session)) == count


def test_what_was_typed_late_changes_only_what_it_is_about_and_can_be_taken_back(
    services: Services, person: Person, tmp_path: Path
) -> None:
    upload = sent(services, person, media.tone(tmp_path / "a.mp3", seconds=1).read_bytes())
    typed = {"title": "秋茶", "speaker": "李师傅"}
    with services.database.begin() as session:
        one = session.get_one(Upload, upload.id)
        upload_typing.type_details(session, one, typed, upload.unit_slug, by=person)
    lesson_id = arrivals.finish(services, upload.id) or ""
    with services.database.begin() as session:
        editing.change(session, lesson_id, {"speaker": "王师傅", "description": "新写的"}, by=None)
        one = session.get_one(Upload, upload.id)
        upload_typing.type_details(session, one, {**typed, "title": "秋茶采摘"}, upload.unit_slug, by=person)
    with services.database.begin() as session:
        lesson = lookups.lesson(session, lesson_id)
        assert (lesson.title, lesson.speaker, lesson.description) == ("秋茶采摘", "王师傅", "新写的")
        last = changing.history(session, lesson_id, limit=1)[0]
        assert (last.before, last.person_id) == ({"title": "秋茶"}, person.id)
        assert changing.undo(session, lesson_id, last.id, by=person).after == {"title": "秋茶"}


def _units(services: Services) -> Any:
    with services.database.read() as session:
        return lookups.units(session)


def test_details_that_cannot_be_stored_cost_nobody_the_file(services: Services, person: Person, tmp_path: Path) -> None:
    content = media.tone(tmp_path / "a.mp3", seconds=1).read_bytes()
    upload = sent(services, person, content, "a.mp3")
    with services.database.begin() as session:
        session.get_one(Upload, upload.id).typed = {"title": "茶", "number": 10**30}
    assert arrivals.finish(services, upload.id) is None
    assert now(services, upload).state == "failed" and now(services, upload).message
    assert services.store.upload(upload.id).read_bytes() == content
    with services.database.begin() as session:
        session.get_one(Upload, upload.id).typed = {"title": "茶"}
        upload_edits.try_again(session.get_one(Upload, upload.id))
    assert arrivals.finish(services, upload.id)


def test_what_is_no_recording_is_refused_and_its_bytes_go(services: Services, person: Person) -> None:
    upload = sent(services, person, b"%PDF-1.4 " * 100)
    assert arrivals.finish(services, upload.id) is None
    row = now(services, upload)
    assert row.state == "refused" and row.message.startswith("This is a document")
    assert list(services.store.uploads.iterdir()) == []
    empty = arrivals.begin(services, person, Wish(name="leer.mp4", size_bytes=0))
    services.store.upload(empty.id).touch()
    assert arrivals.finish(services, empty.id) is None
    assert now(services, empty).message == "This file is empty. Please send it again."


def test_what_the_machine_could_not_look_at_is_kept_for_another_try(
    services: Services, person: Person, tmp_path: Path
) -> None:
    content = media.tone(tmp_path / "a.mp3", seconds=1).read_bytes()
    upload = sent(services, person, content)
    services.store.temporary.rmdir()
    services.store.temporary.write_text("in the way")
    assert arrivals.finish(services, upload.id) is None
    row = now(services, upload)
    assert row.state == "failed" and row.message
    services.store.temporary.unlink()
    with services.database.begin() as session:
        upload_edits.try_again(session.get_one(Upload, upload.id))
    assert arrivals.finish(services, upload.id)


def test_the_worker_finds_what_no_message_told_it_of(services: Services, person: Person) -> None:
    upload = sent(services, person, b"x" * 100)
    reconciling.reconcile(services, quiet=True)
    assert services.queues.depth(HOT) == 1, upload.id


def test_files_of_no_upload_go_after_days_and_others_stay(services: Services, person: Person) -> None:
    upload = arrivals.begin(services, person, Wish(name="a.mp4", size_bytes=10))
    for name in (upload.id, "orphan", "young"):
        services.store.upload(name).write_bytes(b"x")
    for name in (upload.id, "orphan"):
        os.utime(services.store.upload(name), (1, 1))
    arrivals.sweep(services)
    assert {path.name for path in services.store.uploads.iterdir()} == {upload.id, "young"}


class Cut(Exception):
    """The network is gone."""


def test_a_hundred_cuts_and_corrupted_parts_end_bit_identical(services: Services, person: Person) -> None:
    chance = random.Random(5)
    content = chance.randbytes(3_000_000)
    upload = arrivals.begin(services, person, Wish(name="a.mp4", size_bytes=len(content)))
    cuts = refused = 0
    offset = 0
    while offset < len(content):
        part = content[offset : offset + chance.randint(1, 60_000)]
        harm = chance.random()
        brought = part
        if harm < 0.3:  # a byte is turned on the way
            at = chance.randrange(len(part))
            brought = part[:at] + bytes([part[at] ^ (1 << chance.randrange(8))]) + part[at + 1 :]
        elif harm < 0.6:  # the connection ends early
            brought = part[: chance.randrange(len(part))]

        def verify(brought: bytes = brought, part: bytes = part) -> None:
            if brought != part:
                raise Cut

        checked = harm < 0.3 or chance.random() < 0.5
        try:
            with writing(desk_of(services), upload.id, offset) as writer:
                receive(writer, _blocks(brought, chance), verify=verify if checked else None)
        except Cut:
            refused += 1
        cuts += brought != part
        offset = now(services, upload).received_bytes
        assert services.store.upload(upload.id).read_bytes()[:offset] == content[:offset]
    assert (cuts > 100, refused > 50) == (True, True), (cuts, refused)
    assert services.store.upload(upload.id).read_bytes() == content
    assert now(services, upload).state == "whole"


def _blocks(content: bytes, chance: random.Random) -> Iterator[bytes]:
    at = 0
    while at < len(content):
        size = chance.randint(1, 20_000)
        yield content[at : at + size]
        at += size


def test_one_long_request_is_acknowledged_as_it_goes(services: Services, person: Person) -> None:
    upload = arrivals.begin(services, person, Wish(name="a.mp4", size_bytes=3 * SYNC_BYTES))
    seen = []

    def blocks() -> Iterator[bytes]:
        for _ in range(24):
            yield b"x" * (SYNC_BYTES // 8)
            seen.append(now(services, upload).received_bytes)

    with writing(desk_of(services), upload.id, 0) as writer:
        receive(writer, blocks())
    assert SYNC_BYTES in seen and now(services, upload).received_bytes == 3 * SYNC_BYTES


def test_bytes_that_the_disk_lost_are_asked_for_again(services: Services, person: Person) -> None:
    upload = arrivals.begin(services, person, Wish(name="a.mp4", size_bytes=100))
    with writing(desk_of(services), upload.id, 0) as writer:
        receive(writer, [b"x" * 60])
    services.store.upload(upload.id).write_bytes(b"x" * 20)
    with pytest.raises(OutOfStep), writing(desk_of(services), upload.id, 60):
        pass
    assert now(services, upload).received_bytes == 20
