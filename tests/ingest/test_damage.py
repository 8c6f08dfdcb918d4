"""Recordings with something wrong: jumping clocks, changing sizes, parts that are broken or missing."""

import random
from pathlib import Path
from typing import Any

import media
import pytest
from web.factories import make_services

from medialib import showing
from medialib.catalogue.edits import Details
from medialib.catalogue.lessons import Lesson
from medialib.errors import MedialibError, ToolStalled, UnusableMedia
from medialib.ingest import hot, probing
from medialib.ingest.bitstream import count_samples
from medialib.ingest.damage import DAMAGED, tells_of_damage
from medialib.ingest.intake import take_in
from medialib.ingest.recording import load
from medialib.services import Services

from .working import lesson_of, work_off_patiently

QUICK: dict[str, Any] = {
    "jobs": {"backoff_seconds": 0.01},
    "ladder": {"segment_seconds": 2, "preset": "ultrafast", "start_rung": 240},
    "runs": {"bulk_segments": 3},
}
SMALL: dict[str, Any] = {"size": "128x72"}


def taken_in(services: Services, path: Path) -> Lesson:
    return take_in(services.workshop, path, Details(title=path.stem), name=path.name).lesson


def completed(services: Services, path: Path) -> Lesson:
    """The lesson with all its work done; every segment holds just what is planned."""
    lesson = taken_in(services, path)
    work_off_patiently(services)
    recording = load(services.workshop, lesson.id)
    for one in recording.plan.renditions:
        for number in range(recording.plan.segment_count):
            segment = services.store.segment(lesson.id, 1, one.name, number)
            assert count_samples(segment.read_bytes()) == recording.plan.samples(one, number), (one.name, number)
    found = lesson_of(services, lesson.id)
    assert found.state == "complete"
    return found


def notices(lesson: Lesson) -> str:
    return " ".join(map(str, showing.notices_of(lesson)))


def picture_of(services: Services, lesson: Lesson) -> Path:
    recording = load(services.workshop, lesson.id)
    name, store = recording.plan.video[0].name, services.store
    segments = [store.segment(lesson.id, 1, name, number) for number in range(recording.plan.segment_count)]
    return media.joined(store.root / f"{lesson.id}.mp4", store.init(lesson.id, 1, name), *segments)


def spoilt(path: Path, begin: float, end: float, *, seed: int = 1) -> Path:
    """Replace this part of the bytes by chance."""
    content = bytearray(path.read_bytes())
    first, last = int(len(content) * begin), int(len(content) * end)
    content[first:last] = random.Random(seed).randbytes(last - first)
    path.write_bytes(content)
    return path


def test_clocks_that_begin_anew_or_leave_a_hole_are_played_without_a_break(services: Services, tmp_path: Path) -> None:
    first = media.film(tmp_path / "a.ts", seconds=4, **SMALL)
    later = media.film(tmp_path / "b.ts", seconds=4, **SMALL, more=("-output_ts_offset", "3600"))
    for number, parts in enumerate([(first, first), (first, later), (later, first)]):
        path = media.joined(tmp_path / f"joined{number}.ts", *parts)
        lesson = completed(services, path)
        assert lesson.seconds == pytest.approx(8, abs=0.3)
        assert "clock of this recording jumps" in notices(lesson)
        assert services.store.mended(lesson.id).exists()
        assert services.store.source(lesson.id, ".ts").read_bytes() == path.read_bytes()


def test_a_clock_that_wraps_is_followed_and_hot_runs_hit_the_grid(services: Services, tmp_path: Path) -> None:
    """MPEG-TS counts to 2**33 in 1/90000 s: 26.5 hours."""
    path = media.film(tmp_path / "a.ts", seconds=6, **SMALL, more=("-output_ts_offset", "95440.7"))
    lesson = taken_in(services, path)
    hot.hurry(services.workshop, lesson.id, 1, _rung(services, lesson), 2)
    plan = load(services.workshop, lesson.id).plan
    segment = services.store.segment(lesson.id, 1, plan.video[0].name, 2)
    assert count_samples(segment.read_bytes()) == plan.samples(plan.video[0], 2)
    assert lesson.seconds == pytest.approx(6, abs=0.1)


def _rung(services: Services, lesson: Lesson) -> str:
    return load(services.workshop, lesson.id).plan.video[0].name


def test_a_clock_that_begins_below_nought_is_followed(services: Services, tmp_path: Path) -> None:
    path = media.film(
        tmp_path / "a.mkv", seconds=4, **SMALL,
        more=("-bsf:v", "setts=ts=TS-500", "-bsf:a", "setts=ts=TS-500", "-avoid_negative_ts", "disabled"),
    )  # fmt: skip
    assert completed(services, path).seconds == pytest.approx(4, abs=0.6)


def test_pictures_whose_size_changes_on_the_way_keep_the_grid(services: Services, tmp_path: Path) -> None:
    large = media.film(tmp_path / "a.ts", seconds=4, size="256x144")
    small = media.film(tmp_path / "b.ts", seconds=4, size="128x72", more=("-output_ts_offset", "4"))
    lesson = completed(services, media.joined(tmp_path / "c.ts", large, small))
    assert lesson.seconds == pytest.approx(8, abs=0.3)


def test_a_sound_whose_channels_change_on_the_way_is_heard_to_its_end(services: Services, tmp_path: Path) -> None:
    """As television does between a programme and its advertisements."""
    parts = []
    for number, layout in enumerate(("stereo", "5.1", "mono")):
        tone = f"sine=frequency={440 * (number + 1)}:duration=4,aformat=channel_layouts={layout}"
        parts.append(tmp_path / f"{number}.ts")
        media.run_ffmpeg("-f", "lavfi", "-i", tone, "-c:a", "aac", str(parts[-1]))
    lesson = completed(services, media.in_a_row(tmp_path / "a.ts", *parts, seconds=4))
    assert notices(lesson) == ""
    plan, store = load(services.workshop, lesson.id).plan, services.store
    for one in plan.audio:
        segments = [store.segment(lesson.id, 1, one.name, number) for number in range(plan.segment_count)]
        whole = media.joined(tmp_path / f"{one.name}.mp4", store.init(lesson.id, 1, one.name), *segments)
        assert min(media.loudness(whole, 0.5)) > 0.05, "there is no silence anywhere"


@pytest.mark.parametrize("name", ["a.mp4", "a.ts", "a.mkv"])
def test_a_broken_middle_holds_the_last_good_picture_and_is_told(services: Services, tmp_path: Path, name: str) -> None:
    path = media.film(tmp_path / name, seconds=16, rate="10", **SMALL, more=("-g", "20", "-movflags", "+faststart"))
    lesson = completed(services, spoilt(path, 0.4, 0.7))
    assert "damaged" in notices(lesson)
    brightness = media.brightness(picture_of(services, lesson))
    assert min(brightness) > 40, "no picture is black"


@pytest.mark.parametrize("name", ["a.mp3", "a.ogg", "a.flac"])
def test_a_broken_sound_is_told_in_words_of_its_own(services: Services, tmp_path: Path, name: str) -> None:
    lesson = completed(services, spoilt(media.tone(tmp_path / name, seconds=12), 0.4, 0.6))
    assert "it is silent" in notices(lesson)


def test_a_hot_run_into_the_broken_part_is_answered_too(services: Services, tmp_path: Path) -> None:
    path = media.film(tmp_path / "a.mp4", seconds=16, rate="10", **SMALL, more=("-g", "20", "-movflags", "+faststart"))
    lesson = taken_in(services, spoilt(path, 0.3, 0.8))
    for number in (5, 3):
        hot.hurry(services.workshop, lesson.id, 1, _rung(services, lesson), number)
        assert services.store.segment(lesson.id, 1, _rung(services, lesson), number).exists()


@pytest.mark.parametrize(("name", "told"), [("a.mp4", True), ("a.webm", False), ("a.ts", False)])
def test_a_file_that_breaks_off_is_played_to_where_it_does(
    services: Services, tmp_path: Path, name: str, told: bool
) -> None:
    path = media.film(tmp_path / name, seconds=12, rate="10", **SMALL, more=("-movflags", "+faststart"))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    lesson = completed(services, path)
    assert 3 < lesson.seconds < 9
    assert ("of 0:12 only the first" in notices(lesson)) or not told


def test_pictures_before_the_sound_that_is_missing_are_played(services: Services, tmp_path: Path) -> None:
    """In one long fragment all sound lies behind the pictures: who reads both ends where the first sound should be."""
    one = ("-g", "90", "-movflags", "+frag_keyframe+empty_moov")
    path = media.film(tmp_path / "a.mp4", seconds=8, rate="10", **SMALL, more=one)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 4 // 10])
    lesson = completed(services, path)
    assert 2 < lesson.seconds < 6
    assert "of 0:08 only the first" in notices(lesson)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_clock_that_begins_late_leaves_no_end_missing(services: Services, tmp_path: Path, name: str) -> None:
    path = media.film(tmp_path / name, seconds=3, **SMALL, more=("-output_ts_offset", "600"))
    lesson = taken_in(services, path)
    assert lesson.seconds == pytest.approx(3, abs=0.1)
    assert notices(lesson) == ""


def test_a_file_that_cannot_be_sought_in_is_read_whole(services: Services, tmp_path: Path) -> None:
    film = media.film(tmp_path / "a.mp4", seconds=4, rate="10", **SMALL)
    copied = ("-c", "copy", "-output_ts_offset", "-2", "-avoid_negative_ts", "disabled")
    path = media.recorded(tmp_path / "a.mkv", "-i", f"file:{film}", *copied)
    assert taken_in(services, path).seconds > 1


def test_a_length_that_was_only_guessed_is_not_missed(services: Services, tmp_path: Path) -> None:
    graph = "sine=d=3,volume=-50dB[a];anoisesrc=d=3:r=44100[b];[a][b]concat=n=2:v=0:a=1"
    path = media.recorded(tmp_path / "a.mp3", "-filter_complex", graph, "-q:a", "2", "-write_xing", "0")
    assert float(media.ask(path, "-show_format")["format"]["duration"]) > 8
    lesson = taken_in(services, path)
    assert lesson.seconds == pytest.approx(6, abs=0.2)
    assert notices(lesson) == ""


def test_what_is_announced_but_not_there_is_left_out(services: Services, tmp_path: Path) -> None:
    path = media.film(tmp_path / "a.mp4", seconds=4, **SMALL, more=("-movflags", "+frag_keyframe+empty_moov"))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 4 // 10])
    lesson = completed(services, path)
    assert lesson.kind == "video"


@pytest.mark.parametrize("name", ["a.mkv", "a.wav"])
def test_one_picture_or_a_moment_of_sound_is_a_lesson_of_half_a_second(
    services: Services, tmp_path: Path, name: str
) -> None:
    one = ("-frames:v", "1")
    path = tmp_path / name
    path = media.tone(path, seconds=0.2) if name == "a.wav" else media.film(path, sound_seconds=0, **SMALL, more=one)
    assert completed(services, path).seconds == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(("picture", "sound"), [(1, 7), (7, 1)])
def test_the_longer_of_picture_and_sound_is_the_length(
    services: Services, tmp_path: Path, picture: float, sound: float
) -> None:
    path = media.film(tmp_path / "a.mp4", seconds=picture, sound_seconds=sound, **SMALL)
    assert completed(services, path).seconds == pytest.approx(7, abs=0.1)


def test_a_motion_photo_is_its_film(services: Services, tmp_path: Path) -> None:
    still = ("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=0.04")
    film = ("-f", "lavfi", "-i", "testsrc2=size=128x72:rate=25:duration=3")
    encoding = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    media.run_ffmpeg(*still, *film, "-map", "0", "-map", "1", *encoding, str(tmp_path / "a.mp4"))
    lesson = taken_in(services, tmp_path / "a.mp4")
    plan = load(services.workshop, lesson.id).plan
    assert (plan.source.video_index, plan.video[-1].height) == (1, 72)
    assert lesson.seconds == pytest.approx(3, abs=0.05)


def test_a_picture_of_too_many_pixels_is_refused_although_its_container_does_not_tell(tmp_path: Path) -> None:
    strict = make_services(tmp_path / "strict", limits={"megapixels": 0.01})
    path = media.film(tmp_path / "a.ts", seconds=1, size="320x180")
    with pytest.raises(UnusableMedia, match="too large"):
        taken_in(strict, path)
    strict.database.close()


def test_a_probe_that_takes_too_long_says_so_and_not_that_the_file_is_damaged(tmp_path: Path) -> None:
    impatient = make_services(tmp_path / "store", tools={"stall_seconds": 0.001})
    path = media.film(tmp_path / "a.mp4", seconds=1, **SMALL)
    with pytest.raises(ToolStalled, match="takes too long"):
        probing.look(impatient.workshop, path)
    impatient.database.close()


def test_a_recording_of_which_nothing_can_be_decoded_is_parked_and_not_shown_black(
    services: Services, tmp_path: Path
) -> None:
    path = media.film(tmp_path / "a.mp4", seconds=4, sound_seconds=0, **SMALL, more=("-movflags", "+faststart"))
    content = path.read_bytes()
    begin = content.index(b"mdat") + 4
    path.write_bytes(content[:begin] + bytes(len(content) - begin))
    try:
        lesson = taken_in(services, path)
    except MedialibError as error:
        assert str(error).endswith(".")
        return
    hot.hurry(services.workshop, lesson.id, 1, _rung(services, lesson), 1)
    assert services.store.segments(lesson.id, 1, _rung(services, lesson)) == {}


def test_one_complaint_may_be_the_end_of_the_file_and_two_are_damage() -> None:
    complaint = "Error while decoding stream #0:0: Invalid data found when processing input\n"
    assert not tells_of_damage(complaint)
    assert tells_of_damage(complaint + "[h264 @ 0x1] error while decoding MB 3 4\n")
    assert tells_of_damage("[matroska,webm @ 0x1] Element at 0x3 ending at 0x9 exceeds containing master element")
    assert not tells_of_damage("[matroska,webm @ 0x1] File ended prematurely")
    assert DAMAGED.endswith(".")
