"""Sheets of thumbnails and peaks of sound, made from finished segments."""

import json
from pathlib import Path
from typing import Any

import media
import pytest
from PIL import Image, ImageStat

from medialib.catalogue import lookups, work_edits, work_lookups
from medialib.catalogue.edits import Details
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.plans import AudioRendition
from medialib.ingest import overview, pipeline
from medialib.ingest.intake import take_in
from medialib.ingest.steps import RANKS
from medialib.services import Services

QUICK: dict[str, Any] = {
    "jobs": {"backoff_seconds": 0.01},
    "ladder": {"segment_seconds": 2, "preset": "ultrafast", "start_rung": 240},
}


EVERY_FFMPEG = pytest.mark.parametrize("services", media.FFMPEGS, indirect=True)


def taken_in(services: Services, path: Path) -> Lesson:
    return take_in(services.workshop, path, Details(title="a"), name=path.name).lesson


def do(services: Services, lesson: Lesson, *steps: str) -> None:
    with services.database.begin() as session:
        for step in {"init", "poster", "audio"} - set(steps):
            work_edits.finish_step(session, lesson.id, step)  # or they would be more urgent
    for step in steps:
        with services.leases.hold("test") as lease:
            assert lease
            pipeline.attempt(services.workshop, pipeline.Work(step=step, lesson_id=lesson.id), lease, lambda: True)


def tile(sheet: Image.Image, number: int, size: tuple[int, int]) -> float:
    """The mean brightness of a tile."""
    row, column = divmod(number % 100, 10)
    box = (column * size[0], row * size[1], (column + 1) * size[0], (row + 1) * size[1])
    return ImageStat.Stat(sheet.convert("L").crop(box)).mean[0]


def brightening(path: Path, seconds: int) -> Path:
    """A film that becomes lighter all the time: every moment has its own grey."""
    grey = f"geq=lum='16+200*T/{seconds}':cb=128:cr=128"
    source = ("-f", "lavfi", "-i", f"color=size=160x90:rate=5:duration={seconds}")
    return media.recorded(path, *source, "-vf", grey, "-c:v", "libx264", "-preset", "ultrafast")


@EVERY_FFMPEG
def test_a_short_films_tiles_show_their_moments(services: Services, tmp_path: Path) -> None:
    lesson = taken_in(services, brightening(tmp_path / "a.mp4", 13))
    do(services, lesson, "start", "sheets")
    with Image.open(services.store.sheet(lesson.id, 1, 0)) as sheet:
        assert sheet.size == (1600, 180)
        found = [tile(sheet, number, (160, 90)) for number in range(13)]
    wanted = [(number / 13) * 200 / 219 * 255 for number in range(13)]
    assert found == pytest.approx(wanted, abs=14)
    track = services.store.thumbnails(lesson.id, 1).read_text()
    assert track.count("-->") == 13
    assert track.endswith("00:00:12.000 --> 00:00:13.000\n0.jpg#xywh=320,90,160,90\n")
    assert list(services.store.temporary.iterdir()) == []


@EVERY_FFMPEG
def test_a_long_films_tiles_are_the_beginnings_of_its_segments(services: Services, tmp_path: Path) -> None:
    lesson = taken_in(services, brightening(tmp_path / "a.mp4", 210))
    do(services, lesson, "start", "start", "sheets")
    found: list[float] = []
    for number, rows in ((0, 10), (1, 1)):
        with Image.open(services.store.sheet(lesson.id, 1, number)) as sheet:
            assert sheet.size == (1600, rows * 90)
            found += [tile(sheet, place, (160, 90)) for place in range(100 if number == 0 else 5)]
    assert found == pytest.approx([place * 2 / 210 * 200 / 219 * 255 for place in range(105)], abs=14)


def test_sheets_that_are_there_are_not_made_again(services: Services, tmp_path: Path) -> None:
    lesson = taken_in(services, media.film(tmp_path / "a.mp4", seconds=3, size="160x90"))
    do(services, lesson, "start", "sheets")
    place = services.store.sheet(lesson.id, 1, 0)
    made = place.stat().st_mtime_ns
    services.store.thumbnails(lesson.id, 1).unlink()
    do(services, lesson, "sheets")
    assert place.stat().st_mtime_ns == made
    assert services.store.thumbnails(lesson.id, 1).exists()


def test_sheets_wait_for_the_start_rung_and_give_up_with_it(services: Services, tmp_path: Path) -> None:
    lesson = taken_in(services, media.film(tmp_path / "a.mp4", seconds=3, size="160x90"))
    do(services, lesson, "sheets")
    with services.database.begin() as session:
        assert work_lookups.troubles(session, lesson.id) == []
        row = work_lookups.step_left(session, lesson.id, "start")
        assert row
        row.parked = True
    do(services, lesson, "sheets", "sheets", "sheets")
    with services.database.read() as session:
        (trouble,) = work_lookups.troubles(session, lesson.id)
    assert (trouble.step, trouble.parked, trouble.detail) == ("sheets", True, "v96 is not complete")


@EVERY_FFMPEG
def test_peaks_are_as_high_as_the_sound(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    sound = "aevalsrc='0.5*sin(2*PI*440*t)*lt(mod(t,2),1)':s=48000:d=8"
    media.recorded(path, "-f", "lavfi", "-i", sound)
    lesson = taken_in(services, path)
    do(services, lesson, "audio", "peaks")
    document = json.loads(services.store.peaks(lesson.id, 1).read_text())
    peaks = document["peaks"]
    assert document["seconds"] == pytest.approx(8, abs=0.05)
    assert len(peaks) == pytest.approx(8 * 48_000 / 2048, abs=2)
    at = [peaks[int(second * 48_000 / 2048)] for second in (0.5, 1.5, 2.5, 3.5, 6.5, 7.5)]
    assert min(at[0], at[2], at[4]) > 20  # after loudness
    assert max(at[1], at[3], at[5]) <= 2


@EVERY_FFMPEG
def test_silence_has_peaks_of_nothing(services: Services, tmp_path: Path) -> None:
    media.run_ffmpeg("-f", "lavfi", "-i", "anullsrc=r=48000", "-t", "3", str(tmp_path / "a.flac"))
    lesson = taken_in(services, tmp_path / "a.flac")
    do(services, lesson, "audio", "peaks")
    assert set(json.loads(services.store.peaks(lesson.id, 1).read_text())["peaks"]) == {0}


def test_a_lesson_without_its_peaks_is_complete(services: Services, tmp_path: Path) -> None:
    lesson = taken_in(services, media.tone(tmp_path / "a.mp3", seconds=2))
    do(services, lesson, "init", "poster", "audio")
    services.store.segment(lesson.id, 1, "a32m", 0).write_bytes(b"garbage")
    do(services, lesson, "peaks", "peaks", "peaks")
    with services.database.read() as session:
        assert lookups.lesson(session, lesson.id).state == "complete"
        assert [row.step for row in work_lookups.troubles(session, lesson.id)] == ["peaks"]


def test_work_that_an_earlier_version_left_is_put_into_order(services: Services, tmp_path: Path) -> None:
    lesson = taken_in(services, media.tone(tmp_path / "a.mp3", seconds=2))
    with services.database.begin() as session:
        for row in work_lookups.steps_left(session, lesson.id):
            row.rank = 0
        session.flush()
        work_edits.rank_steps(session, RANKS)
        session.expire_all()
        left = [(row.step, row.rank) for row in work_lookups.steps_left(session, lesson.id)]
    assert left == [(step, RANKS[step]) for step in ("init", "poster", "audio", "peaks")]


@pytest.mark.parametrize(("seconds", "most"), [(1, 24), (60, 1000), (8 * 3600, 1000)])
def test_there_are_a_thousand_peaks_at_most(seconds: int, most: int) -> None:
    sound = AudioRendition(name="a32m", channels=1, bits_per_second=32_000, frames=seconds * 48_000 // 1024)
    count = -(-sound.frames * 1024 // overview.samples_per_peak(sound))
    assert most * 0.9 < count <= most


def test_levels_in_decibels_become_shares_of_full_scale() -> None:
    key = "lavfi.astats.Overall.Peak_level="
    printed = "".join(f"frame:0\n{key}{level}\n" for level in ("0.000000", "-6.020600", "-inf", "nan", "-40", "1.5"))
    assert overview.read_peaks(printed) == [100, 50, 0, 0, 1, 100]
