"""Terms of many lessons, by a second process that may die."""

from collections.abc import Iterator
from multiprocessing import active_children
from pathlib import Path
from typing import cast

import pytest

from medialib.search import vocabulary
from medialib.search.analysing import ALONE, analysed
from medialib.search.index import Document, SearchIndex
from medialib.search.schema import index_fields

from .conftest import make_document

MANY = ALONE + 230


def lessons(*, end_helper_at: int | None = None) -> Iterator[Document]:
    """Many lessons; at one of them the second process is killed."""
    for number in range(MANY):
        if number == end_helper_at:
            helpers = active_children()
            assert helpers
            for helper in helpers:
                helper.kill()
        yield make_document(f"{number}", f"竹编第{number}课", transcript="养鸡")


def test_few_lessons_need_no_second_process() -> None:
    few = [make_document("1", "竹编"), make_document("2", "茶叶")]
    assert list(analysed(few)) == [index_fields(one) for one in few]
    assert list(analysed([])) == []


# Two chunks are under way when the third is asked for.
@pytest.mark.parametrize("end_helper_at", [None, ALONE + 60, ALONE + 229])
def test_every_lesson_comes_once_and_in_order_whatever_becomes_of_the_helper(end_helper_at: int | None) -> None:
    assert list(analysed(lessons(end_helper_at=end_helper_at))) == [index_fields(one) for one in lessons()]
    assert active_children() == []


def test_names_of_the_library_are_words_for_the_helper_too() -> None:
    def named() -> Iterator[Document]:
        yield from (make_document(f"{number}", "马迹塘镇的竹编") for number in range(MANY))

    vocabulary.learn(["马迹塘镇"])
    try:
        assert all("马迹塘镇" in cast(list[str], fields["title"]) for fields in analysed(named()))
    finally:
        vocabulary.learn([])


def test_what_cannot_be_analysed_is_told_as_ever() -> None:
    def bad() -> Iterator[Document]:
        yield from lessons()
        yield make_document("bad", "坏", seconds="seconds")

    with pytest.raises(ValueError, match="seconds"):
        list(analysed(bad()))


def test_whoever_gives_up_leaves_no_process() -> None:
    some = analysed(lessons())
    for _ in range(ALONE + 1):
        next(some)
    assert len(active_children()) == 1
    some.close()  # type: ignore[attr-defined]
    assert active_children() == []


def test_a_large_rebuild_holds_everything(tmp_path: Path) -> None:
    index = SearchIndex(tmp_path / "index")
    assert index.rebuild(lessons()) == MANY == index.count()
