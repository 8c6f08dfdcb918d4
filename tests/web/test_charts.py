"""Where the parts of a chart stand."""

import pytest

from medialib.web.desk.charts import bar_chart, curve, round_lines


@pytest.mark.parametrize(
    ("highest", "lines"),
    [(1352, [500, 1000]), (17_066, [5000, 10_000, 15_000]), (9, [5]), (1, [1]), (3, [1, 2, 3]), (100, [50, 100])],
)
def test_lines_are_at_round_numbers(highest: int, lines: list[int]) -> None:
    assert round_lines(highest) == lines


def test_bars_are_as_high_as_their_numbers() -> None:
    chart = bar_chart([(50, 50), (0, 50), (0, 0)], ["a", "b", "c"], width=348, height=248)
    assert [bar.lower for bar in chart.bars] == [100.0, 0.0, 0.0]
    assert [bar.upper for bar in chart.bars] == [100.0, 100.0, 0.0]
    assert chart.bars[0].x > chart.left and chart.bars[2].x + chart.bars[2].width < chart.width
    assert chart.highest == 0
    assert [line.text for line in chart.lines] == ["50", "100"]


def test_nothing_at_all_is_a_chart_too() -> None:
    assert bar_chart([], [], width=300, height=200).bars == []
    empty = bar_chart([(0, 0)] * 3, ["a", "b", "c"], width=300, height=200)
    assert empty.highest is None and empty.top is None and not empty.lines


def test_of_many_labels_some_are_written_and_the_last_one() -> None:
    names = [str(number) for number in range(30)]
    chart = bar_chart([(1, 1)] * 30, names, width=1120, height=256, every=10)
    assert [label.text for label in chart.labels] == ["0", "10", "20", "29"]


def test_a_curve_shows_where_many_go_back_and_how_many_reach_the_end() -> None:
    shares = [1.0, 0.8, 0.7, 0.9, 0.7, *[0.5] * 15]
    drawn = curve(shares, [(0.0, "开头"), (0.5, "一个很长很长的章节标题怎么也放不下的")], width=400, height=220)
    assert drawn.again_part == 3
    assert drawn.line.startswith("M0 17") and drawn.area.endswith("z")
    assert drawn.chapters[0].title == "开头" and drawn.chapters[1].title.endswith("…")
    steady = curve([1.0, 0.9, 0.8, *[0.7] * 17], [], width=400, height=220)
    assert steady.again is None and steady.again_part is None


def test_a_lesson_that_many_see_twice_stays_within_its_chart() -> None:
    drawn = curve([2.0, *[0.5] * 19], [], width=400, height=220)
    assert drawn.full > 17.0
    assert drawn.line.startswith("M0 17")
