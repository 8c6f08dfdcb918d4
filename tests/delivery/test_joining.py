"""Lessons joined into one stream: which rendition goes where."""

from dataclasses import replace
from fractions import Fraction

import pytest
from web.factories import make_plan

from medialib.catalogue import standins
from medialib.catalogue.lessons import Captions, Lesson, RenditionProgress
from medialib.catalogue.plans import Plan
from medialib.delivery.joinable import Joinable, joinable, side_of
from medialib.delivery.joined import Stretch, render_joined
from medialib.delivery.joining import first_ones, join, most_demanding


def lesson(name: str, plan: Plan, *complete: str, ts: bool = False) -> Joinable:
    rows = [
        RenditionProgress(
            lesson_id=name, version=1, name=one.name, seconds_total=1, complete=one.name in complete, codecs=one.codecs
        )
        for one in plan.renditions
    ]
    stored = Lesson(id=name, kind="video", title=name, seconds=plan.seconds, published_at=0)
    return joinable(stored, plan, rows, ts=ts)


BOTH, SILENT, HEARD = make_plan(seconds=10), make_plan(seconds=6, sound=False), make_plan(kind="audio", seconds=9)


def streams(*lessons: Joinable, ts: bool = False, only_sound: bool = False) -> dict[str, list[str]]:
    joined = join(lessons, ts=ts, only_sound=only_sound)
    assert joined
    return {name: [row[2] + "+" * row[3] for row in rows] for name, rows in joined.streams.items()}


def test_what_is_not_made_yet_is_replaced_by_its_neighbour() -> None:
    begun, made = lesson("begun", BOTH), lesson("made", BOTH, "v240", "v480", "v720", "a64")
    assert streams(begun, made) == {
        "480": ["v480", "v480"],
        "240": ["v480", "v240"],
        "720": ["v480", "v720"],
        "sound": ["a64", "a64"],
    }


def test_the_first_variant_is_what_most_lessons_begin_with() -> None:
    joined = join([lesson("a", BOTH, "v240", "v720"), lesson("b", BOTH)], ts=False)
    assert joined
    assert joined.variants[0].uri == "480.m3u8"
    assert joined.variants[-1].resolution is None  # sound alone comes last


def test_a_lesson_without_picture_or_sound_has_something_that_stands_in() -> None:
    lessons = [lesson("both", BOTH), lesson("silent", SILENT), lesson("heard", HEARD)]
    assert streams(*lessons) == {"480": ["v480", "v480", "standin"], "sound": ["a64", "standin", "a64"]}


def test_in_ts_what_stands_in_is_packed_with_the_other_track() -> None:
    lessons = [lesson("both", BOTH, ts=True), lesson("silent", SILENT, ts=True), lesson("heard", HEARD, ts=True)]
    assert streams(*lessons, ts=True) == {"480": ["v480", "v480+", "a64+"]}


def test_silent_films_among_themselves_need_no_silence() -> None:
    assert streams(lesson("a", SILENT), lesson("b", SILENT)) == {"480": ["v480", "v480"]}
    assert streams(lesson("a", SILENT, ts=True), lesson("b", SILENT, ts=True), ts=True) == {"480": ["v480", "v480"]}


def test_sound_alone_leaves_silent_lessons_out() -> None:
    lessons = [lesson("both", BOTH), lesson("silent", SILENT), lesson("heard", HEARD)]
    assert streams(*lessons, only_sound=True) == {"sound": ["a64", "a64"]}
    assert streams(lesson("heard", HEARD)) == {"sound": ["a64"]}
    assert join([lesson("silent", SILENT)], ts=False, only_sound=True) is None
    assert join([], ts=False) is None


def test_a_variant_tells_the_most_that_any_lesson_asks_for() -> None:
    small = make_plan(seconds=10)
    baseline = replace(small.video[1], codecs="avc1.42C01E", width=300, height=480, frames_per_second=30)
    lessons = [lesson("a", replace(small, video=(baseline,))), lesson("b", BOTH), lesson("c", HEARD)]
    joined = join(lessons, ts=False)
    assert joined
    first = joined.variants[0]
    assert (first.codecs, first.resolution, first.frames_per_second) == ("avc1.64001F,mp4a.40.2", (852, 480), 30)
    assert first.audio_group == "sound"
    assert first.peak_bits_per_second > first.average_bits_per_second


@pytest.mark.parametrize(
    ("codecs", "most"),
    [
        (["avc1.64001F"], "avc1.64001F"),
        (["avc1.42C01E", "avc1.64001E"], "avc1.64001E"),
        (["avc1.4D4028", "avc1.64001F", "avc1.42C00D"], "avc1.640028"),
    ],
)
def test_the_codec_is_the_most_demanding(codecs: list[str], most: str) -> None:
    assert most_demanding(codecs) == most


@pytest.mark.parametrize(("pixels", "side"), [(1, 240), (240, 240), (266, 360), (480, 480), (2160, 1080)])
def test_sizes_are_told_apart_by_usual_sides(pixels: int, side: int) -> None:
    assert side_of(pixels) == side


def test_a_stream_ends_where_it_would_become_too_long() -> None:
    lessons = [lesson(name, make_plan(seconds=40)) for name in "abc"]  # ten segments each
    assert [one.lesson_id for one in first_ones(lessons, most_segments=25)] == ["a", "b"]
    assert [one.lesson_id for one in first_ones(lessons, most_segments=5)] == ["a"]


def test_a_joined_playlist_tells_every_join() -> None:
    text = render_joined(
        [
            Stretch(durations=[Fraction(4), Fraction(1, 2)], segments=["a0", "a1"], init="a"),
            Stretch(durations=[Fraction(9, 2)], segments=["b0"], init="b"),
        ]
    )
    assert text == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:5\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        '#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI="a"\n#EXTINF:4.000000,\na0\n#EXTINF:0.500000,\na1\n'
        '#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="b"\n#EXTINF:4.500000,\nb0\n#EXT-X-ENDLIST\n'
    )


def test_a_seamless_playlist_tells_none() -> None:
    parts = [Stretch(durations=[Fraction(4)], segments=[name]) for name in ("a0.ts", "b0.ts")]
    told, seamless = render_joined(parts), render_joined(parts, seamless=True)
    assert "#EXT-X-DISCONTINUITY" in told
    assert seamless == told.replace("#EXT-X-DISCONTINUITY\n", "")


@pytest.mark.parametrize("seconds", [1, 4, 5, 8, 601])
def test_what_stands_in_ends_with_the_lesson(seconds: int) -> None:
    heard, silent = make_plan(kind="audio", seconds=seconds), make_plan(seconds=seconds, sound=False)
    still = standins.picture_durations(heard)
    assert (len(still), sum(still)) == (heard.segment_count, heard.audio[0].seconds)
    assert min(still) > 0
    quiet = standins.silence(silent)
    assert 0 <= quiet.seconds - silent.video[0].seconds < quiet.frame_seconds
    assert standins.longest(silent) == quiet.seconds


def captions(language: str, revision: int = 1) -> Captions:
    return Captions(lesson_id="a", language=language, label=language.upper(), revision=revision)


def test_captions_go_through_all_lessons_in_every_language() -> None:
    every = [
        replace(lesson("both", BOTH), language="zh", captions=(captions("zh", 3), captions("en"))),
        replace(lesson("none", BOTH), language="zh"),
        replace(lesson("nearly", BOTH), language="zh", captions=(captions("zh-Hans", 2),)),
    ]
    joined = join(every, ts=False)
    assert joined
    assert [row[2] for row in joined.streams["captions-zh"]] == ["zh/3", "", "zh-Hans/2"]
    assert [row[2] for row in joined.streams["captions-en"]] == ["en/1", "", ""]
    assert [(one.name, one.spoken) for one in joined.subtitles] == [("ZH", True), ("EN", False)]
    assert {one.subtitles_group for one in joined.variants} == {"captions"}
    assert join([lesson("bare", BOTH)], ts=False).subtitles == ()  # type: ignore[union-attr]
