"""ffprobe's JSON to Facts: pieces of what ffprobe says of real files."""

from fractions import Fraction
from typing import Any

import pytest

from medialib.errors import UnusableMedia
from medialib.ingest.facts import Ends, VideoTrack, read_ends, read_facts

VIDEO: dict[str, Any] = {
    "index": 0, "codec_name": "h264", "codec_type": "video", "width": 1280, "height": 720,
    "sample_aspect_ratio": "1:1", "pix_fmt": "yuv420p", "color_range": "tv", "color_space": "bt709",
    "field_order": "progressive", "r_frame_rate": "25/1", "avg_frame_rate": "25/1", "start_time": "0.000000",
    "duration": "5.280000", "nb_frames": "132", "disposition": {"default": 1, "attached_pic": 0},
}  # fmt: skip
AUDIO: dict[str, Any] = {
    "index": 1, "codec_name": "aac", "codec_type": "audio", "channels": 2, "start_time": "0.000000",
    "duration": "5.312000", "disposition": {"default": 1, "attached_pic": 0}, "tags": {"language": "und"},
}  # fmt: skip
COVER: dict[str, Any] = {
    "index": 2, "codec_name": "png", "codec_type": "video", "width": 500, "height": 500, "r_frame_rate": "90000/1",
    "avg_frame_rate": "0/0", "disposition": {"default": 0, "attached_pic": 1},
}  # fmt: skip
FORMAT = {"format_name": "mov,mp4,m4a,3gp,3g2,mj2", "start_time": "0.000000", "duration": "5.312000"}


def probe(*streams: dict[str, Any], **container: Any) -> dict[str, Any]:
    return {"streams": list(streams), "format": FORMAT | container}


def picture(**changes: Any) -> VideoTrack:
    track = read_facts(probe(VIDEO | changes)).video
    assert track is not None
    return track


@pytest.mark.parametrize(
    ("tags", "seconds"),
    [
        (("00:00:05.280000000", "00:00:05.312000000"), 5.312),
        (("00:00:05.280000000", ""), 18_000),
        (("00:00:05.280000000", "five"), 18_000),
        (("07:00:00.000000000", "00:00:05.312000000"), 18_000),
    ],
)
def test_a_caption_without_end_makes_a_film_no_longer(tags: tuple[str, str], seconds: float) -> None:
    tracks = [
        {key: value for key, value in one.items() if key != "duration"} | {"tags": {"DURATION": tag}}
        for one, tag in zip((VIDEO, AUDIO), tags, strict=True)
    ]
    facts = read_facts(probe(*tracks, format_name="matroska,webm", duration="18000.000000"))
    assert facts.declared_seconds == pytest.approx(seconds)


def test_an_ordinary_film_is_read() -> None:
    facts = read_facts(probe(VIDEO, AUDIO))
    assert facts.container == "mov,mp4,m4a,3gp,3g2,mj2"
    assert (facts.start_seconds, facts.declared_seconds, facts.track_count) == (0.0, 5.312, 2)
    assert facts.video == VideoTrack(
        index=0, codec="h264", width=1280, height=720, rotation=0, frames_per_second=Fraction(25), matrix="bt709",
        full_range=False, interlaced=False, pixels=(1280, 720),
    )  # fmt: skip
    assert [(one.index, one.codec, one.channels, one.language) for one in facts.audio] == [(1, "aac", 2, "")]
    assert facts.cover_index is None


@pytest.mark.parametrize(
    ("matrix", "rotation", "shown"),
    [
        ([], 0, (1280, 720)),
        ([{"side_data_type": "Display Matrix", "rotation": -90}], 90, (720, 1280)),
        ([{"side_data_type": "Display Matrix", "rotation": 90}], 270, (720, 1280)),
        ([{"side_data_type": "Display Matrix", "rotation": -180}], 180, (1280, 720)),
        ([{"side_data_type": "Display Matrix", "rotation": -89}], 90, (720, 1280)),
        ([{"side_data_type": "Display Matrix", "rotation": 0}], 0, (1280, 720)),
        ([{"side_data_type": "DOVI configuration record"}], 0, (1280, 720)),
    ],
)
def test_a_turned_picture_is_measured_as_it_is_shown(
    matrix: list[dict[str, Any]], rotation: int, shown: tuple[int, int]
) -> None:
    track = picture(side_data_list=matrix)
    assert (track.rotation, (track.width, track.height)) == (rotation, shown)


@pytest.mark.parametrize(
    ("ratio", "width"), [("1:1", 720), ("16:15", 768), ("64:45", 1024), ("0:1", 720), ("N/A", 720), ("1:0", 720)]
)
def test_oblong_pixels_are_made_square(ratio: str, width: int) -> None:
    track = picture(width=720, height=576, sample_aspect_ratio=ratio)
    assert (track.width, track.height) == (width, 576)


@pytest.mark.parametrize(
    ("average", "nominal", "rate"),
    [
        ("30000/1001", "30000/1001", Fraction(30000, 1001)),
        ("0/0", "25/1", Fraction(25)),
        ("0/0", "0/0", Fraction(25)),
        ("19001/760", "90000/1", Fraction(19001, 760)),
    ],
)
def test_the_rate_is_the_average_then_the_nominal_then_25(average: str, nominal: str, rate: Fraction) -> None:
    assert picture(avg_frame_rate=average, r_frame_rate=nominal).frames_per_second == rate


@pytest.mark.parametrize(
    ("changes", "matrix"),
    [
        ({"color_space": "smpte170m"}, "bt601"),
        ({"color_space": "bt470bg"}, "bt601"),
        ({"color_space": "bt2020nc"}, "bt2020"),
        ({"color_space": "unknown", "height": 480, "width": 640}, "bt601"),
        ({"color_space": None}, "bt709"),
    ],
)
def test_the_matrix_is_what_is_tagged_or_what_is_usual_for_the_size(changes: dict[str, Any], matrix: str) -> None:
    assert picture(**changes).matrix == matrix


@pytest.mark.parametrize(
    ("changes", "full"), [({"color_range": "pc"}, True), ({"pix_fmt": "yuvj420p"}, True), ({}, False)]
)
def test_full_range_is_noticed(changes: dict[str, Any], full: bool) -> None:
    assert picture(**changes).full_range is full


@pytest.mark.parametrize(("order", "interlaced"), [("tt", True), ("bt", True), ("progressive", False), ("", True)])
def test_interlaced_pictures_are_noticed(order: str, interlaced: bool) -> None:
    assert picture(field_order=order).interlaced is interlaced


def test_an_attached_picture_is_a_cover_and_no_film() -> None:
    facts = read_facts(probe(AUDIO, COVER, format_name="mp3"))
    assert (facts.video, facts.cover_index) == (None, 2)


def test_a_cover_without_the_mark_is_still_one() -> None:
    facts = read_facts(probe(AUDIO, COVER | {"disposition": {}}))
    assert (facts.video, facts.cover_index) == (None, 2)


def test_motion_jpeg_is_a_film() -> None:
    track = picture(codec_name="mjpeg", nb_frames="240", avg_frame_rate="24/1")
    assert track.codec == "mjpeg"


def test_a_film_with_a_cover_keeps_both() -> None:
    facts = read_facts(probe(COVER, VIDEO, AUDIO))
    assert facts.video and (facts.video.index, facts.cover_index) == (0, 2)


@pytest.mark.parametrize("broken", [{"width": 0}, {"height": 0}, {"codec_name": None}])
def test_a_picture_that_cannot_be_decoded_leaves_the_sound(broken: dict[str, Any]) -> None:
    facts = read_facts(probe(VIDEO | broken, AUDIO))
    assert facts.video is None
    assert len(facts.audio) == 1


@pytest.mark.parametrize(
    "streams",
    [
        [],
        [{"index": 0, "codec_type": "data", "codec_tag_string": "gpmd"}],
        [{"index": 0, "codec_type": "subtitle", "codec_name": "mov_text"}, {"index": 1, "codec_type": "attachment"}],
        [COVER],
        [AUDIO | {"codec_name": None}],
        [{"index": 0}],
    ],
)
def test_a_file_with_neither_sound_nor_film_is_refused_with_a_sentence(streams: list[dict[str, Any]]) -> None:
    with pytest.raises(UnusableMedia, match="neither sound nor a moving picture"):
        read_facts(probe(*streams))


def test_a_clock_that_starts_late_and_a_length_that_is_not_told() -> None:
    late = read_facts(probe(VIDEO | {"start_time": "5.04"}, AUDIO | {"start_time": "5.000000"}))
    assert late.start_seconds == 5.0
    stream = {"index": 0, "codec_type": "audio", "codec_name": "opus"}
    bare = {"format": {"format_name": "matroska,webm"}, "streams": [stream]}
    assert (read_facts(bare).declared_seconds, read_facts(bare).start_seconds) == (0.0, 0.0)


def test_ends_are_those_of_the_tracks_that_are_used() -> None:
    facts = read_facts(probe(VIDEO, AUDIO))
    told: list[dict[str, Any]] = [
        {"stream_index": 0, "pts_time": "5.20", "duration_time": "0.04"},
        {"stream_index": 0, "pts_time": "5.12", "duration_time": "0.04"},
        {"stream_index": 1, "dts_time": "5.25"},
        {"stream_index": 7, "pts_time": "99.0"},
        {"stream_index": 1},
    ]
    assert read_ends(told, facts) == Ends(video_seconds=5.24, audio_seconds=5.25, sounds={1: 5.25})
    assert read_ends([], facts) == Ends(video_seconds=None, audio_seconds=None)


def test_the_sound_that_is_heard_first_is_the_default_one_and_no_commentary() -> None:
    tracks = [
        AUDIO | {"index": 1, "disposition": {"default": 1}, "tags": {"title": "Director's Commentary"}},
        AUDIO | {"index": 2, "disposition": {"default": 0}, "tags": {"language": "eng"}},
        AUDIO | {"index": 3, "disposition": {"default": 1}, "tags": {"language": "chi"}, "channel_layout": "stereo"},
        AUDIO | {"index": 4, "disposition": {"default": 1, "visual_impaired": 1}, "tags": {}},
    ]
    facts = read_facts(probe(VIDEO, *tracks))
    assert [one.index for one in facts.audio] == [3, 2, 1, 4]
    assert [one.commentary for one in facts.audio] == [False, False, True, True]
    assert [one.layout for one in facts.audio] == ["stereo", "", "", ""]
