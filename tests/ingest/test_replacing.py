"""Another recording for a lesson that is there: its address, its captions, and who is playing it, stay."""

import time
from pathlib import Path

import media
import pytest
from sqlalchemy import event, select
from web.signing import acts

from medialib import arrivals, reconciling
from medialib.catalogue import caption_edits, caption_lookups, former_sources, renewing, work_lookups
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.catalogue.edits import Details
from medialib.catalogue.former_sources import FormerSource
from medialib.catalogue.plans import Plan
from medialib.catalogue.plays import PlayCount
from medialib.errors import BadRequest, UnusableMedia
from medialib.ingest import hot, pipeline, replacing
from medialib.ingest.intake import take_in
from medialib.ingest.recording import load
from medialib.services import Services

from .working import lesson_of, work_off

QUICK = {"ladder": {"segment_seconds": 2, "preset": "ultrafast", "start_rung": 240}, "tools": media.AT_ONCE}


@pytest.fixture
def lesson_id(services: Services, tmp_path: Path) -> str:
    """A reading of 6 s with captions, of which only the first segments are made."""
    path = media.tone(tmp_path / "old.mp3", seconds=6, hertz=300)
    made = take_in(services.workshop, path, Details(title="采茶"), name="old.mp3").lesson.id
    with services.database.begin() as session:
        cues = (Cue(begin=0.0, end=1.0, text="竹"),)
        caption_edits.put(session, made, CaptionTrack(language="zh", label="中文", cues=cues))
    pipeline.prepare(services.workshop, made)
    return made


def in_store(services: Services, path: Path) -> Path:
    place = services.store.upload(path.name)
    place.write_bytes(path.read_bytes())
    return place


def former(services: Services, lesson_id: str) -> list[FormerSource]:
    with services.database.read() as session:
        return list(former_sources.former(session, lesson_id))


def put_another(services: Services, lesson_id: str, path: Path) -> None:
    receipt = replacing.replace_recording(
        services.workshop, in_store(services, path), lesson_id, name=path.name, by=None
    )
    assert not receipt.duplicate


def test_another_recording_keeps_the_address_and_whoever_plays_goes_on(
    services: Services, lesson_id: str, tmp_path: Path
) -> None:
    new = media.tone(tmp_path / "new.ogg", seconds=3, hertz=600)
    old_source = load(services.workshop, lesson_id).source
    with services.database.begin() as session:
        session.add(PlayCount(day="2026-11-01", lesson_id=lesson_id, device="phone", way="watched", plays=3))
    put_another(services, lesson_id, new)
    with services.database.read() as session:
        assert session.scalars(select(PlayCount.plays).where(PlayCount.lesson_id == lesson_id)).all() == [3]
    lesson = lesson_of(services, lesson_id)
    assert (lesson.id, lesson.title, lesson.plan_version, round(lesson.seconds)) == (lesson_id, "采茶", 2, 3)
    now, before = load(services.workshop, lesson_id), load(services.workshop, lesson_id, 1)
    assert (now.source.name, before.source) == ("source-2.ogg", old_source)
    assert now.source.read_bytes() == new.read_bytes()
    with services.database.read() as session:
        assert len(caption_lookups.captions_of(session, lesson_id)) == 1
        assert {row.step for row in work_lookups.steps_left(session, lesson_id)} == {"init", "poster", "audio", "peaks"}
    name = before.plan.audio[-1].name
    hot.hurry(services.workshop, lesson_id, 1, name, 2)
    assert services.store.segment(lesson_id, 1, name, 2).exists(), "a player of the old one gets what it lacks"
    work_off(services)
    assert lesson_of(services, lesson_id).state == "complete"
    assert now.missing(services.workshop, name) == []


def test_it_can_be_taken_back_and_forth_until_its_time_is_over(
    services: Services, lesson_id: str, tmp_path: Path
) -> None:
    old_source = load(services.workshop, lesson_id).source
    put_another(services, lesson_id, media.tone(tmp_path / "new.mp3", seconds=3, hertz=600))
    replacing.bring_back(services.workshop, lesson_id, by=None)
    lesson = lesson_of(services, lesson_id)
    assert (lesson.plan_version, round(lesson.seconds)) == (1, 6)
    assert load(services.workshop, lesson_id).source == old_source
    replacing.bring_back(services.workshop, lesson_id, by=None)
    assert lesson_of(services, lesson_id).plan_version == 2
    put_another(services, lesson_id, media.tone(tmp_path / "third.mp3", seconds=2, hertz=900))
    assert lesson_of(services, lesson_id).plan_version == 3
    assert [one.version for one in former(services, lesson_id)] == [2, 1]
    assert {path.name for path in old_source.parent.glob("source*")} == {"source.mp3", "source-2.mp3", "source-3.mp3"}
    with services.database.begin() as session:
        session.get_one(FormerSource, (lesson_id, 1)).let_go_at = time.time() - 1
    reconciling.reconcile(services, quiet=True)
    assert {path.name for path in old_source.parent.glob("source*")} == {"source-2.mp3", "source-3.mp3"}
    assert not services.store.version(lesson_id, 1).exists()
    assert [one.version for one in former(services, lesson_id)] == [2]
    assert acts(services)[0] == "lesson.recording.gone", "nothing is deleted without a word"
    replacing.bring_back(services.workshop, lesson_id, by=None)
    assert load(services.workshop, lesson_id).source.name == "source-2.mp3"


def test_what_is_brought_back_while_it_is_let_go_keeps_its_files(
    services: Services, lesson_id: str, tmp_path: Path
) -> None:
    put_another(services, lesson_id, media.tone(tmp_path / "new.mp3", seconds=3, hertz=600))
    with services.database.begin() as session:
        session.get_one(FormerSource, (lesson_id, 1)).let_go_at = time.time() - 1
    with pytest.raises(BadRequest):
        replacing.bring_back(services.workshop, lesson_id, by=None)
    brought: list[str] = []

    def bring_back(_session: object, _transaction: object) -> None:
        """Its days were just made more, after it was found to be due."""
        if not brought:
            brought.append(lesson_id)
            with services.database.begin() as session:
                session.get_one(FormerSource, (lesson_id, 1)).let_go_at = time.time() + 60
            replacing.bring_back(services.workshop, lesson_id, by=None)

    event.listen(services.database.sessions.class_, "after_transaction_end", bring_back)
    assert replacing.let_go(services.workshop) == []
    event.remove(services.database.sessions.class_, "after_transaction_end", bring_back)
    assert brought == [lesson_id]
    assert load(services.workshop, lesson_id).source.read_bytes() == (tmp_path / "old.mp3").read_bytes()


def test_the_number_of_a_recording_that_was_let_go_is_not_used_again(
    services: Services, lesson_id: str, tmp_path: Path
) -> None:
    """Caches and phones keep what they got from an address with a version for ever."""
    put_another(services, lesson_id, media.tone(tmp_path / "new.mp3", seconds=3, hertz=600))
    replacing.bring_back(services.workshop, lesson_id, by=None)
    with services.database.begin() as session:
        session.get_one(FormerSource, (lesson_id, 2)).let_go_at = time.time() - 1
    assert replacing.let_go(services.workshop) == [lesson_id]
    put_another(services, lesson_id, media.tone(tmp_path / "third.mp3", seconds=2, hertz=900))
    assert lesson_of(services, lesson_id).plan_version == 3


def test_a_lesson_planned_anew_while_its_recording_is_exchanged_gets_both_their_own_numbers(
    services: Services, lesson_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = load(services.workshop, lesson_id).plan
    publish = services.store.publish
    renewed: list[Plan] = []

    def publish_slowly(finished: Path, place: Path) -> bool:
        """Until the file is in its place, another process plans the lesson anew."""
        if not renewed:
            with services.database.begin() as session:
                renewed.append(renewing.renew(session, lesson_id, plan, {"audio": 3}, source_version=1))
        return publish(finished, place)

    monkeypatch.setattr(services.store, "publish", publish_slowly)
    new = media.tone(tmp_path / "new.mp3", seconds=3, hertz=600)
    put_another(services, lesson_id, new)
    assert [one.version for one in renewed] == [2]
    assert lesson_of(services, lesson_id).plan_version == 3
    assert load(services.workshop, lesson_id).source.read_bytes() == new.read_bytes()
    names = {path.name for path in services.store.lesson(lesson_id).glob("source*")}
    assert names == {"source.mp3", "source-3.mp3"}


def test_without_an_earlier_recording_there_is_no_way_back(services: Services, lesson_id: str) -> None:
    with pytest.raises(BadRequest):
        replacing.bring_back(services.workshop, lesson_id, by=None)


def test_what_is_no_recording_replaces_nothing(services: Services, lesson_id: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"%PDF-1.4 " * 100)
    with pytest.raises(UnusableMedia):
        put_another(services, lesson_id, bad)
    assert lesson_of(services, lesson_id).plan_version == 1
    assert former(services, lesson_id) == []
    assert [path.name for path in services.store.lesson(lesson_id).glob("source*")] == ["source.mp3"]


def test_the_same_recording_once_more_is_a_duplicate(services: Services, lesson_id: str, tmp_path: Path) -> None:
    again = in_store(services, tmp_path / "old.mp3")
    receipt = replacing.replace_recording(services.workshop, again, lesson_id, name="old.mp3", by=None)
    assert receipt.duplicate and receipt.lesson.id == lesson_id
    arrivals.sweep(services)


def test_work_on_the_old_recording_finishes_no_step_of_the_new_one(
    services: Services, lesson_id: str, tmp_path: Path
) -> None:
    """As when a worker is in the middle of a step while the recording is exchanged."""
    new = media.tone(tmp_path / "new.mp3", seconds=3, hertz=600)
    exchanged = False

    def going() -> bool:
        nonlocal exchanged
        if not exchanged:
            exchanged = True
            put_another(services, lesson_id, new)
        return True

    work = pipeline.Work(step="audio", lesson_id=lesson_id)
    with services.leases.hold(work.lease_name) as lease:
        assert lease
        pipeline.attempt(services.workshop, work, lease, going)
    assert exchanged
    with services.database.read() as session:
        assert "audio" in {row.step for row in work_lookups.steps_left(session, lesson_id)}
