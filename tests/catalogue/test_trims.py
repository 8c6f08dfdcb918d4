"""Times of a trim as people type them, and where captions and chapters are in what is left."""

from typing import Any

import pytest

from medialib.catalogue.trims import WHOLE, Trim, checked, read_time, refit_chapters, refit_cues, show_time
from medialib.errors import BadRequest

CUES = [[0.0, 2.0, "a"], [2.5, 4.0, "b"], [4.0, 7.0, "c"], [8.0, 9.0, "d"]]
CHAPTERS = [
    {"start_seconds": 0.0, "title": "a"},
    {"start_seconds": 3.0, "title": "b"},
    {"start_seconds": 8.0, "title": "c"},
]
MIDDLE = Trim(start_seconds=3.0, end_seconds=8.5)
LATER = Trim(start_seconds=5.0)


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("1:05", 65), ("1:05.5", 65.5), ("65", 65), ("65.25", 65.25), ("1:00:00", 3600), ("0:00", 0), ("1：05", 65),
        ("1分5秒", 65), ("5分", 300), ("1时2分3.5秒", 3723.5), (" 1:05 ", 65), ("", None), ("90:00", 5400),
    ],
)  # fmt: skip
def test_times_are_read_as_people_type_them(typed: str, seconds: float | None) -> None:
    assert read_time(typed) == seconds


@pytest.mark.parametrize("typed", ["soon", "-1", "1:2:3:4", "1e3", "9" * 5000, "1:05,5", "nan"])
def test_what_is_no_time_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(BadRequest, match="1:05"):
        read_time(typed)


@pytest.mark.parametrize("seconds", [0, 0.1, 59.9, 60, 65.5, 3599.9, 3600, 7325.3])
def test_what_is_shown_is_read_again(seconds: float) -> None:
    assert read_time(show_time(seconds)) == pytest.approx(seconds)


def test_an_end_at_the_recordings_own_end_is_none() -> None:
    assert checked(Trim(start_seconds=0.0, end_seconds=10.03), 10.03) == WHOLE
    assert checked(Trim(start_seconds=0.04, end_seconds=10.6), 10.03) == WHOLE
    assert checked(Trim(start_seconds=2.04, end_seconds=9.0), 10.03) == Trim(start_seconds=2.0, end_seconds=9.0)


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        (-1, None, "0:10 long"), (11, None, "0:10 long"), (0, 12, "0:10 long"), (5, 4, "before the beginning"),
        (5, 5.5, "one second"), (9.5, None, "one second"),
    ],
)  # fmt: skip
def test_what_is_not_in_the_recording_is_refused(start: float, end: float | None, sentence: str) -> None:
    with pytest.raises(BadRequest) as told:
        checked(Trim(start_seconds=start, end_seconds=end), 10.0)
    assert sentence in str(told.value)


def test_captions_are_moved_and_those_outside_wait() -> None:
    inside, outside = refit_cues(CUES, (), WHOLE, MIDDLE)
    assert inside == [[0.0, 1.0, "b"], [1.0, 4.0, "c"], [5.0, 5.5, "d"]]
    assert outside == [[0.0, 2.0, "a"], [2.5, 3.0, "b"], [8.5, 9.0, "d"]]


@pytest.mark.parametrize("path", [(MIDDLE,), (LATER,), (MIDDLE, LATER), (LATER, MIDDLE), (Trim(start_seconds=6.9),)])
def test_captions_and_chapters_come_back_whole(path: tuple[Trim, ...]) -> None:
    cues, cues_aside = [*CUES], list[Any]()
    chapters, chapters_aside = [*CHAPTERS], list[dict[str, Any]]()
    before = WHOLE
    for trim in (*path, WHOLE):
        cues, cues_aside = refit_cues(cues, cues_aside, before, trim)
        chapters, chapters_aside = refit_chapters(chapters, chapters_aside, before, trim)
        before = trim
    assert (cues, cues_aside) == (CUES, [])
    assert (chapters, chapters_aside) == (CHAPTERS, [])


def test_a_line_that_was_written_anew_stays_so() -> None:
    inside, outside = refit_cues(CUES, (), WHOLE, MIDDLE)
    inside[0][2] = "new"
    inside, outside = refit_cues(inside, outside, MIDDLE, WHOLE)
    assert [2.5, 3.0, "b"] in inside
    assert [3.0, 4.0, "new"] in inside
    assert outside == []


def test_a_sliver_of_a_line_is_not_shown() -> None:
    assert refit_cues([[0.0, 2.1, "a"]], (), WHOLE, Trim(start_seconds=2.0)) == ([], [[0.0, 2.1, "a"]])


def test_the_chapter_in_which_a_lesson_begins_begins_with_it() -> None:
    inside, outside = refit_chapters(CHAPTERS, (), WHOLE, LATER)
    assert inside == [{"start_seconds": 0.0, "title": "b"}, {"start_seconds": 3.0, "title": "c"}]
    assert [one["title"] for one in outside] == ["a", "b"]
    inside, _ = refit_chapters(CHAPTERS, (), WHOLE, Trim(start_seconds=2.5))
    assert [one["title"] for one in inside] == ["b", "c"]
