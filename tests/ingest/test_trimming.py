"""A lesson that is trimmed shows just the pictures and sounds between the cuts, and can be whole again."""

from collections.abc import Iterator
from pathlib import Path

import media
import pytest
from web.factories import opened_services

from medialib import showing
from medialib.catalogue import caption_edits, caption_lookups, changing, lookups, trimming
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.catalogue.edits import Details
from medialib.catalogue.lessons import Lesson, StepLeft
from medialib.catalogue.trims import WHOLE, Trim
from medialib.errors import NotReady
from medialib.ingest import pipeline, replanning
from medialib.ingest.intake import take_in
from medialib.services import Services

from .working import lesson_of, work_off

RATE, SECONDS = 25, 9
CUT = Trim(start_seconds=2.6, end_seconds=7.1)
# Every picture is as bright as its number says; a second of tone begins at 4.0 s.
RAMP = f"color=gray:size=128x96:rate={RATE}:duration={SECONDS},geq=lum='20+N/1.25':cb=128:cr=128"
TONE = f"aevalsrc='0.3*sin(2*PI*440*t)*between(t,4,5)':duration={SECONDS}:sample_rate=48000"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    rungs = [{"short_side": 96, "max_bits_per_second": 900_000, "crf": 12}]
    ladder = {"segment_seconds": 2, "preset": "ultrafast", "start_rung": 96, "rungs": rungs}
    with opened_services(tmp_path / "store", ladder=ladder, tools=media.AT_ONCE) as opened:
        yield opened


def trimmed(services: Services, lesson_id: str, trim: Trim) -> int:
    """Trims it; returns the change's number."""
    with services.database.begin() as session:
        made = trimming.trim(session, lesson_id, trim, by=None)
        assert made is not None
    work_off(services)
    return made.id


def made(services: Services, lesson: Lesson, name: str, folder: Path) -> Path:
    """All of a rendition as one file that plays."""
    store, place = services.store, (lesson.id, lesson.plan_version, name)
    numbers = sorted(store.segments(*place))
    target = folder / f"{lesson.plan_version}-{name}.mp4"
    return media.joined(target, store.init(*place), *(store.segment(*place, number) for number in numbers))


@pytest.mark.parametrize("late", [False, True])
def test_the_pictures_and_sounds_between_the_cuts_are_left(services: Services, tmp_path: Path, late: bool) -> None:
    offset = ("-output_ts_offset", "5") if late else ()
    sources = ("-f", "lavfi", "-i", RAMP, "-f", "lavfi", "-i", TONE)
    encoding = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-pix_fmt", "yuv420p", "-c:a", "aac")
    media.run_ffmpeg(*sources, *encoding, "-g", "250", *offset, f"file:{tmp_path / 'a.mp4'}")
    lesson = take_in(services.workshop, tmp_path / "a.mp4", Details(title="a"), name="a.mp4").lesson
    work_off(services)
    whole = media.brightness(made(services, lesson, "v96", tmp_path))
    trimmed(services, lesson.id, CUT)

    lesson = lesson_of(services, lesson.id)
    assert (lesson.plan_version, lesson.state) == (2, "complete")
    assert lesson.seconds == pytest.approx(4.5, abs=0.05)
    pictures = media.brightness(made(services, lesson, "v96", tmp_path))
    first = round(CUT.start_seconds * RATE)
    assert len(pictures) == round(lesson.seconds * RATE)
    assert all(abs(shown - wanted) <= 2 for shown, wanted in zip(pictures, whole[first:], strict=False))
    windows = media.loudness(made(services, lesson, "a64", tmp_path), 0.1)
    loud = [number for number, level in enumerate(windows) if level > 0.05]
    assert loud[0] == pytest.approx(14, abs=1)
    assert loud[-1] == pytest.approx(23, abs=1)
    found = showing.posters(services, lesson)
    assert found is not None
    assert all(0 <= (one.at_seconds or 0) <= lesson.seconds for one in found.candidates)


def test_texts_move_along_and_taking_it_back_plays_at_once(services: Services, tmp_path: Path) -> None:
    path = media.film(tmp_path / "a.mp4", seconds=SECONDS, size="128x96")
    lesson = take_in(services.workshop, path, Details(title="a"), name="a.mp4").lesson
    cues = (Cue(begin=1.0, end=3.6, text="x"), Cue(begin=4.0, end=5.0, text="y"))
    with services.database.begin() as session:
        caption_edits.put(session, lesson.id, CaptionTrack(language="zh", label="中文", cues=cues))
        lookups.lesson(session, lesson.id).chapters = [{"start_seconds": 0.0, "title": "c"}]
    work_off(services)
    change = trimmed(services, lesson.id, CUT)

    def texts() -> list[list[object]]:
        with services.database.read() as session:
            return caption_lookups.captions(session, lesson.id, "zh").cues

    assert texts() == [[0.0, 1.0, "x"], [1.4, 2.4, "y"]]
    assert lesson_of(services, lesson.id).chapters == [{"start_seconds": 0.0, "title": "c"}]

    with services.database.begin() as session:
        changing.undo(session, lesson.id, change, by=None)
    assert pipeline.advance(services.workshop, lambda: True)
    whole = lesson_of(services, lesson.id)
    assert (whole.plan_version, trimming.wanted(whole)) == (1, WHOLE)
    assert whole.seconds == pytest.approx(SECONDS, abs=0.05)
    assert texts() == [[1.0, 3.6, "x"], [4.0, 5.0, "y"]]
    work_off(services)
    assert lesson_of(services, lesson.id).state == "complete"
    assert replanning.replan(services.workshop, lesson.id) is None


def test_settings_that_change_leave_a_lesson_trimmed_and_another_trim_overtakes(
    services: Services, tmp_path: Path
) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=SECONDS)
    lesson = take_in(services.workshop, path, Details(title="a"), name="a.mp3").lesson
    with services.database.begin() as session:
        trimming.trim(session, lesson.id, CUT, by=None)
    assert pipeline.advance(services.workshop, lambda: True)
    assert lesson_of(services, lesson.id).next_version == 2
    trimmed(services, lesson.id, Trim(start_seconds=6.0))
    now = lesson_of(services, lesson.id)
    assert (now.plan_version, now.next_version) == (3, None)
    assert now.seconds == pytest.approx(3.0, abs=0.1)
    assert replanning.replan(services.workshop, lesson.id) is None
    with services.database.begin() as session:
        assert trimming.trim(session, lesson.id, Trim(start_seconds=6.0), by=None) is None


def test_nothing_is_trimmed_while_captions_are_being_read(services: Services, tmp_path: Path) -> None:
    lesson = take_in(
        services.workshop, media.tone(tmp_path / "a.mp3", seconds=3), Details(title="a"), name="a.mp3"
    ).lesson
    with services.database.begin() as session:
        session.add(StepLeft(lesson_id=lesson.id, step="captions", rank=3, queued_at=0.0))
    with services.database.begin() as session, pytest.raises(NotReady):
        trimming.trim(session, lesson.id, Trim(start_seconds=1.0), by=None)
