"""Cues that anyone wrote become cues that every player shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialib.catalogue.cues import Cue, from_stored, to_stored, transcript
from medialib.ingest.mending import MOST_CUES, mend_cues

Times = list[tuple[float, float, str]]


def mended(times: Times, seconds: float = 100.0) -> Times:
    cues = [Cue(begin=begin, end=end, text=text) for begin, end, text in times]
    return [(cue.begin, cue.end, cue.text) for cue in mend_cues(cues, seconds=seconds).cues]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ([(3, 4, "后"), (1, 2, "先")], [(1, 2, "先"), (3, 4, "后")]),
        ([(1, 3.4, "一"), (3, 5, "二")], [(1, 3, "一"), (3, 5, "二")]),
        ([(1, 9, "远处的歌"), (3, 5, "说话")], [(1, 9, "远处的歌"), (3, 5, "说话")]),
        ([(1, 3, "中文"), (1, 3, "English")], [(1, 3, "中文\nEnglish")]),
        ([(1, 3, "一"), (1, 3, "一")], [(1, 3, "一")]),
        ([(1, 1, "一")], [(1, 2, "一")]),
        ([(5, 2, "十个字十个字十个字十")], [(5, 6.5, "十个字十个字十个字十")]),
        ([(-2, 1, "早")], [(0, 1, "早")]),
        ([(-5, -2, "太早")], []),
        ([(10, 3600, "长")], [(10, 70, "长")]),
        ([(98, 120, "尾")], [(98, 100, "尾")]),
        ([(100, 101, "太晚")], []),
        ([(1.00049, 2.00051, "零头")], [(1.0, 2.001, "零头")]),
    ],
)
def test_times_are_mended(given: Times, wanted: Times) -> None:
    assert mended(given) == wanted


def test_what_is_left_out_is_counted() -> None:
    cues = [Cue(begin=one, end=one + 1, text="一") for one in range(10)]
    assert mend_cues(cues, seconds=4).too_late == 6
    many = [Cue(begin=one / 10, end=one / 10 + 0.1, text="一") for one in range(MOST_CUES + 5)]
    result = mend_cues(many, seconds=1e6)
    assert (len(result.cues), result.too_many) == (MOST_CUES, 5)


def test_a_text_without_end_is_cut_and_loses_its_marks() -> None:
    ((_, _, text),) = mended([(1, 2, f"<i>{'长' * 3000}</i>")])
    assert text == "长" * 999 + "…"


times = st.floats(-10, 120, allow_nan=False)


@given(raw=st.lists(st.tuples(times, times, st.sampled_from(["一", "二\n三", "<i>四</i>"])), max_size=30))
def test_mended_cues_are_in_order_within_the_lesson_and_last(raw: Times) -> None:
    found = mended(raw)
    assert [one[0] for one in found] == sorted(one[0] for one in found)
    assert all(0 <= begin < end <= 100 and end - begin <= 60.001 for begin, end, _ in found)


def test_cues_are_kept_as_lists_and_read_as_words() -> None:
    cues = (Cue(begin=1.0, end=2.5, text="<i>a</i> &lt; b\n二"), Cue(begin=3.0, end=4.0, text="三"))
    assert to_stored(cues) == [[1.0, 2.5, "<i>a</i> &lt; b\n二"], [3.0, 4.0, "三"]]
    assert from_stored(to_stored(cues)) == cues
    assert transcript(cues) == "a < b\n二\n三"
