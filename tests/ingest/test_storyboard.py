"""Thumbnails: how many, how large, where on which sheet."""

from dataclasses import replace

import pytest
from web.factories import make_plan

from medialib.catalogue.plans import Plan
from medialib.ingest.storyboard import Storyboard, make_storyboard, render_thumbnails


def plan(seconds: int, *, width: int = 426, height: int = 240, segment_seconds: int = 4) -> Plan:
    made = make_plan(seconds=seconds)
    video = tuple(replace(one, width=width, height=height) for one in made.video)
    return replace(made, video=video, segment_seconds=segment_seconds)


@pytest.mark.parametrize(
    ("seconds", "interval", "tiles", "sheets"),
    [
        (1, 1, 1, 1), (30, 1, 30, 1), (100, 1, 100, 1), (150, 2, 75, 1), (200, 2, 100, 1), (201, 4, 51, 1),
        (800, 4, 200, 2), (801, 8, 101, 2), (7200, 36, 200, 2), (8 * 3600, 144, 200, 2), (12 * 3600, 216, 200, 2),
    ],
)  # fmt: skip
def test_a_film_has_a_tile_every_so_often_and_two_hundred_at_most(
    seconds: int, interval: int, tiles: int, sheets: int
) -> None:
    board = make_storyboard(plan(seconds))
    assert (board.interval_seconds, board.tiles, board.sheets) == (interval, tiles, sheets)


@pytest.mark.parametrize("segment_seconds", [2, 3, 4, 6, 10])
def test_tiles_of_a_long_film_stand_where_segments_begin(segment_seconds: int) -> None:
    for seconds in range(201, 9000, 97):
        board = make_storyboard(plan(seconds, segment_seconds=segment_seconds))
        assert board.interval_seconds % segment_seconds == 0
        assert board.tiles <= 200
        assert (board.tiles - 1) * board.interval_seconds < seconds <= board.tiles * board.interval_seconds


@pytest.mark.parametrize(
    ("size", "tile"),
    [
        ((854, 480), (160, 90)), ((480, 854), (90, 160)), ((640, 640), (160, 160)), ((1920, 800), (160, 66)),
        ((320, 2), (160, 2)), ((100, 60), (100, 60)), ((2, 2), (2, 2)),
    ],
)  # fmt: skip
def test_a_tile_has_the_films_proportions_and_is_never_enlarged(size: tuple[int, int], tile: tuple[int, int]) -> None:
    board = make_storyboard(plan(60, width=size[0], height=size[1]))
    assert (board.width, board.height) == tile


def test_the_track_names_a_rectangle_for_every_stretch_of_the_film() -> None:
    board = Storyboard(interval_seconds=36, tiles=102, width=160, height=90)
    blocks = render_thumbnails(board, 3660.5).split("\n\n")
    assert blocks[0] == "WEBVTT"
    assert blocks[1] == "00:00:00.000 --> 00:00:36.000\n0.jpg#xywh=0,0,160,90"
    assert blocks[13] == "00:07:12.000 --> 00:07:48.000\n0.jpg#xywh=320,90,160,90"
    assert blocks[100] == "00:59:24.000 --> 01:00:00.000\n0.jpg#xywh=1440,810,160,90"
    assert blocks[101] == "01:00:00.000 --> 01:00:36.000\n1.jpg#xywh=0,0,160,90"
    assert blocks[102] == "01:00:36.000 --> 01:01:00.500\n1.jpg#xywh=160,0,160,90\n"
    assert (list(board.on_sheet(1)), board.rows_of(0), board.rows_of(1)) == ([100, 101], 10, 1)
