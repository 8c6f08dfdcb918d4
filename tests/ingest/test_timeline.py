"""What packets say of a file's clock."""

import pytest

from medialib.ingest.timeline import Timeline


def read(*packets: tuple[int, float | None, float | None], used: tuple[int, ...] = (0, 1)) -> Timeline:
    timeline = Timeline(used)
    for index, shown, stored in packets:
        told = ["N/A" if one is None else f"{one:.6f}" for one in (shown, stored)]
        timeline.take(f"{index},{told[0]},{told[1]},0.040000".encode())
    return timeline


def ends(timeline: Timeline) -> dict[int, float]:
    return {one["stream_index"]: round(one["pts_time"], 3) for one in timeline.packets}


@pytest.mark.parametrize(("packets", "lacks"), [((0.0, 0.04, 0.08), False), ((0.0, 0.04, 0.5), True)])
def test_in_a_format_without_gaps_a_hole_is_what_could_not_be_read(packets: tuple[float, ...], lacks: bool) -> None:
    timeline = Timeline({0}, gapless=True)
    for at in packets:
        timeline.take(f"0,{at},{at},0.04".encode())
    assert (timeline.lacks, timeline.jumps) == (lacks, False)


def test_the_latest_end_of_each_track_is_kept_and_nothing_else() -> None:
    timeline = read((0, 5.16, 5.0), (0, 5.08, 5.04), (1, 5.1, 5.1), *((0, 6 + n / 25, None) for n in range(500)))
    assert ends(timeline) == {0: 26.0, 1: 5.14}
    assert len(timeline.packets) == 2


@pytest.mark.parametrize("line", [b"", b"side_data", b"x,1,1,1", b"0,N/A,N/A,N/A", b"0,1.0"])
def test_lines_that_tell_no_time_are_passed_over(line: bytes) -> None:
    timeline = Timeline({0})
    timeline.take(line)
    assert timeline.packets == []


def test_what_an_edit_list_leaves_away_is_no_end() -> None:
    timeline = Timeline({0})
    for line in (b"0,0.00,0.00,0.04,K__", b"0,0.04,0.04,0.04,___", b"0,0.08,0.08,0.04,_D_", b"0,90,90,0.04,KD"):
        timeline.take(line)
    assert ends(timeline) == {0: 0.08}
    assert not timeline.jumps


def test_the_longest_way_between_keyframes_is_known_up_to_the_end() -> None:
    timeline = Timeline({0})
    for at, flags in ((0.0, "K_"), (1.0, "__"), (2.0, "K_"), (3.0, "__"), (4.0, "__"), (5.0, "K_"), (6.0, "__")):
        timeline.take(f"0,{at},{at},1.0,{flags}".encode())
    assert timeline.keyframes_apart(0, 7.0) == 3.0
    assert timeline.keyframes_apart(0, 9.0) == 4.0
    assert timeline.keyframes_apart(1, 9.0) == 0.0


def test_a_picture_without_a_length_lasts_for_a_moment() -> None:
    timeline = Timeline({0})
    timeline.take(b"0,0.000000,N/A,N/A")
    assert ends(timeline) == {0: 0.04}


@pytest.mark.parametrize(
    ("packets", "used", "jumps"),
    [
        ([(0, 0.0, 0.0), (1, 0.0, 0.0), (0, 0.04, 0.04)], (0, 1), False),
        ([(0, 0.2, 0.0), (0, 0.08, 0.04), (0, 0.04, 0.08)], (0, 1), False),
        ([(0, 8.0, 8.0), (0, 0.0, 0.0)], (0, 1), True),
        ([(0, 8.0, 8.0), (0, 30.0, 30.0)], (0, 1), True),
        ([(0, 8.0, 8.0), (1, 16.0, 16.0), (1, 24.0, 24.0), (0, 30.0, 30.0)], (0, 1), False),
        ([(0, 0.0, 0.0), (0, 30.0, 30.0)], (0,), False),
        ([(0, 0.0, 0.0), (0, 3000.0, 3000.0)], (0,), True),
        ([(0, 8.0, 8.0), (5, 0.0, 0.0)], (0, 1), False),
    ],
)
def test_a_clock_jumps_when_it_goes_back_or_all_tracks_are_silent(
    packets: list[tuple[int, float, float]], used: tuple[int, ...], jumps: bool
) -> None:
    assert read(*packets, used=used).jumps is jumps
