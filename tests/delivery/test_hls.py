"""HLS playlists: values and their text."""

import math
import sys
from dataclasses import replace

import m3u8
import pytest
from web.factories import make_plan

from medialib.delivery.hls import (
    Keyframes,
    Sound,
    Variant,
    render_keyframes,
    render_media,
    render_multivariant,
    render_ts,
)

SOUND = Sound(group="sound", name="zh", language="zh", channels=2, uri="v1/a64/index.m3u8")
PICTURE = Variant(
    uri="v1/v480/index.m3u8", peak_bits_per_second=1_446_000, average_bits_per_second=964_000,
    codecs="avc1.64001E,mp4a.40.2", resolution=(854, 480), frames_per_second=25, audio_group="sound",
)  # fmt: skip
ALONE = Variant(
    uri="v1/a64/index.m3u8", peak_bits_per_second=96_000, average_bits_per_second=64_000, codecs="mp4a.40.2"
)


@pytest.mark.parametrize(
    ("sounds", "variants", "lines"),
    [
        (
            [SOUND],
            [PICTURE, ALONE],
            [
                '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="zh",LANGUAGE="zh",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",'
                'URI="v1/a64/index.m3u8"',
                "#EXT-X-STREAM-INF:BANDWIDTH=1446000,AVERAGE-BANDWIDTH=964000,"
                'CODECS="avc1.64001E,mp4a.40.2",RESOLUTION=854x480,FRAME-RATE=25.000,AUDIO="sound"',
                "v1/v480/index.m3u8",
                '#EXT-X-STREAM-INF:BANDWIDTH=96000,AVERAGE-BANDWIDTH=64000,CODECS="mp4a.40.2"',
                "v1/a64/index.m3u8",
            ],
        ),
        (
            [],
            [ALONE],
            [
                '#EXT-X-STREAM-INF:BANDWIDTH=96000,AVERAGE-BANDWIDTH=64000,CODECS="mp4a.40.2"',
                "v1/a64/index.m3u8",
            ],
        ),
    ],
)
def test_a_multivariant_playlist_says_what_there_is(
    sounds: list[Sound], variants: list[Variant], lines: list[str]
) -> None:
    head = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    assert render_multivariant(sounds, variants) == "\n".join([*head, *lines]) + "\n"


def test_a_sound_that_is_not_the_usual_one_says_so() -> None:
    other = replace(SOUND, default=False, automatic=False)
    assert "DEFAULT=NO,AUTOSELECT=NO,CHANNELS" in render_multivariant([SOUND, other], [PICTURE])


def test_a_media_playlist_is_complete_from_the_start() -> None:
    plan = make_plan(seconds=10)
    assert render_media(plan, plan.video[0]) == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        '#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI="init.mp4"\n'
        "#EXTINF:4.000000,\n0.m4s\n#EXTINF:4.000000,\n1.m4s\n#EXTINF:2.000000,\n2.m4s\n#EXT-X-ENDLIST\n"
    )


def test_a_ts_playlist_has_the_same_segments_and_no_init() -> None:
    plan = make_plan(seconds=10)
    assert render_ts(plan, plan.video[0]) == (
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        "#EXTINF:4.000000,\n0.ts\n#EXTINF:4.000000,\n1.ts\n#EXTINF:2.000000,\n2.ts\n#EXT-X-ENDLIST\n"
    )


def test_a_keyframes_playlist_has_a_range_of_each_segment() -> None:
    plan = make_plan(seconds=6)
    text = render_keyframes(plan, plan.video[0], [(76, 5000), (80, 300)])
    assert "#EXT-X-I-FRAMES-ONLY\n" in text
    assert text.endswith(
        '#EXT-X-MAP:URI="init.mp4"\n#EXTINF:4.000000,\n#EXT-X-BYTERANGE:5000@76\n0.m4s\n'
        "#EXTINF:2.000000,\n#EXT-X-BYTERANGE:300@80\n1.m4s\n#EXT-X-ENDLIST\n"
    )
    found = m3u8.loads(text)
    assert found.is_i_frames_only
    assert [one.byterange for one in found.segments] == ["5000@76", "300@80"]


def test_keyframes_are_offered_after_the_variants() -> None:
    pictures = Keyframes(
        uri="v1/v240/keyframes.m3u8", peak_bits_per_second=40_000, average_bits_per_second=20_000,
        codecs="avc1.64001E", resolution=(426, 240),
    )  # fmt: skip
    text = render_multivariant([], [ALONE], keyframes=[pictures])
    assert text.endswith(
        '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=40000,AVERAGE-BANDWIDTH=20000,CODECS="avc1.64001E",RESOLUTION=426x240,'
        'URI="v1/v240/keyframes.m3u8"\n'
    )
    (found,) = m3u8.loads(text).iframe_playlists
    assert found.iframe_stream_info.bandwidth == 40_000


def test_nothing_breaks_out_of_a_quoted_string() -> None:
    evil = replace(SOUND, name='zh",URI="//evil', language="zh\r\n#EXT-X-ENDLIST\u2028")
    (line,) = [one for one in render_multivariant([evil], [ALONE]).split("\n") if "EXT-X-MEDIA:" in one]
    assert 'NAME="zh\',URI=\'//evil",LANGUAGE="zh #EXT-X-ENDLIST",DEFAULT' in line


def test_half_a_day_of_segments_is_written_without_a_fraction_for_each() -> None:
    plan = make_plan(seconds=12 * 3600)
    for rendition in (plan.video[0], plan.audio[0]):
        calls = 0

        def count(_frame: object, event: str, _argument: object) -> None:
            nonlocal calls
            calls += event == "call"

        sys.setprofile(count)
        render_media(plan, rendition)
        sys.setprofile(None)
        assert calls < 2 * plan.segment_count


@pytest.mark.parametrize("seconds", [1, 4, 7, 601])
def test_every_segment_is_told_as_long_as_the_plan_makes_it(seconds: int) -> None:
    plan = make_plan(seconds=seconds)
    for rendition in plan.renditions:
        told = [count * rendition.frame_seconds for count in plan.frames(rendition)]
        assert told == [plan.duration(rendition, number) for number in range(plan.segment_count)]


@pytest.mark.parametrize("seconds", [1, 4, 5, 59, 3600])
def test_a_media_playlist_is_read_by_another_library_as_it_was_meant(seconds: int) -> None:
    plan = make_plan(seconds=seconds)
    for rendition in plan.renditions:
        found = m3u8.loads(render_media(plan, rendition))
        assert found.is_endlist
        assert len(found.segments) == plan.segment_count
        assert math.isclose(sum(one.duration for one in found.segments), rendition.seconds, abs_tol=1e-3)
        assert all(round(one.duration) <= found.target_duration for one in found.segments)
        assert 0 < found.segments[-1].duration <= plan.segment_seconds + 1024 / 48_000
