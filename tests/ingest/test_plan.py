"""Facts to Plan: tables for the choices, properties for the grid."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialib.catalogue.plans import Plan, VideoRendition
from medialib.errors import UnusableMedia
from medialib.ingest.facts import AudioTrack, Ends, Facts, VideoTrack
from medialib.ingest.plan import make_plan, without_crumb
from medialib.ingest.rungs import (
    Rates,
    choose_rates,
    choose_rungs,
    h264_level,
    leave_out,
    made_at_once,
    start_rung,
    trial_segments,
)
from medialib.ladders import Ladder
from medialib.settings import Limits


def track(width: int = 1280, height: int = 720, rate: Fraction | int = 25) -> VideoTrack:
    return VideoTrack(
        index=0, codec="h264", width=width, height=height, rotation=0, frames_per_second=Fraction(rate), matrix="bt709",
        full_range=False, interlaced=False,
    )  # fmt: skip


def facts(video: VideoTrack | None = None, *, sound: bool = True, start: float = 0.0, tracks: int = 2) -> Facts:
    audio = (AudioTrack(index=1, codec="aac", channels=2, language=""),) if sound else ()
    return Facts(
        container="mov", start_seconds=start, declared_seconds=0, track_count=tracks, video=video, audio=audio,
        cover_index=None,
    )  # fmt: skip


def plan_of(
    given: Facts, seconds: float | None, sound_seconds: float | None = None, ladder: Ladder | None = None
) -> Plan:
    ends = Ends(video_seconds=seconds if given.video else None, audio_seconds=sound_seconds or seconds)
    return make_plan(given, ends, ladder=ladder or Ladder(), limits=Limits())


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans of any recording that is let in."""
    sides = st.integers(16, 4400)
    rate = draw(st.fractions(min_value=1, max_value=240, max_denominator=1001))
    video = draw(st.one_of(st.none(), st.builds(lambda w, h: track(w, h, rate), sides, sides)))
    seconds = draw(st.floats(0.05, 4000, allow_nan=False))
    ladder = Ladder(segment_seconds=draw(st.integers(2, 10)))
    start = draw(st.sampled_from([0.0, 1.4, 5.0, -0.021]))
    given = facts(video, sound=video is None or draw(st.booleans()), start=start)
    return plan_of(given, start + seconds, ladder=ladder)


@given(plans())
def test_segments_cover_the_whole_length_without_gap_or_overlap(plan: Plan) -> None:
    for one in plan.renditions:
        starts = [plan.start(one, number) for number in range(plan.segment_count + 1)]
        assert starts[0] == 0
        assert starts[-1] == one.seconds
        assert all(before < after for before, after in pairwise(starts))
        assert sum(plan.duration(one, number) for number in range(plan.segment_count)) == one.seconds


@given(plans())
def test_sound_begins_each_segment_at_the_first_frame_of_its_four_seconds(plan: Plan) -> None:
    for one in plan.audio:
        for number in range(plan.segment_count):
            samples = plan.start(one, number) * 48_000
            frame = -(-number * plan.segment_seconds * 48_000 // 1024)
            assert samples == frame * 1024


@given(plans())
def test_sound_ends_at_most_one_frame_after_the_picture(plan: Plan) -> None:
    for sound in plan.audio:
        for picture in plan.video:
            assert 0 <= sound.seconds - picture.seconds < Fraction(1024, 48_000)


@given(plans())
def test_pictures_begin_every_segment_on_the_second_and_end_together(plan: Plan) -> None:
    assert len({rung.seconds for rung in plan.video}) <= 1
    for rung in plan.video:
        assert plan.start(rung, plan.segment_count - 1) == (plan.segment_count - 1) * plan.segment_seconds
        assert rung.frames > 0


@pytest.mark.parametrize("size", [(100_000, 1), (2, 30_000), (16_384, 16), (7_680, 1_080)])
def test_a_strip_is_no_longer_than_decoders_take(size: tuple[int, int]) -> None:
    for rung in plan_of(facts(track(*size, Fraction(25))), 10).video:
        assert max(rung.width, rung.height) <= 4096
        assert min(rung.width, rung.height) >= 2


@given(st.integers(16, 4400), st.integers(16, 4400), st.fractions(min_value=1, max_value=240, max_denominator=1001))
def test_rungs_are_even_climbing_in_shape_and_never_larger_than_the_source(
    width: int, height: int, rate: Fraction
) -> None:
    plan = plan_of(facts(track(width, height, rate)), 10)
    for rung in plan.video:
        assert rung.width % 2 == rung.height % 2 == 0
        assert rung.width <= width + 1 and rung.height <= height + 1
        assert abs(rung.width * height - rung.height * width) <= 2 * max(width, height)
    areas = [rung.width * rung.height for rung in plan.video]
    assert areas == sorted(set(areas))
    assert len({rung.name for rung in plan.video}) == len(plan.video)
    assert plan.start_rung in {rung.name for rung in plan.video}


@given(plans())
def test_a_plan_comes_back_from_its_json(plan: Plan) -> None:
    assert Plan.from_json(plan.to_json()) == plan


@pytest.mark.parametrize(
    ("source", "low", "high"),
    [
        (Fraction(24000, 1001), 24, 24),
        (Fraction(25), 25, 25),
        (Fraction(30000, 1001), 30, 30),
        (Fraction(12), 24, 24),
        (Fraction(19001, 760), 25, 25),
        (Fraction(40), 30, 30),
        (Fraction(50), 25, 50),
        (Fraction(60000, 1001), 30, 60),
        (Fraction(120), 30, 60),
    ],
)
def test_the_rate_is_the_nearest_usual_one(source: Fraction, low: int, high: int) -> None:
    assert choose_rates(source) == Rates(low=low, high=high)


@pytest.mark.parametrize(("source", "rates"), [(50, [25, 25, 50, 50]), (60, [30, 30, 60, 60]), (30, [30] * 4)])
def test_fast_pictures_are_halved_below_720(source: int, rates: list[int]) -> None:
    plan = plan_of(facts(track(1920, 1080, source)), 10)
    assert [rung.frames_per_second for rung in plan.video] == rates
    assert {rung.seconds for rung in plan.video} == {10}


@pytest.mark.parametrize(
    ("width", "height", "names", "start"),
    [
        (1920, 1080, ["v240", "v480", "v720", "v1080"], "v480"),
        (3840, 2160, ["v240", "v480", "v720", "v1080"], "v480"),
        (1080, 1920, ["v240", "v480", "v720", "v1080"], "v480"),
        (1280, 720, ["v240", "v480", "v720"], "v480"),
        (960, 540, ["v240", "v540"], "v540"),
        (640, 480, ["v240", "v480"], "v480"),
        (640, 360, ["v240", "v360"], "v360"),
        (400, 270, ["v270"], "v270"),
        (176, 144, ["v144"], "v144"),
        (64, 48, ["v96"], "v96"),
    ],
)
def test_rungs_follow_the_shorter_side(width: int, height: int, names: list[str], start: str) -> None:
    plan = plan_of(facts(track(width, height)), 10)
    assert [rung.name for rung in plan.video] == names
    assert plan.start_rung == start


def test_a_tiny_picture_keeps_its_size() -> None:
    (rung,) = plan_of(facts(track(64, 48)), 10).video
    assert (rung.width, rung.height) == (64, 48)


def test_a_rung_close_to_the_source_is_left_out_and_the_sources_own_is_made() -> None:
    sides = [rung.short_side for rung in choose_rungs(track(1000, 550), Ladder())]
    assert sides == [240, 550]


def test_the_start_rung_is_the_wanted_one_or_the_best_below() -> None:
    rungs = plan_of(facts(track(1920, 1080)), 4).video
    found = [start_rung(rungs, wanted) for wanted in (240, 480, 600, 5000, 100)]
    assert found == ["v240", "v480", "v480", "v1080", "v240"]
    assert start_rung((), 480) is None


@pytest.mark.parametrize(
    ("width", "height", "rate", "bits", "level"),
    [
        (426, 240, 25, 280_000, "2.1"),
        (854, 480, 25, 900_000, "3.0"),
        (1280, 720, 30, 2_000_000, "3.1"),
        (1280, 720, 60, 2_000_000, "3.2"),
        (1920, 1080, 30, 4_000_000, "4.0"),
        (1920, 1080, 60, 5_000_000, "4.2"),
        (3840, 2160, 30, 20_000_000, "5.1"),
        (426, 240, 25, 20_000_000, "3.2"),
    ],
)
def test_the_level_is_the_lowest_of_table_a_1(width: int, height: int, rate: int, bits: int, level: str) -> None:
    assert h264_level(width, height, rate, bits) == level


def test_the_codecs_string_bears_profile_and_level() -> None:
    codecs = {rung.name: rung.codecs for rung in plan_of(facts(track(1920, 1080)), 4).video}
    assert codecs == {"v240": "avc1.640015", "v480": "avc1.64001E", "v720": "avc1.64001F", "v1080": "avc1.640028"}


def test_sound_alone_has_sounds_only() -> None:
    plan = plan_of(facts(), 10.0)
    assert (plan.video, plan.start_rung, plan.source.video_index) == ((), None, None)
    assert [(one.name, one.channels) for one in plan.audio] == [("a32m", 1), ("a64", 2)]
    assert plan.segment_count == 3


def test_a_silent_film_has_pictures_only() -> None:
    plan = plan_of(facts(track(), sound=False), 9.0)
    assert (plan.audio, plan.source.audio_index, plan.segment_count) == ((), None, 3)


def test_the_lesson_lasts_as_long_as_the_longer_of_sound_and_picture() -> None:
    plan = plan_of(facts(track(), start=5.0), 8.0, 16.5)
    assert plan.seconds == 11.52  # 288 pictures: 11.5 s to the nearest 25th
    assert plan.source.video_end_seconds == 3.0
    assert plan.source.start_seconds == 5.0


def test_a_very_short_film_lasts_half_a_second() -> None:
    plan = plan_of(facts(track()), 0.001)
    (frames,) = {rung.frames for rung in plan.video}
    assert (frames, plan.segment_count) == (12, 1)


@pytest.mark.parametrize(
    ("given", "ends", "sentence"),
    [
        (facts(track()), Ends(video_seconds=None, audio_seconds=None), "seems to be cut off"),
        (facts(track(), start=5), Ends(video_seconds=5, audio_seconds=4), "seems to be cut off"),
        (facts(track()), Ends(video_seconds=12 * 3600 + 1, audio_seconds=None), "longer than 12"),
        (facts(track(), tracks=33), Ends(video_seconds=4, audio_seconds=None), "more than 32 tracks"),
        (facts(track(16_000, 16_000)), Ends(video_seconds=4, audio_seconds=None), "picture of this file is too large"),
    ],
)
def test_what_is_too_much_is_refused_with_a_sentence(given: Facts, ends: Ends, sentence: str) -> None:
    with pytest.raises(UnusableMedia) as caught:
        make_plan(given, ends, ladder=Ladder(), limits=Limits())
    assert sentence in str(caught.value)
    assert str(caught.value).endswith((".", "%"))


def test_renditions_are_found_by_name() -> None:
    plan = plan_of(facts(track()), 4)
    assert isinstance(plan.rendition("v480"), VideoRendition)
    assert plan.rendition("v1") is None


def test_a_last_segment_of_a_few_pictures_is_left_out() -> None:
    assert without_crumb(Fraction(241, 30), 4) == 8
    assert without_crumb(Fraction(33, 4), 4) == Fraction(33, 4)
    assert without_crumb(Fraction(1, 30), 4) == Fraction(1, 30)


def sounds_of(*tracks: AudioTrack, ladder: Ladder | None = None, ends: dict[int, float] | None = None) -> Plan:
    given = replace(facts(track(), start=2.0), audio=tracks)
    found = Ends(video_seconds=12.0, audio_seconds=11.0, sounds=ends or {})
    return make_plan(given, found, ladder=ladder or Ladder(), limits=Limits())


def heard(index: int, channels: int = 2, **parts: Any) -> AudioTrack:
    return AudioTrack(**{"index": index, "codec": "aac", "channels": channels, "language": "", **parts})


def test_other_sound_tracks_are_renditions_in_stereo_as_long_as_the_usual_one() -> None:
    tracks = (heard(1, language="chi"), heard(4, language="eng", title=" English \n dub "), heard(2, commentary=True))
    plan = sounds_of(*tracks, ends={1: 11.0, 4: 9.5})
    assert [(one.name, one.track, one.channels) for one in plan.audio] == [
        ("a64t1", 1, 2), ("a64t2", 2, 2), ("a32m", 0, 1), ("a64", 0, 2),
    ]  # fmt: skip
    assert len({one.frames for one in plan.audio}) == 1
    assert [one.name for one in plan.usual_audio] == ["a32m", "a64"]
    assert [(one.index, one.language, one.title, one.commentary) for one in plan.source.heard] == [
        (1, "zh", "", False), (4, "en", "English dub", False), (2, "", "", True),
    ]  # fmt: skip
    assert [one.end_seconds for one in plan.source.heard] == [9.0, 7.5, 0.0]


def test_sound_tracks_beyond_the_limit_are_left_out() -> None:
    plan = sounds_of(*(heard(number) for number in range(1, 9)), ladder=Ladder(sound_tracks=1))
    assert [one.name for one in plan.audio] == ["a32m", "a64"]


@pytest.mark.parametrize(
    ("sound", "channels"),
    [
        (heard(1, 1), ()),
        (heard(1, 6, layout="5.1"), ()),
        (heard(1, 6), ()),
        (heard(1, 12), (0, 1)),
        (heard(1, 4, layout="ambisonic 1"), (0, 0)),
    ],
)
def test_channels_that_cannot_be_mixed_are_chosen_from(sound: AudioTrack, channels: tuple[int, ...]) -> None:
    assert sounds_of(sound).source.heard[0].channels == channels


def test_a_plan_is_the_same_after_it_was_stored() -> None:
    plan = sounds_of(heard(1, 12), heard(2))
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_a_plan_that_was_stored_before_sounds_were_measured_is_still_read() -> None:
    document = json.loads(json.dumps(sounds_of(heard(1)).to_json()))
    del document["source"]["sounds"]
    for one in document["audio"]:
        del one["track"]
    plan = Plan.from_json(document)
    assert [(one.index, one.end_seconds, one.gain_db, one.ceiling_dbtp) for one in plan.source.heard] == [
        (1, 9.0, 0.0, None)
    ]
    assert plan.source.gain_db == 0


@pytest.mark.parametrize(
    ("bits", "gone"),
    [
        ({"v240": 100, "v480": 300, "v720": 700, "v1080": 1500}, ()),
        ({"v240": 100, "v480": 300, "v720": 700, "v1080": 800}, ("v720",)),
        ({"v240": 100, "v480": 300, "v720": 700, "v1080": 805}, ()),
        ({"v240": 100, "v480": 300, "v720": 700, "v1080": 500}, ("v720",)),
        ({"v240": 280, "v480": 300, "v720": 700, "v1080": 1500}, ("v240",)),
        ({"v240": 100, "v480": 300, "v720": 330, "v1080": 1500}, ("v720",)),
        ({"v240": 290, "v480": 300, "v720": 330, "v1080": 360}, ("v240", "v720")),
        ({"v240": 290, "v480": 300, "v720": 310, "v1080": 320}, ("v240", "v720")),
        ({"v240": 100, "v480": 300, "v720": 310}, ()),
        ({"v480": 300, "v720": 310}, ()),
        ({"v480": 300}, ()),
        ({}, ()),
    ],
)
def test_of_two_rungs_of_nearly_equal_bits_the_smaller_picture_is_left_out(
    bits: dict[str, int], gone: tuple[str, ...]
) -> None:
    assert leave_out(bits, start="v480") == gone


def test_a_copied_rung_is_never_left_out() -> None:
    assert leave_out({"v480": 300, "v720": 310, "v1080": 320}, start="v480", kept=("v720", "v1080")) == ()


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=6), st.integers(0, 5))
def test_the_start_rung_and_the_largest_stay_and_few_close_ones_remain(sizes: list[int], start: int) -> None:
    bits = {f"v{place}": size for place, size in enumerate(sizes)}
    first = f"v{min(start, len(sizes) - 1)}"
    gone = leave_out(bits, start=first)
    there = [name for name in bits if name not in gone]
    assert {first, f"v{len(sizes) - 1}"} <= set(there)
    close = [pair for pair in pairwise(there) if bits[pair[1]] < bits[pair[0]] * 1.15]
    assert all(set(pair) == {first, there[-1]} for pair in close)


@pytest.mark.parametrize(
    ("count", "trials"),
    [(1, (0,)), (3, (0, 1, 2)), (12, tuple(range(12))), (13, (2, 3, 4, 8, 9, 10)), (60, (14, 15, 16, 44, 45, 46))],
)
def test_trials_are_spread_over_the_lesson(count: int, trials: tuple[int, ...]) -> None:
    assert trial_segments(count) == trials


@pytest.mark.parametrize(
    ("size", "seconds", "at_once"),
    [((854, 480), 36, True), ((854, 480), 60, False), ((1280, 720), 36, False), ((320, 180), 36, True)],
)
def test_all_rungs_are_made_at_once_where_the_others_are_the_smaller_work(
    size: tuple[int, int], seconds: float, at_once: bool
) -> None:
    assert made_at_once(plan_of(facts(track(*size)), seconds)) is at_once


def test_the_start_rung_has_a_preset_of_its_own() -> None:
    plan = plan_of(facts(track(1920, 1080)), 10, ladder=Ladder(preset="superfast", bulk_preset="fast"))
    presets = {one.name: one.preset for one in plan.video}
    assert presets == {"v240": "fast", "v480": "superfast", "v720": "fast", "v1080": "fast"}


@pytest.mark.parametrize(("ladder", "preset"), [(Ladder(), "medium"), (Ladder(preset="superfast"), "superfast")])
def test_a_start_rung_that_is_the_best_may_take_its_time(ladder: Ladder, preset: str) -> None:
    plan = plan_of(facts(track(854, 480)), 10, ladder=ladder)
    assert [one.preset for one in plan.video if one.name == plan.start_rung] == [preset]
    (start,) = (one for one in plan_of(facts(track(1280, 720)), 10, ladder=ladder).video if one.name == "v480")
    assert start.preset == ladder.preset
