"""What stands in, and what is moved in time where lessons are joined, by real encoders and a real reader."""

from fractions import Fraction
from pathlib import Path

import media
import pytest
from hypothesis import given
from hypothesis import strategies as st
from web.factories import make_plan, make_services

from medialib.catalogue import lookups, standins
from medialib.catalogue.edits import Details
from medialib.catalogue.plans import Plan
from medialib.errors import NotFound
from medialib.ingest import ffmpeg, fragments, pipeline, transmux, ts_clock
from medialib.ingest.bitstream import read_codecs, read_fragment
from medialib.ingest.intake import take_in
from medialib.ingest.standins import make_filled_ts, picture_command, read_template, segment_of, silence_command

LIMITS = ffmpeg.Limits(memory_bytes=4 << 30, wall_seconds=60, stall_seconds=30, nice=0, sandbox="auto")
HEARD, SILENT = make_plan(kind="audio", seconds=9), make_plan(seconds=9, sound=False)


def made(folder: Path, command: list[str]) -> Path:
    ffmpeg.run(command, reach=ffmpeg.Reach(reads=None, writes=folder), limits=LIMITS)
    return folder / "standin.mp4"


@pytest.mark.parametrize("program", media.FFMPEGS, ids=lambda path: path.rpartition("/")[2])
@pytest.mark.parametrize("plan", [HEARD, SILENT], ids=["picture", "silence"])
def test_segments_of_a_template_are_as_long_as_planned_and_decode(tmp_path: Path, program: str, plan: Plan) -> None:
    command = silence_command(program) if plan.video else picture_command(program, cover=False)
    template = read_template(made(tmp_path, command), plan)
    assert read_codecs(template.init) == (standins.SILENCE_CODECS if plan.video else standins.PICTURE_CODECS)
    segments = [segment_of(template, plan, number) for number in range(plan.segment_count)]
    whole = tmp_path / "whole.mp4"
    whole.write_bytes(template.init + b"".join(segments))
    assert media.complaints(whole, program) == ""
    lasts = sum(Fraction(read_fragment(one).duration, template.timescale) for one in segments)
    assert lasts == (standins.silence(plan).seconds if plan.video else plan.audio[0].seconds)
    with pytest.raises(NotFound):
        segment_of(template, plan, plan.segment_count)


def test_every_still_segment_begins_on_the_grid_with_a_keyframe(tmp_path: Path) -> None:
    template = read_template(made(tmp_path, picture_command(media.tools().ffmpeg, cover=False)), HEARD)
    for number, seconds in enumerate(standins.picture_durations(HEARD)):
        found = read_fragment(segment_of(template, HEARD, number))
        assert found.begin == number * HEARD.segment_seconds * template.timescale
        assert Fraction(found.duration, template.timescale) == seconds
        assert found.independent


def test_the_poster_is_what_is_shown(tmp_path: Path) -> None:
    media.run_ffmpeg("-f", "lavfi", "-i", "color=white:s=600x600", "-frames:v", "1", str(tmp_path / "cover.jpg"))
    still = made(tmp_path, picture_command(media.tools().ffmpeg, cover=True))
    assert 110 < media.brightness(still)[0] < 190  # a white square on a wide dark ground
    assert media.brightness(made(tmp_path, picture_command(media.tools().ffmpeg, cover=False)))[0] < 20


def test_a_filled_segment_of_hardly_anything_is_long_enough_to_be_told_for_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two pictures of black, and silence, as at the end of plans that still have so short a last segment."""
    monkeypatch.setattr("medialib.ingest.plan._CRUMB_SECONDS", 0)
    services = make_services(tmp_path / "store", ladder={"segment_seconds": 2, "preset": "superfast"})
    black = ("-f", "lavfi", "-i", "color=black:size=160x90:rate=25:duration=2.08", "-c:v", "libx264")
    path = media.recorded(tmp_path / "black.mp4", *black)
    lesson = take_in(services.workshop, path, Details(title="黑"), name=path.name).lesson
    while pipeline.advance(services.workshop, lambda: True):
        pass
    with services.database.read() as session:
        (rung,) = lookups.current_plan(session, lesson).video
    make_filled_ts(services.workshop, lesson.id, 1, rung.name, 1)
    segment = services.store.filled_ts_segment(lesson.id, 1, rung.name, 1).read_bytes()
    kinds = [int.from_bytes(segment[at + 1 : at + 3], "big") & 0x1FFF for at in range(0, len(segment), 188)]
    assert len(segment) == transmux.TS_LEAST_BYTES
    assert kinds[-1] == 0x1FFF


def test_a_segment_is_evened_in_place(tmp_path: Path) -> None:
    path = media.film(
        tmp_path / "a.mp4", seconds=1, sound_seconds=0, more=("-bf", "2", "-movflags", "+frag_keyframe+delay_moov")
    )
    content = path.read_bytes()
    at = content.index(b"moof") - 4
    init, segment = content[:at], content[at:]
    shift = fragments.read_shift(init)
    even = fragments.even_init(init)
    assert shift < 0 and fragments.read_shift(even) == 0
    assert len(even) == len(init)
    once = fragments.even_segment(segment, shift)
    assert len(once) == len(segment)
    assert fragments.even_segment(once, -shift)[8:] != segment  # the mark of signed offsets stays


def test_pictures_that_are_shown_as_they_are_decoded_stay_where_they_are(tmp_path: Path) -> None:
    path = media.film(
        tmp_path / "a.mp4", seconds=1, sound_seconds=0, more=("-bf", "0", "-movflags", "+frag_keyframe+delay_moov")
    )
    content = path.read_bytes()
    at = content.index(b"moof") - 4
    shift = fragments.read_shift(content[:at])
    assert shift == 0
    assert fragments.even_segment(content[at:], shift) == content[at:]


@pytest.fixture(scope="module")
def ts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    more = ("-bf", "2", "-output_ts_offset", "10", "-muxdelay", "0")
    return media.film(tmp_path_factory.mktemp("ts") / "a.ts", seconds=2, sound_seconds=0, more=more)


@pytest.mark.parametrize("seconds", [0, 1, 3600, 90_000])
def test_a_moved_segment_says_another_time_and_nothing_else(ts: Path, tmp_path: Path, seconds: int) -> None:
    content = ts.read_bytes()
    later = ts_clock.moved(content, seconds * 90_000)
    assert len(later) == len(content)
    (tmp_path / "b.ts").write_bytes(later)
    before, after = (
        media.ask(path, "-show_entries", "packet=pts,dts,size")["packets"] for path in (ts, tmp_path / "b.ts")
    )
    wrap = 1 << 33
    assert [one["size"] for one in after] == [one["size"] for one in before]
    shown = [(int(b["pts"]) - int(a["pts"])) % wrap for a, b in zip(before, after, strict=True)]
    assert set(shown) == {seconds * 90_000 % wrap}


def test_what_is_decoded_before_its_zero_comes_behind_the_lesson_before(ts: Path, tmp_path: Path) -> None:
    (tmp_path / "b.ts").write_bytes(ts_clock.moved(ts.read_bytes(), 0))
    times = [int(one["dts"]) for one in media.ask(tmp_path / "b.ts", "-show_entries", "packet=dts")["packets"]]
    assert min(times) >= 900_000 - 90_000 // 60
    told = media.ask(tmp_path / "b.ts", "-select_streams", "v", "-show_entries", "packet=dts,pts")["packets"]
    assert [int(one["dts"]) for one in told] == sorted({int(one["dts"]) for one in told})
    assert all(int(one["dts"]) <= int(one["pts"]) for one in told)


@given(st.binary(max_size=600), st.integers(min_value=0, max_value=10**10))
def test_no_bytes_break_the_clock_or_change_their_number(content: bytes, ticks: int) -> None:
    assert len(ts_clock.moved(content, ticks)) == len(content)
