"""Finished segments in other packages: what players and programs find in them, with every ffmpeg of this machine."""

import errno
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import media
import pytest
from mutagen.mp4 import MP4
from sqlalchemy import update
from web.factories import make_services

from medialib.catalogue import lookups, work_edits, work_lookups
from medialib.catalogue.edits import Details
from medialib.catalogue.lessons import Lesson, StepLeft
from medialib.catalogue.plans import TS_CLOCK_SECONDS, AudioRendition, Plan
from medialib.delivery import offer
from medialib.ingest import cache, packaging, pipeline
from medialib.ingest.intake import take_in
from medialib.ingest.workshop import Workshop
from medialib.services import Services

RECORDINGS: dict[str, Callable[[Path], Path]] = {
    "film.mp4": lambda path: media.film(path, seconds=7, size="426x240"),
    "silent.mp4": lambda path: media.film(path, seconds=5, size="160x90", sound_seconds=0),
    "speech.m4a": lambda path: media.tone(path, seconds=7),
}
LABEL: dict[str, Any] = {
    "title": "竹编 入门", "speaker": "李师傅", "series": "小桃讲党课", "number": 3, "recorded": "2023-05",
    "unit": "马迹塘镇", "description": "从选竹到收口", "themes": ("skills",),
}  # fmt: skip
CHAPTERS = [{"start_seconds": 0.0, "title": "选竹"}, {"start_seconds": 3.5, "title": "=收;口#"}]


class Made:
    """A complete lesson in a library of its own."""

    def __init__(self, folder: Path, name: str):
        self.folder = folder
        # Pictures that are decoded before they are shown: the times of the first ones would be negative in TS.
        self.services = make_services(
            folder / "store", ladder={"segment_seconds": 2, "start_rung": 240, "preset": "superfast"}
        )
        RECORDINGS[name](folder / name)
        self.lesson: Lesson = take_in(self.workshop, folder / name, Details(**LABEL), name=name).lesson
        with self.services.database.begin() as session:
            lookups.lesson(session, self.lesson.id).chapters = CHAPTERS
        while pipeline.advance(self.workshop, lambda: True):
            pass
        with self.services.database.read() as session:
            self.plan: Plan = lookups.current_plan(session, self.lesson)
            self.rows = work_lookups.renditions(session, self.lesson)

    @property
    def workshop(self) -> Workshop:
        return self.services.workshop

    def with_program(self, program: str) -> Workshop:
        """The same workshop with another ffmpeg, and nothing cached."""
        shutil.rmtree(self.services.store.cache, ignore_errors=True)
        return replace(self.workshop, tools=replace(self.workshop.tools, ffmpeg=program))

    def troubles(self) -> list[str]:
        with self.services.database.read() as session:
            return [f"{row.step}: {row.message}" for row in work_lookups.troubles(session, self.lesson.id)]

    @property
    def film(self) -> Path:
        return self.services.store.film(self.lesson.id, 1)

    @property
    def recordings(self) -> list[Path]:
        return sorted(self.services.store.cached(self.lesson.id, 1).glob("sound/*"))


@pytest.fixture(scope="module", params=RECORDINGS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("made"), request.param)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("film"), "film.mp4")


@pytest.fixture(autouse=True)
def _rested(request: pytest.FixtureRequest) -> Iterator[None]:
    """Failures that a test provoked are not the next one's."""
    yield
    for name in {"made", "film"} & set(request.fixturenames):
        services: Services = request.getfixturevalue(name).services
        with services.database.begin() as session:
            work_edits.retry(session, request.getfixturevalue(name).lesson.id)


def ts_of(made: Made, workshop: Workshop, name: str) -> Path:
    """All TS segments of a rendition, asked for from behind, one after the other in a file."""
    numbers = range(made.plan.segment_count)
    for number in reversed(numbers):
        packaging.make_ts(workshop, made.lesson.id, 1, name, number)
    parts = [made.services.store.ts_segment(made.lesson.id, 1, name, number) for number in numbers]
    return media.joined(made.folder / f"{name}.ts", *parts)


def times(path: Path, kind: str) -> tuple[list[Fraction], list[int]]:
    """The times of all packets in the order of their showing, as exact seconds, and of their decoding as ticks."""
    answer = media.ask(path, "-select_streams", kind, "-show_entries", "packet=pts,dts:stream=time_base")
    base = Fraction(answer["streams"][0]["time_base"])
    # A packet may be told of twice: in its program and alone.
    return sorted(int(one["pts"]) * base for one in answer["packets"]), [int(one["dts"]) for one in answer["packets"]]


@pytest.mark.parametrize("program", media.FFMPEGS, ids=lambda path: path.rpartition("/")[2])
def test_ts_segments_follow_each_other_without_a_gap_and_without_a_complaint(made: Made, program: str) -> None:
    workshop = made.with_program(program)
    sound = made.plan.audio[-1] if made.plan.audio else None
    for one in made.plan.played_first:
        if one not in (*made.plan.video, sound):
            continue
        whole = ts_of(made, workshop, one.name)
        pictures = () if isinstance(one, AudioRendition) else (("v", one),)
        sounds = (("a", one if isinstance(one, AudioRendition) else sound),)
        for kind, rendition in (*pictures, *(found for found in sounds if found[1])):
            assert rendition
            shown, decoded = times(whole, kind)
            # The clock of TS has 90,000 ticks in a second.
            wanted = [TS_CLOCK_SECONDS + number * rendition.frame_seconds for number in range(rendition.frames)]
            assert [round(at * 90_000) for at in shown] == [round(at * 90_000) for at in wanted]
            assert decoded == sorted(set(decoded))
            assert decoded[0] > 0
        for player in media.FFMPEGS:
            assert media.complaints(whole, player) == ""
        assert table_counts(whole) == {pid: [n % 16 for n in range(made.plan.segment_count)] for pid in (0, 17, 4096)}
    assert made.troubles() == []


def table_counts(path: Path) -> dict[int, list[int]]:
    """The continuity counters of the packets of PAT, SDT and PMT."""
    counts: dict[int, list[int]] = {0: [], 17: [], 4096: []}
    content = path.read_bytes()
    for at in range(0, len(content), 188):
        pid = int.from_bytes(content[at + 1 : at + 3], "big") & 0x1FFF
        if pid in counts:
            counts[pid].append(content[at + 3] & 0x0F)
    return counts


def test_every_ts_segment_can_be_played_alone(film: Made) -> None:
    packaging.make_ts(film.workshop, film.lesson.id, 1, "v240", 2)
    alone = film.services.store.ts_segment(film.lesson.id, 1, "v240", 2)
    assert media.complaints(alone) == ""
    answer = media.ask(alone, "-show_entries", "packet=pts_time,flags,codec_type")["packets"]
    pictures = [one for one in answer if one["codec_type"] == "video"]
    assert pictures[0]["flags"].startswith("K")
    assert float(pictures[0]["pts_time"]) == TS_CLOCK_SECONDS + 4
    assert {one["codec_type"] for one in answer} == {"video", "audio"}


def test_ts_is_told_as_heavy_as_it_is(made: Made) -> None:
    workshop = made.with_program(media.tools().ffmpeg)
    for variant in offer.ts_variants(made.plan, made.rows):
        name = variant.uri.split("/")[1]
        ts_of(made, workshop, name)
        folder = made.services.store.ts_segment(made.lesson.id, 1, name, 0).parent
        sizes = [(folder / f"{number}.ts").stat().st_size for number in range(made.plan.segment_count)]
        rendition = made.plan.rendition(name)
        assert rendition
        seconds = [float(made.plan.duration(rendition, number)) for number in range(made.plan.segment_count)]
        average = sum(sizes) * 8 / sum(seconds)
        peak = max(size * 8 / length for size, length in zip(sizes, seconds, strict=True))
        assert variant.average_bits_per_second == pytest.approx(average, rel=0.05)
        assert 0.97 * peak < variant.peak_bits_per_second < 1.3 * peak


def test_the_next_segments_are_made_along_and_what_is_missing_is_waited_for(film: Made) -> None:
    store, workshop = film.services.store, film.with_program(media.tools().ffmpeg)
    away = store.segment(film.lesson.id, 1, "a64", 2)
    content = away.read_bytes()
    away.unlink()
    try:
        packaging.make_ts(workshop, film.lesson.id, 1, "v240", 0)
        there = [store.ts_segment(film.lesson.id, 1, "v240", number).exists() for number in range(4)]
        packaging.make_ts(workshop, film.lesson.id, 1, "v240", 2)
    finally:
        away.write_bytes(content)
    assert there == [True, True, False, False]
    assert film.troubles() == []


@pytest.mark.parametrize("program", media.FFMPEGS, ids=lambda path: path.rpartition("/")[2])
def test_the_film_holds_all_pictures_and_all_sound_and_begins_with_its_index(made: Made, program: str) -> None:
    packaging.make_film(made.with_program(program), made.lesson.id, 1)
    if not made.plan.video:
        assert not made.film.exists()
        return
    (rung,) = (one for one in made.plan.video if one.name == made.plan.start_rung)
    shown, _ = times(made.film, "v")
    assert shown == [number * rung.frame_seconds for number in range(rung.frames)]
    if made.plan.audio:
        heard, _ = times(made.film, "a")
        assert heard == [number * made.plan.audio[-1].frame_seconds for number in range(made.plan.audio[-1].frames)]
    answer = media.ask(made.film, "-show_format", "-show_streams")
    assert float(answer["format"]["duration"]) == pytest.approx(made.plan.seconds, abs=0.03)
    assert len(answer["streams"]) == 1 + bool(made.plan.audio)
    content = made.film.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert media.complaints(made.film) == ""
    assert made.troubles() == []


@pytest.mark.parametrize("program", media.FFMPEGS, ids=lambda path: path.rpartition("/")[2])
def test_the_recording_says_what_it_is(made: Made, program: str) -> None:
    packaging.make_recording(made.with_program(program), made.lesson.id)
    if not made.plan.audio:
        assert made.recordings == []
        return
    (path,) = made.recordings
    sound = made.plan.audio[-1]
    heard, _ = times(path, "a")
    assert heard == [number * sound.frame_seconds for number in range(sound.frames)]
    tags = MP4(path)
    told = {key: tags[key][0] for key in ("\xa9nam", "\xa9ART", "\xa9alb", "\xa9day", "aART", "desc", "trkn")}
    assert told == {
        "\xa9nam": "竹编 入门", "\xa9ART": "李师傅", "\xa9alb": "小桃讲党课", "\xa9day": "2023-05", "aART": "马迹塘镇",
        "desc": "从选竹到收口", "trkn": (3, 0),
    }  # fmt: skip
    (cover,) = tags["covr"]
    pictures = made.services.store.posters(made.lesson.id, 1) / "0"
    assert bytes(cover) in [one.read_bytes() for one in pictures.glob("*.jpg")]
    chapters = media.ask(path, "-show_chapters")["chapters"]
    assert [one["tags"]["title"] for one in chapters] == ["选竹", "=收;口#"]
    assert [float(one["start_time"]) for one in chapters] == [0, 3.5]
    assert float(chapters[-1]["end_time"]) == pytest.approx(float(sound.seconds), abs=0.01)
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    # ffmpeg says that of any cover, of those too that it puts there itself.
    remarks = [line for line in media.complaints(path).splitlines() if "timescale not set" not in line]
    assert remarks == []


def test_a_changed_title_makes_another_recording_and_the_old_one_goes(film: Made) -> None:
    packaging.make_recording(film.with_program(media.tools().ffmpeg), film.lesson.id)
    (old,) = film.recordings
    before = old.stat().st_mtime_ns
    packaging.make_recording(film.workshop, film.lesson.id)
    assert [path.stat().st_mtime_ns for path in film.recordings] == [before]
    with film.services.database.begin() as session:
        lookups.lesson(session, film.lesson.id).title = "竹编进阶"
    packaging.make_recording(film.workshop, film.lesson.id)
    (new,) = film.recordings
    assert new != old
    assert MP4(new)["\xa9nam"] == ["竹编进阶"]


def test_two_that_ask_for_the_same_make_it_once(film: Made) -> None:
    workshop = film.with_program(media.tools().ffmpeg)
    asked = [
        threading.Thread(target=work, args=(workshop, film.lesson.id, *more))
        for work, more in ((packaging.make_film, (1,)), (packaging.make_ts, (1, "v240", 0))) * 2
    ]
    for thread in asked:
        thread.start()
    for thread in asked:
        thread.join()
    assert film.film.exists()
    assert film.services.store.ts_segment(film.lesson.id, 1, "v240", 0).exists()
    assert list(film.services.store.temporary.iterdir()) == []
    assert film.troubles() == []


def test_a_remux_that_fails_is_told_and_leaves_nothing(film: Made) -> None:
    workshop = film.with_program("/bin/false")
    packaging.make_ts(workshop, film.lesson.id, 1, "v240", 1)
    packaging.make_film(workshop, film.lesson.id, 1)
    packaging.make_recording(workshop, film.lesson.id)
    told = "This part of the recording could not be converted."
    assert film.troubles() == [f"{step}: {told}" for step in ("file:film", "file:sound", "ts:v240:1")]
    assert list(film.services.store.temporary.iterdir()) == []
    packaging.make_ts(film.workshop, film.lesson.id, 1, "v240", 1)
    assert len(film.troubles()) == 3  # it rests: many may have asked for it
    with film.services.database.begin() as session:
        session.execute(update(StepLeft).values(retry_at=0.0))
    packaging.make_ts(film.workshop, film.lesson.id, 1, "v240", 1)
    assert film.troubles() == [f"{step}: {told}" for step in ("file:film", "file:sound")]


def test_a_full_disk_is_told_as_that(film: Made) -> None:
    full = film.services.settings.limits.model_copy(update={"free_gigabytes": 1e9})
    workshop = film.with_program(media.tools().ffmpeg)
    crowded = replace(workshop, settings=workshop.settings.model_copy(update={"limits": full}))
    packaging.make_film(crowded, film.lesson.id, 1)
    assert film.troubles() == ["file:film: The server has no room for this file. Please tell the county office."]

    def fail(_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert cache.make_once(workshop, film.lesson.id, "file:sound", fail) is False
    assert film.troubles()[1] == "file:sound: The server has no room for this file. Please tell the county office."


def test_the_cache_keeps_within_its_budget_and_gives_way_to_uploads(film: Made) -> None:
    store, workshop = film.services.store, film.with_program(media.tools().ffmpeg)
    packaging.make_ts(workshop, film.lesson.id, 1, "v240", 0)
    packaging.make_film(workshop, film.lesson.id, 1)
    cache.trim(workshop)
    assert film.film.exists()
    small = workshop.settings.store.model_copy(update={"cache_gigabytes": film.film.stat().st_size / 1e9})
    cache.trim(replace(workshop, settings=workshop.settings.model_copy(update={"store": small})))
    assert film.film.exists()
    assert not store.ts_segment(film.lesson.id, 1, "v240", 0).exists()
    wanting = workshop.settings.limits.model_copy(update={"free_gigabytes": 1e9})
    cache.trim(replace(workshop, settings=workshop.settings.model_copy(update={"limits": wanting})))
    assert not film.film.exists()


def test_keyframes_are_pictures_of_their_own(film: Made) -> None:
    store = film.services.store
    for rung in film.plan.video:
        places = json.loads(store.keyframes(film.lesson.id, 1, rung.name).read_text())
        assert len(places) == film.plan.segment_count
        (row,) = (one for one in film.rows if one.name == rung.name)
        rates = [length * 8 / float(film.plan.duration(rung, number)) for number, (_, length) in enumerate(places)]
        assert row.keyframes_peak_bits_per_second == pytest.approx(max(rates), abs=1)
        for number, (offset, length) in enumerate(places):
            part = film.folder / "picture.mp4"
            segment = store.segment(film.lesson.id, 1, rung.name, number).read_bytes()
            part.write_bytes(store.init(film.lesson.id, 1, rung.name).read_bytes() + segment[offset : offset + length])
            alone = film.folder / "alone.png"
            alone.unlink(missing_ok=True)
            media.run_ffmpeg("-i", f"file:{part}", "-frames:v", "1", f"file:{alone}")
            size = media.ask(alone, "-show_entries", "stream=width,height")["streams"][0]
            assert (size["width"], size["height"]) == (rung.width, rung.height)
