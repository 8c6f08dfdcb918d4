"""Commands of the remuxes, what MPEG-TS will weigh, and chapters as ffmpeg reads them."""

from itertools import pairwise

import pytest

from medialib.ingest.transmux import (
    chapters_text,
    fill_up,
    film_command,
    recording_command,
    ts_bytes_of_pictures,
    ts_bytes_of_sound,
    ts_command,
)


def after(command: list[str], option: str) -> list[str]:
    return [value for name, value in pairwise(command) if name == option]


@pytest.mark.parametrize(
    ("picture", "sound", "inputs"),
    [
        (True, True, ["file:video.mp4", "file:audio.mp4"]),
        (True, False, ["file:video.mp4"]),
        (False, True, ["file:audio.mp4"]),
    ],
)
def test_a_ts_segment_is_copied_on_one_clock_that_begins_at_ten_seconds(
    picture: bool, sound: bool, inputs: list[str]
) -> None:
    command = ts_command("ffmpeg", picture=picture, sound=sound)
    assert after(command, "-i") == inputs
    assert after(command, "-protocol_whitelist") == ["file"] * len(inputs)
    assert after(command, "-c") == ["copy"]
    assert after(command, "-output_ts_offset") == ["10"]
    assert after(command, "-mpegts_copyts") == ["1"]
    assert "-copyts" in command


def test_whole_files_begin_with_what_a_player_needs_first() -> None:
    for command in (film_command("ffmpeg", sound=True), recording_command("ffmpeg", chapters=True)):
        assert after(command, "-movflags") == ["+faststart"]
        assert after(command, "-c") == ["copy"]


def test_chapters_come_from_their_file_only() -> None:
    assert after(recording_command("ffmpeg", chapters=True), "-map_chapters") == ["1"]
    assert after(recording_command("ffmpeg", chapters=False), "-map_chapters") == ["-1"]
    assert after(recording_command("ffmpeg", chapters=False), "-i") == ["file:audio.mp4"]


def test_chapters_end_where_the_next_begins_and_their_titles_cannot_break_out() -> None:
    chapters = [{"start_seconds": 0, "title": "开始"}, {"start_seconds": 3.5, "title": "a=b;#\\\n[CHAPTER]\nSTART=0"}]
    assert chapters_text(chapters, 10.0) == (
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=3500\ntitle=开始\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=3500\nEND=10000\ntitle=a\\=b\\;\\#\\\\ [CHAPTER] START\\=0\n"
    )


def test_a_chapter_at_the_very_end_still_lasts_and_a_long_title_is_cut() -> None:
    text = chapters_text([{"start_seconds": 10.0, "title": "渔" * 500}], 10.0)
    assert "START=10000\nEND=10001\n" in text
    assert len(text.split("title=")[1].strip().encode()) <= 255


@pytest.mark.parametrize(("sizes", "packets"), [([], 0), ([1], 1), ([150], 1), ([160], 2), ([1, 1], 2), ([1500], 9)])
def test_every_picture_begins_a_packet(sizes: list[int], packets: int) -> None:
    assert ts_bytes_of_pictures(sizes) == 188 * packets


@pytest.mark.parametrize(
    ("sizes", "packets"), [([], 0), ([100], 1), ([100] * 10, 6), ([163] * 18, 17), ([163] * 36, 34), ([6] * 188, 23)]
)
def test_sound_is_gathered_before_it_is_packed(sizes: list[int], packets: int) -> None:
    assert ts_bytes_of_sound(sizes) == 188 * packets


@pytest.mark.parametrize(("packets", "filled"), [(6, 11), (11, 11), (12, 12)])
def test_a_segment_of_hardly_any_sound_is_filled_up_with_null_packets(packets: int, filled: int) -> None:
    sound = (b"\x47\x01\x00\x10" + bytes(184)) * packets
    segment = bytearray(sound)
    fill_up(segment)
    assert bytes(segment).startswith(sound)
    assert len(segment) == 188 * filled
    assert {bytes(segment[at : at + 4]) for at in range(len(sound), len(segment), 188)} <= {b"\x47\x1f\xff\x10"}
