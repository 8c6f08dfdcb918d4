"""Which recordings' own pictures may be offered as they are."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from web.factories import make_plan

from medialib.ingest.originals import (
    Original,
    has_keyframes_on_the_grid,
    read_original,
    rung_to_copy,
    sample_windows,
    with_copy,
)

STREAM = {
    "index": 0, "codec_name": "h264", "profile": "High", "pix_fmt": "yuv420p", "width": 1280, "height": 720,
    "avg_frame_rate": "25/1", "bit_rate": "1500000", "field_order": "progressive", "sample_aspect_ratio": "1:1",
    "color_range": "tv", "color_transfer": "bt709",
}  # fmt: skip
ORIGINAL = Original(index=0, width=1280, height=720, frames_per_second=Fraction(25), bits_per_second=1_500_000)


def read(**changes: Any) -> Original | None:
    stream = {key: value for key, value in {**STREAM, **changes}.items() if value is not None}
    return read_original({"streams": [stream], "format": {"bit_rate": "1700000"}}, 0)


def test_plain_h264_is_read() -> None:
    assert read() == ORIGINAL


@pytest.mark.parametrize(
    "unsaid", ["field_order", "sample_aspect_ratio", "color_range", "color_transfer", "color_space", "color_primaries"]
)
def test_what_a_stream_does_not_say_is_taken_for_the_usual(unsaid: str) -> None:
    assert read(**{unsaid: None}) == ORIGINAL


def test_without_a_rate_of_its_own_the_whole_file_s_counts() -> None:
    original = read(bit_rate=None)
    assert original and original.bits_per_second == 1_700_000


@pytest.mark.parametrize(
    "changes",
    [
        {"codec_name": "hevc"},
        {"profile": "High 10", "pix_fmt": "yuv420p10le"},
        {"profile": "High 4:2:2", "pix_fmt": "yuv422p"},
        {"profile": None},
        {"pix_fmt": "yuvj420p"},
        {"color_range": "pc"},
        {"field_order": "tt"},
        {"sample_aspect_ratio": "16:11"},
        {"color_transfer": "arib-std-b67"},
        {"color_transfer": "smpte2084", "color_primaries": "bt2020"},
        {"color_space": "bt2020nc"},
        {"color_primaries": "bt2020"},
        {"side_data_list": [{"side_data_type": "Display Matrix", "displaymatrix": "...", "rotation": -90}]},
        {"side_data_list": [{"side_data_type": "Display Matrix", "displaymatrix": "...", "rotation": 0}]},
        {"avg_frame_rate": "1/0"},
        {"index": 1},
    ],
)
def test_what_some_player_would_show_wrongly_is_not(changes: Mapping[str, Any]) -> None:
    assert read(**changes) is None


def test_the_top_rung_is_copied() -> None:
    plan = make_plan()
    rung = rung_to_copy(plan, ORIGINAL)
    assert rung and rung.name == "v720"
    assert [one.copied for one in with_copy(plan, rung).video] == [False, False, True]


@pytest.mark.parametrize(
    "changes",
    [
        {"bits_per_second": 2_300_001},  # 1.15 times the rung's 2,000,000
        {"bits_per_second": 0},
        {"width": 1920, "height": 1080},
        {"width": 720, "height": 1280},
        {"frames_per_second": Fraction(5)},
        {"frames_per_second": Fraction(120)},
    ],
)
def test_another_size_rate_or_bit_rate_than_the_top_rung_s_is_not_copied(changes: Mapping[str, Any]) -> None:
    assert rung_to_copy(make_plan(), Original(**{**vars(ORIGINAL), **changes})) is None


def test_neither_the_start_rung_nor_sound_is_copied() -> None:
    assert rung_to_copy(make_plan(kind="audio"), ORIGINAL) is None
    assert rung_to_copy(make_plan(), None) is None
    plan = make_plan()
    start = plan.video[1]
    small = plan.__class__(**{**vars(plan), "video": plan.video[:2]})
    own = Original(**{**vars(ORIGINAL), "width": start.width, "height": start.height, "bits_per_second": 500_000})
    assert rung_to_copy(small, own) is None


def test_the_beginning_the_third_and_two_thirds_are_looked_at() -> None:
    assert sample_windows(make_plan(seconds=600)) == [(0, 16), (200, 216), (400, 416)]
    assert sample_windows(make_plan(seconds=3)) == [(0, 16)]


def packets(*keys: float, start: float = 0.0) -> list[dict[str, str]]:
    """A picture every tenth of a second; those at `keys` are keyframes."""
    times = sorted({number / 10 for number in range(6100)} | set(keys))
    return [{"pts_time": f"{at + start:.6f}", "flags": "K__" if at in keys else "___"} for at in times]


@pytest.mark.parametrize(
    ("keys", "usable"),
    [
        ([number * 2.0 for number in range(300)], True),
        ([number * 4.0 + 0.04 for number in range(150)], True),
        ([0.0, *(number * 4.0 + 0.05 for number in range(1, 150))], False),
        ([number * 4.0 - 0.04 for number in range(1, 150)], False),
        ([number * 5.0 for number in range(120)], False),
        ([], False),
        ([number * 4.0 for number in range(150) if number != 101], False),
        ([number * 4.0 for number in range(150) if number != 10], True),  # nobody looked there
    ],
)
def test_keyframes_must_be_where_segments_begin(keys: list[float], usable: bool) -> None:
    plan = make_plan(seconds=600)
    assert has_keyframes_on_the_grid(plan, packets(*keys), sample_windows(plan)) is usable


def test_the_recording_s_own_start_is_the_grid_s() -> None:
    plan = make_plan(seconds=600)
    late = plan.__class__(
        **{**vars(plan), "source": plan.source.__class__(**{**vars(plan.source), "start_seconds": 5.3})}
    )
    keys = [number * 4.0 for number in range(150)]
    assert has_keyframes_on_the_grid(late, packets(*keys, start=5.3), sample_windows(late))
    assert not has_keyframes_on_the_grid(late, packets(*keys), sample_windows(late))


def test_packets_without_a_time_are_passed_over() -> None:
    assert not has_keyframes_on_the_grid(make_plan(), [{"flags": "K__"}, {"pts_time": "0"}], [(0, 4)])
