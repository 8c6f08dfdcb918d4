"""The film among a file's tracks, and what must be known of it."""

from fractions import Fraction
from typing import Any

import pytest

from medialib.ingest.video import VideoTrack, choose_video

FILM: dict[str, Any] = {
    "index": 0, "codec_type": "video", "codec_name": "h264", "width": 1280, "height": 720, "avg_frame_rate": "30/1",
    "pix_fmt": "yuv420p", "field_order": "progressive", "disposition": {"default": 1}, "duration": "60.0",
}  # fmt: skip


def film(**changes: Any) -> VideoTrack:
    track = choose_video([FILM | changes])
    assert track is not None
    return track


@pytest.mark.parametrize(
    ("others", "index"),
    [
        ([], 0),
        ([{"index": 1, "width": 4032, "height": 3024, "nb_frames": "1", "duration": "0.03"}], 0),
        ([{"index": 1, "width": 4032, "height": 3024, "duration": "1.5"}], 0),
        ([{"index": 1, "disposition": {"attached_pic": 1}, "width": 4000}], 0),
        ([{"index": 1, "disposition": {"timed_thumbnails": 1}, "width": 4000}], 0),
        ([{"index": 1, "width": 1920, "height": 1080, "disposition": {}}], 0),
        ([{"index": 1, "width": 1920, "height": 1080}], 1),
        ([{"index": 1, "duration": "600"}], 1),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_film_is_the_longest_then_the_marked_then_the_largest(
    others: list[dict[str, Any]], index: int, turned: bool
) -> None:
    streams = [FILM, *(FILM | one for one in others)]
    track = choose_video(streams[::-1] if turned else streams)
    assert track and track.index == index


@pytest.mark.parametrize(
    ("changes", "transfer", "grey"),
    [
        ({}, "", False),
        ({"color_transfer": "arib-std-b67"}, "arib-std-b67", False),
        ({"color_transfer": "smpte2084"}, "smpte2084", False),
        ({"color_transfer": "bt2020-10"}, "", False),
        ({"color_transfer": "bt2020-10", "color_primaries": "bt2020", "color_space": "bt2020nc"}, "bt709", False),
        ({"color_primaries": "bt2020", "color_space": "bt709"}, "", False),
        ({"color_transfer": "arib-std-b67", "side_data_list": [{"dv_profile": 8}]}, "arib-std-b67", False),
        ({"side_data_list": [{"dv_profile": 5}]}, "smpte2084", True),
    ],
)
def test_hdr_is_known_by_its_transfer(changes: dict[str, Any], transfer: str, grey: bool) -> None:
    track = film(**changes)
    assert (track.transfer, track.grey) == (transfer, grey)


@pytest.mark.parametrize(
    ("form", "alpha", "full"),
    [
        ("yuv420p", False, False),
        ("yuva444p10le", True, False),
        ("rgba", True, True),
        ("gbrp", False, True),
        ("pal8", False, True),
        ("yuvj422p", False, True),
    ],
)
def test_what_is_see_through_or_of_full_range_is_seen_in_its_form(form: str, alpha: bool, full: bool) -> None:
    track = film(pix_fmt=form)
    assert (track.alpha, track.full_range) == (alpha, full)


@pytest.mark.parametrize(
    ("angle", "size"),
    [(0, (1280, 720)), (-90, (720, 1280)), (90, (720, 1280)), (180, (1280, 720)), (-89, (720, 1280)),
     (45, (1280, 720)), (-80, (1280, 720))],
)  # fmt: skip
def test_only_right_angles_exchange_the_sides(angle: int, size: tuple[int, int]) -> None:
    track = film(side_data_list=[{"rotation": angle}])
    assert (track.width, track.height) == size == track.pixels


@pytest.mark.parametrize(
    ("ratio", "width"), [("1:1", 1280), ("4:3", 1707), ("1:65535", 1280), ("900:1", 1280), ("4:1", 5120)]
)
def test_absurd_pixels_are_taken_for_square(ratio: str, width: int) -> None:
    assert film(sample_aspect_ratio=ratio).width == width
    assert film(sample_aspect_ratio=ratio).pixels == (1280, 720)


@pytest.mark.parametrize(
    ("average", "nominal", "rate"),
    [("240/1", "240/1", 240), ("1000/1", "30/1", 30), ("90000/1", "90000/1", 30), ("0/0", "0/0", 25)],
)
def test_rates_that_are_clocks_are_passed_over(average: str, nominal: str, rate: int) -> None:
    assert film(avg_frame_rate=average, r_frame_rate=nominal).frames_per_second == Fraction(rate)


@pytest.mark.parametrize(
    ("changes", "matrix"),
    [
        ({"width": 480, "height": 854}, "bt601"),
        ({"width": 720, "height": 576}, "bt601"),
        ({"width": 608, "height": 1080}, "bt709"),
        ({"width": 960, "height": 540}, "bt601"),
        ({"color_primaries": "bt2020"}, "bt2020"),
        ({"color_space": "smpte240m"}, "smpte240m"),
    ],
)
def test_the_matrix_of_what_is_not_tagged_goes_by_its_size(changes: dict[str, Any], matrix: str) -> None:
    assert film(**changes).matrix == matrix


def test_a_film_of_one_picture_is_a_film_and_no_film_is_none() -> None:
    assert film(nb_frames="1", duration="0.04").codec == "h264"
    assert choose_video([]) is None
    assert choose_video([FILM | {"width": 0}]) is None
