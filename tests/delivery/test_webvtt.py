"""Captions as WebVTT, whole and in segments."""

import m3u8
import pytest
import webvtt as reader

from medialib.catalogue.cues import Cue
from medialib.catalogue.lessons import Captions
from medialib.catalogue.plans import AudioRendition, Plan, VideoRendition
from medialib.catalogue.source_uses import SourceUse
from medialib.delivery import hls, offer
from medialib.delivery.webvtt import render_captions, render_chapters, render_playlist, render_segment, timestamp

CUES = (
    Cue(begin=0.5, end=2.0, text="<i>一</i> &lt;"),
    Cue(begin=3.0, end=9.25, text="跨过三段\n二"),
    Cue(begin=4.0, end=4.5, text="正好"),
    Cue(begin=9.0, end=10.0, text="尾"),
)


def plan(seconds: float = 10.0) -> Plan:
    rung = VideoRendition(
        name="v240", width=320, height=240, frames_per_second=25, frames=round(seconds * 25), crf=25,
        max_bits_per_second=1, level="3.1", codecs="avc1",
    )  # fmt: skip
    sound = AudioRendition(name="a64", channels=2, bits_per_second=1, frames=round(seconds * 48_000 / 1024))
    use = SourceUse(video_index=0, audio_index=1, start_seconds=0, video_end_seconds=seconds)
    return Plan(
        version=1, segment_seconds=4, segment_count=-(-round(seconds * 25) // 100), preset="veryfast", source=use,
        video=(rung,), audio=(sound,), start_rung="v240",
    )  # fmt: skip


def test_the_whole_file_is_webvtt() -> None:
    text = render_captions(CUES)
    assert text.startswith("WEBVTT\n\n00:00:00.500 --> 00:00:02.000\n<i>一</i> &lt;\n\n00:00:03.000 -->")
    found = reader.from_string(text).captions
    assert [(one.start_in_seconds, one.raw_text) for one in found] == [
        (0, "<i>一</i> &lt;"), (3, "跨过三段\n二"), (4, "正好"), (9, "尾"),
    ]  # fmt: skip


def test_a_cue_across_a_boundary_is_in_every_segment_that_it_touches() -> None:
    segments = [render_segment(CUES, plan(), number) for number in range(3)]
    head = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n"
    assert all(one.startswith(head) for one in segments)
    assert [[cue.text for cue in CUES if cue.text in one] for one in segments] == [
        ["<i>一</i> &lt;", "跨过三段\n二"], ["跨过三段\n二", "正好"], ["跨过三段\n二", "尾"],
    ]  # fmt: skip
    assert all("00:00:03.000 --> 00:00:09.250" in one for one in segments)


def test_a_segment_in_which_nobody_speaks_is_valid() -> None:
    assert render_segment((), plan(), 1) == "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n"


@pytest.mark.parametrize(("seconds", "durations"), [(10.0, [4, 4, 2]), (8.0, [4, 4]), (1.0, [1])])
def test_the_playlist_is_on_the_grid_of_the_pictures(seconds: float, durations: list[float]) -> None:
    playlist = m3u8.loads(render_playlist(plan(seconds)))
    assert [one.duration for one in playlist.segments] == durations
    assert [one.uri for one in playlist.segments] == [f"{number}.vtt" for number in range(len(durations))]
    assert playlist.target_duration == 4 and playlist.is_endlist and playlist.playlist_type == "vod"


def test_chapters_last_until_the_next_one() -> None:
    chapters = [{"start_seconds": 0.0, "title": "选竹 & <破篾>"}, {"start_seconds": 62.5, "title": "编"}]
    assert render_chapters(chapters, seconds=100) == (
        "WEBVTT\n\n00:00:00.000 --> 00:01:02.500\n选竹 &amp; &lt;破篾&gt;\n\n00:01:02.500 --> 00:01:40.000\n编\n"
    )


def test_times_are_written_with_hours() -> None:
    assert [timestamp(one) for one in (0, 59.9996, 3723.4, 36_000)] == [
        "00:00:00.000", "00:01:00.000", "01:02:03.400", "10:00:00.000",
    ]  # fmt: skip


def test_every_variant_offers_the_captions() -> None:
    rows = [
        Captions(lesson_id="x", language="zh-Hans", label="中文 (简体)", revision=3),
        Captions(lesson_id="x", language="en", label="English", revision=4),
    ]
    subtitles = offer.subtitles(plan(), rows, language="zh")
    variant = hls.Variant(uri="a", peak_bits_per_second=1, average_bits_per_second=1, codecs="x")
    text = hls.render_multivariant((), offer.with_subtitles([variant], subtitles), subtitles)
    master = m3u8.loads(text)
    first, second = master.media
    assert (first.type, first.language, first.name, first.default, first.autoselect, first.forced) == (
        "SUBTITLES", "zh-Hans", "中文 (简体)", "NO", "YES", "NO",
    )  # fmt: skip
    assert first.uri == "v1/captions/zh-Hans/3/index.m3u8"
    assert first.characteristics == "public.accessibility.transcribes-spoken-dialog"
    assert second.characteristics is None
    assert master.playlists[0].stream_info.subtitles == first.group_id == "captions"


def test_a_lesson_without_captions_offers_none() -> None:
    variant = hls.Variant(uri="a", peak_bits_per_second=1, average_bits_per_second=1, codecs="x")
    assert "SUBTITLES" not in hls.render_multivariant((), offer.with_subtitles([variant], ()))


def test_beside_ts_captions_say_where_its_clock_begins() -> None:
    assert "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000" in render_segment([], plan(), 0)
    assert "X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000" in render_segment([], plan(), 1, clock_ticks=900_000)
