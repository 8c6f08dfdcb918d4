"""The pictures of real recordings: found, taken from covers, or drawn."""

import io
import json
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import media
import pytest
from PIL import Image, ImageStat
from web.factories import make_services

from medialib import showing, tasks
from medialib.catalogue import editing, lookups, work_edits, work_lookups
from medialib.catalogue.edits import Details
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.posters import Posters
from medialib.ingest import artwork, picture_commands, pipeline, redrawing
from medialib.ingest.beside import Beside
from medialib.ingest.intake import take_in
from medialib.jobs.queue import DOWNLOADS
from medialib.services import Services

VIEW = "testsrc2=size=320x180:rate=25"
QUICK = {"jobs": {"backoff_seconds": 0.01}, "ladder": {"preset": "ultrafast"}}


def shot(path: Path, source: str, *more: str) -> Path:
    """A small film of a source of pictures."""
    return media.recorded(path, "-f", "lavfi", "-i", source, *more, "-c:v", "libx264", "-preset", "ultrafast")


def pictured(services: Services, path: Path, picture: Path | None = None) -> tuple[Lesson, Posters]:
    """The lesson of a file, and its pictures."""
    lesson = take_in(
        services.workshop, path, Details(title="笋竹管护"), name=path.name, beside=Beside(picture=picture)
    ).lesson
    do(services, lesson, "poster")
    found = showing.posters(services, lesson)
    assert found is not None
    assert list(services.store.temporary.iterdir()) == []
    return lesson, found


def do(services: Services, lesson: Lesson, step: str) -> None:
    with services.database.begin() as session:
        work_edits.finish_step(session, lesson.id, "init")  # or that would be more urgent
    with services.leases.hold("test") as lease:
        assert lease
        pipeline.attempt(services.workshop, pipeline.Work(step=step, lesson_id=lesson.id), lease, lambda: True)


def troubles(services: Services, lesson: Lesson) -> list[str]:
    with services.database.read() as session:
        return [row.detail for row in work_lookups.troubles(session, lesson.id)]


def shown(services: Services, lesson: Lesson, posters: Posters, number: int = 0) -> Image.Image:
    one = posters.candidates[number]
    with Image.open(services.store.poster(lesson.id, 1, number, one.widths[-1], "jpg")) as picture:
        return picture.convert("RGB")


def brightness(picture: Image.Image) -> float:
    return ImageStat.Stat(picture.convert("L")).mean[0]


def cover(form: str = "JPEG", size: tuple[int, int] = (400, 400)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "#DDB566").save(file, form)
    return file.getvalue()


def with_cover(path: Path, content: bytes, name: str = "cover.jpg") -> Path:
    """A tone that bears this picture."""
    picture = path.with_name(name)
    picture.write_bytes(content)
    plain = media.tone(path.with_name("plain.mka"), seconds=2)
    how: tuple[str, ...] = ("-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v:0", "attached_pic")
    if path.suffix == ".mka":
        kind = "image/png" if name.endswith("png") else "image/jpeg"
        how = ("-map", "0", "-attach", str(picture), "-metadata:s:t", f"mimetype={kind}")
        media.run_ffmpeg("-i", str(plain), *how, str(path))
    else:
        media.run_ffmpeg("-i", str(plain), "-i", str(picture), *how, str(path))
    return path


def test_a_film_that_begins_in_the_dark_is_shown_in_the_light(services: Services, tmp_path: Path) -> None:
    path = shot(tmp_path / "a.mp4", f"{VIEW}:duration=8", "-vf", "fade=in:st=1:d=4:color=black", "-g", "25")
    lesson, posters = pictured(services, path)
    assert [one.origin for one in posters.candidates] == ["frame"] * len(posters.candidates)
    assert posters.candidates[0].at_seconds is not None
    assert posters.candidates[0].at_seconds > 4
    assert brightness(shown(services, lesson, posters)) > 80
    assert posters.candidates[0].widths == (320,)


def test_a_film_that_looks_alike_all_over_is_not_decoded_whole(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sweep(*_: object) -> list[str]:
        raise AssertionError("it was swept")

    monkeypatch.setattr(picture_commands, "sweep_command", sweep)
    monkeypatch.setattr(artwork, "_VISITS", 4)
    path = shot(tmp_path / "a.mp4", "smptebars=size=320x180:rate=10:duration=65", "-g", "10")
    _, posters = pictured(services, path)
    assert [one.origin for one in posters.candidates] == ["frame"]


def test_no_picture_is_taken_beside_broken_data(services: Services, tmp_path: Path) -> None:
    parts = (f"{kind}=size=320x180:rate=10:duration=22[{kind}]" for kind in ("smptebars", "testsrc2", "pal75bars"))
    film = ";".join(parts) + ";[smptebars][testsrc2][pal75bars]concat=n=3"
    content = bytearray(shot(tmp_path / "a.ts", film, "-g", "10").read_bytes())
    chance = random.Random(1)
    for _ in range(300):  # the lively part in the middle has nearly all bytes
        content[chance.randrange(len(content) // 5, len(content) * 4 // 5)] = 0
    (tmp_path / "b.ts").write_bytes(content)
    _, posters = pictured(services, tmp_path / "b.ts")
    assert posters.candidates
    assert [one.at_seconds for one in posters.candidates if one.at_seconds is None or 26 < one.at_seconds < 40] == []


def test_of_a_short_film_too_no_picture_is_taken_beside_broken_data(services: Services, tmp_path: Path) -> None:
    content = bytearray(shot(tmp_path / "a.ts", "testsrc2=size=320x180:rate=10:duration=24", "-g", "20").read_bytes())
    broken = slice(len(content) * 2 // 5, len(content) * 3 // 5)
    content[broken] = random.Random(1).randbytes(broken.stop - broken.start)
    (tmp_path / "b.ts").write_bytes(content)
    _, posters = pictured(services, tmp_path / "b.ts")
    assert posters.candidates
    assert [one.at_seconds for one in posters.candidates if one.at_seconds is None or 9 < one.at_seconds < 14] == []


def test_several_different_pictures_are_kept_in_several_sizes(services: Services, tmp_path: Path) -> None:
    path = shot(tmp_path / "a.mp4", "mandelbrot=size=1280x720:rate=1:maxiter=100", "-t", "10")
    lesson, posters = pictured(services, path)
    assert 2 <= len(posters.candidates) <= 4
    assert {one.widths for one in posters.candidates} == {(320, 640, 1280)}
    for number, one in enumerate(posters.candidates):
        for width in one.widths:
            for ending in ("jpg", "webp"):
                assert services.store.poster(lesson.id, 1, number, width, ending).stat().st_size > 1000


def test_a_film_with_one_keyframe_is_looked_at_beyond_it(services: Services, tmp_path: Path) -> None:
    path = shot(tmp_path / "a.mp4", f"{VIEW}:duration=10", "-vf", "fade=in:st=2:d=2", "-g", "1000")
    lesson, posters = pictured(services, path)
    assert brightness(shown(services, lesson, posters)) > 80


def test_a_flash_film_that_cannot_be_sought_in_has_a_picture(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "a.flv"
    shot(path, f"{VIEW}:duration=2", "-g", "1000", "-output_ts_offset", "0.067")
    _, posters = pictured(services, path)
    assert {one.origin for one in posters.candidates} == {"frame"}


def test_a_film_of_darkness_is_drawn(services: Services, tmp_path: Path) -> None:
    lesson, posters = pictured(services, shot(tmp_path / "a.mp4", "color=black:size=320x180:duration=6"))
    assert [one.origin for one in posters.candidates] == ["drawn"]
    assert shown(services, lesson, posters).size == (1280, 720)
    assert troubles(services, lesson) == []


@pytest.mark.parametrize(
    ("source", "more", "origin", "size"),
    [
        (f"{VIEW}:duration=1", ("-frames:v", "1"), "frame", (320, 180)),
        ("testsrc2=size=90x160:duration=2", (), "frame", (90, 160)),
        ("testsrc2=size=1080x1920:rate=5:duration=1", (), "frame", (720, 1280)),
        ("testsrc2=size=320x2:duration=2", (), "drawn", (1280, 720)),
        ("testsrc2=size=101x75:duration=2", ("-pix_fmt", "yuv444p"), "frame", (100, 74)),
    ],
    ids=["one picture", "portrait", "large portrait", "two lines", "odd"],
)  # fmt: skip
def test_films_of_odd_shapes_have_a_picture(
    services: Services, tmp_path: Path, source: str, more: tuple[str, ...], origin: str, size: tuple[int, int]
) -> None:
    lesson, posters = pictured(services, shot(tmp_path / "a.mp4", source, *more))
    assert posters.candidates[0].origin == origin
    assert shown(services, lesson, posters).size == size


@pytest.mark.parametrize("program", media.FFMPEGS)
@pytest.mark.parametrize("kind", ["turned", "late", "interlaced"])
def test_pictures_are_taken_by_every_ffmpeg(tmp_path: Path, program: str, kind: str) -> None:
    services = make_services(tmp_path / "store", tools={"ffmpeg": program})
    path = tmp_path / "a.mp4"
    if kind == "turned":
        media.rotated(path, seconds=5)
    elif kind == "late":
        media.starting_late(path, seconds=5)
    else:
        shot(path, f"{VIEW}:duration=5", "-flags", "+ilme+ildct", "-top", "1", "-g", "25")
    lesson, posters = pictured(services, path)
    assert {one.origin for one in posters.candidates} == {"frame"}
    assert all(0 <= (one.at_seconds or 0) < 5 for one in posters.candidates)
    assert shown(services, lesson, posters).size == ((180, 320) if kind == "turned" else (320, 180))
    services.database.close()


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.flac", "a.mka"])
@pytest.mark.parametrize("picture", ["cover.jpg", "cover.png"])
def test_the_cover_of_a_reading_is_its_picture(services: Services, tmp_path: Path, name: str, picture: str) -> None:
    content = cover("PNG" if picture.endswith("png") else "JPEG")
    lesson, posters = pictured(services, with_cover(tmp_path / name, content, picture))
    assert [one.origin for one in posters.candidates] == ["cover"]
    red, _, blue = ImageStat.Stat(shown(services, lesson, posters)).mean
    assert (red, blue) == pytest.approx((0xDD, 0x66), abs=6)
    assert shown(services, lesson, posters).size == (400, 400)


def test_a_reading_without_a_picture_is_drawn(services: Services, tmp_path: Path) -> None:
    lesson, posters = pictured(services, media.tone(tmp_path / "a.mp3", seconds=2))
    assert [one.origin for one in posters.candidates] == ["drawn"]
    assert shown(services, lesson, posters).size == (1280, 1280)


def test_a_drawing_follows_its_lessons_title(services: Services, tmp_path: Path) -> None:
    lesson, first = pictured(services, media.tone(tmp_path / "a.mp3", seconds=2))

    def renamed(title: str) -> Posters:
        with services.database.begin() as session:
            editing.change(session, lesson.id, {"title": title}, by=None)
        tasks.index_stale(services)
        redrawing.redraw(services.workshop, lesson.id)
        with services.database.read() as session:
            found = showing.all_posters(services, lookups.lesson(session, lesson.id))
        assert found
        return found

    now = renamed("竹编入门")
    assert services.queues.depth(DOWNLOADS) == 1
    ((number, one),) = now.numbered.items()
    assert (number < 0, one.origin, one.words) == (True, "drawn", ("竹编入门", ""))
    again = renamed("竹编进阶")
    assert list(again.numbered) != [number], "an address shows the same for ever"
    with services.database.read() as session:
        assert not redrawing.is_outdated(services.store, lookups.lesson(session, lesson.id))
        assert lookups.lesson(session, lesson.id).poster_choice in again.numbered
    assert first.candidates[0].words == (lesson.title, "")

    found = replace(first.candidates[0], origin="frame", words=())  # as after another recording took its place
    list_of = services.store.poster_list(lesson.id, 1)
    list_of.unlink()
    list_of.write_text(json.dumps(Posters(candidates=(found,)).to_json()))
    assert list(renamed("竹编提高").numbered) == [0]


@pytest.mark.parametrize("kind", ["broken", "bomb", "mark", "gigabytes"])
def test_a_cover_that_cannot_be_used_is_drawn_instead(services: Services, tmp_path: Path, kind: str) -> None:
    path = with_cover(tmp_path / "a.mp3", cover(size=(40, 40) if kind == "mark" else (400, 400)))
    lesson = take_in(services.workshop, path, Details(title="a"), name="a.mp3").lesson
    source = services.store.source(lesson.id, ".mp3")
    content = source.read_bytes()
    if kind == "broken":
        at = content.index(b"\xff\xd8\xff") + 200
        source.write_bytes(content[:at] + bytes(len(cover()) - 300) + content[at + len(cover()) - 300 :])
    elif kind == "bomb":
        at = content.index(b"\xff\xc0") + 5
        source.write_bytes(content[:at] + b"\xf0\x00\xf0\x00" + content[at + 4 :])
    elif kind == "gigabytes":
        source.write_bytes(_with_padding(content))
    do(services, lesson, "poster")
    posters = showing.posters(services, lesson)
    assert posters
    assert [one.origin for one in posters.candidates] == ["drawn"]
    assert troubles(services, lesson) == []


def _with_padding(content: bytes) -> bytes:
    """The ID3 tag (2.4: sizes of 7 bits a byte) with a picture of 40 MB."""
    more = 40_000_000
    at = content.index(b"APIC")
    size = int.from_bytes(content[at + 4 : at + 8], "big")
    size = sum((content[at + 4 + place] & 0x7F) << (7 * (3 - place)) for place in range(4)) or size
    whole = sum((content[6 + place] & 0x7F) << (7 * (3 - place)) for place in range(4))
    end = at + 10 + size

    def packed(value: int) -> bytes:
        return bytes((value >> shift) & 0x7F for shift in (21, 14, 7, 0))

    head = content[:6] + packed(whole + more) + content[10 : at + 4] + packed(size + more)
    return head + content[at + 8 : end] + bytes(more) + content[end:]


def test_a_picture_beside_the_recording_comes_first(services: Services, tmp_path: Path) -> None:
    beside = tmp_path / "a.png"
    beside.write_bytes(cover("PNG", (800, 450)))
    _, posters = pictured(services, shot(tmp_path / "a.mp4", f"{VIEW}:duration=5", "-g", "25"), beside)
    assert [one.origin for one in posters.candidates][:2] == ["beside", "frame"]
    assert (posters.candidates[0].width, posters.candidates[0].height) == (800, 450)


def test_a_picture_beside_a_reading_becomes_a_square(services: Services, tmp_path: Path) -> None:
    beside = tmp_path / "a.webp"
    beside.write_bytes(cover("WEBP", (900, 450)))
    _, posters = pictured(services, media.tone(tmp_path / "a.mp3", seconds=2), beside)
    assert [(one.origin, one.width, one.height) for one in posters.candidates] == [("beside", 900, 900)]


def test_a_broken_picture_beside_the_recording_is_told_of_and_does_no_harm(services: Services, tmp_path: Path) -> None:
    beside = tmp_path / "a.jpg"
    beside.write_bytes(b"\xff\xd8\xff no")
    lesson, posters = pictured(services, media.tone(tmp_path / "a.mp3", seconds=2), beside)
    assert [one.origin for one in posters.candidates] == ["drawn"]
    with services.database.read() as session:
        notices = lookups.lesson(session, lesson.id).notices
    assert notices == [{"message": "The picture that came with this recording cannot be used.", "values": {}}]


def test_a_recording_that_cannot_be_read_is_tried_again_and_then_is_complete_without(
    services: Services, tmp_path: Path
) -> None:
    path = shot(tmp_path / "a.mp4", f"{VIEW}:duration=5")
    lesson = take_in(services.workshop, path, Details(title="a"), name="a.mp4").lesson
    source = services.store.source(lesson.id, ".mp4")
    content = source.read_bytes()
    source.write_bytes(b"garbage" * 999)
    for _ in range(3):
        do(services, lesson, "poster")
    with services.database.begin() as session:
        (row,) = work_lookups.troubles(session, lesson.id)
        assert (row.step, row.parked) == ("poster", True)
        for step in ("init", "start", "sheets"):
            work_edits.finish_step(session, lesson.id, step)
        assert work_edits.settle(session, lesson.id) == "complete"
        work_edits.retry(session, lesson.id)
    source.write_bytes(content)
    do(services, lesson, "poster")
    assert showing.posters(services, lesson)
    assert troubles(services, lesson) == []


def test_pictures_are_made_once(services: Services, tmp_path: Path) -> None:
    lesson, _ = pictured(services, shot(tmp_path / "a.mp4", f"{VIEW}:duration=5", "-g", "25"))
    folder = services.store.posters(lesson.id, 1)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    do(services, lesson, "poster")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_folder_of_pictures_is_there_as_a_whole_or_not_at_all(services: Services, tmp_path: Path) -> None:
    first, second, place = tmp_path / "1", tmp_path / "2", services.store.posters("abcdefghjk", 1)
    for folder, text in ((first, "first"), (second, "second")):
        (folder / "0").mkdir(parents=True)
        (folder / "0" / "320.jpg").write_text(text)
    assert services.store.publish_folder(first, place) is True
    assert services.store.publish_folder(second, place) is False
    assert (place / "0" / "320.jpg").read_text() == "first"
    assert not second.exists()


@pytest.mark.parametrize("name", ["hlg10-color-test.mp4", "sample_portrait.mp4", "bear_with_picture.flac", "viper.ogg"])
def test_pictures_of_real_recordings(services: Services, tmp_path: Path, name: str) -> None:
    place = Path(__file__).parents[3].joinpath("shared", "media", name)
    if not place.exists():
        pytest.skip("NOT TESTED: the real recordings are not here")
    lesson, posters = pictured(services, Path(shutil.copy(place, tmp_path)))
    wanted: dict[str, Any] = {"bear_with_picture.flac": "cover", "viper.ogg": "drawn"}
    assert posters.candidates[0].origin == wanted.get(name, "frame")
    assert brightness(shown(services, lesson, posters)) > 30
