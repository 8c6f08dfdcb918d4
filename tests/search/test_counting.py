"""Counts by theme, unit, kind, place, year and length beside the lessons found."""

import numpy as np
import pytest

from medialib.search.counting import Counts, counts, mask_of
from medialib.search.index import SearchIndex

from .conftest import make_document


def numbers(index: SearchIndex, *ids: str) -> list[int]:
    """The numbers of documents by id."""
    searcher = index.searcher()
    return [number for number in searcher.reader().all_doc_ids() if searcher.stored_fields(number)["id"] in ids]


def test_every_lesson_is_counted_by_everything(library: SearchIndex) -> None:
    library.put([make_document("place", "晒谷坪", place="square", kind="audio", seconds=1200)])
    assert counts(library.view()) == Counts(
        total=5,
        themes={"skills": 2, "stories": 1, "heritage": 1},
        units={"qingxi": 2, "station": 2, "archive": 2},
        kinds={"video": 2, "audio": 3},
        places={"square": 1},
        years={2021: 1, 2022: 2, 2023: 1},
        lengths={"short": 1, "medium": 3, "long": 1},
    )


@pytest.mark.parametrize("form", [list, set, iter, lambda some: np.array(some, dtype=np.uint32)])
def test_only_the_lessons_found_are_counted(library: SearchIndex, form: object) -> None:
    found = numbers(library, "bees", "red")
    counted = counts(library.view(), form(found))  # type: ignore[operator]
    assert (counted.total, counted.themes) == (2, {"skills": 1, "stories": 1, "heritage": 1})
    assert (counted.years, counted.lengths) == ({2022: 2}, {"short": 1, "medium": 1})
    assert counts(library.view(), form([])) == Counts(total=0)  # type: ignore[operator]


def test_a_mask_says_the_same_as_numbers(library: SearchIndex) -> None:
    mask = np.zeros(4, dtype=np.bool_)
    mask[numbers(library, "tea", "excel")] = True
    assert counts(library.view(), mask).kinds == {"video": 2}


def test_the_values_of_a_filter_are_counted_without_it(library: SearchIndex) -> None:
    counted = counts(library.view(), filters={"year": 2022, "kind": None})
    assert (counted.total, counted.years) == (2, {2021: 1, 2022: 2, 2023: 1})
    assert counted.themes == {"skills": 1, "stories": 1, "heritage": 1}
    both = counts(library.view(), filters={"year": 2022, "theme": "skills"})
    assert (both.total, both.years, both.kinds) == (1, {2021: 1, 2022: 1}, {"audio": 1})
    assert both.themes == {"skills": 1, "stories": 1, "heritage": 1}


def test_a_filter_that_nothing_passes_leaves_only_its_own_counts(library: SearchIndex) -> None:
    for value in ("nothing", ""):
        counted = counts(library.view(), filters={"theme": value})
        assert (counted.total, counted.kinds) == (0, {})
        assert counted.themes == {"skills": 2, "stories": 1, "heritage": 1}
    assert counts(library.view(), filters={"length": "endless"}).total == 0


def test_removed_and_replaced_lessons_are_not_counted(library: SearchIndex) -> None:
    before = library.view()
    library.put([make_document("tea", "炒茶", themes=("craft",), year=2021)])
    library.remove(["bees"])
    assert counts(library.view()).themes == {"heritage": 1, "craft": 1}
    assert counts(before).themes == {"skills": 2, "stories": 1, "heritage": 1}


def test_segments_are_counted_together(index: SearchIndex) -> None:
    for part in range(5):
        lessons = range(part * 40, part * 40 + 40)
        index.put(
            make_document(f"{n}", "竹编", themes=("craft", f"theme{n % 3}"), year=2000 + n % 4, seconds=n * 10)
            for n in lessons
        )
    index.remove(["7", "100"])
    left = [n for n in range(200) if n not in (7, 100)]
    counted = counts(index.view(), filters={"length": "short"})
    short = [n for n in left if n < 30]
    assert counted.total == len(short)
    assert counted.themes == {"craft": len(short)} | {f"theme{t}": sum(n % 3 == t for n in short) for t in range(3)}
    assert counted.lengths == {"short": len(short), "medium": sum(30 <= n < 120 for n in left), "long": 80}


def test_a_mask_of_filters_leaves_out_what_is_deleted(library: SearchIndex) -> None:
    assert np.flatnonzero(mask_of(library.view(), {"year": 2022})).tolist() == numbers(library, "bees", "red")
    library.remove(["red"])
    mask = mask_of(library.view(), {"year": 2022, "length": "short", "kind": None})
    assert np.flatnonzero(mask).tolist() == numbers(library, "bees")


def test_an_empty_index_counts_nothing(index: SearchIndex) -> None:
    index.rebuild([])
    assert counts(index.view()) == Counts(total=0)
    assert counts(index.view(), [], filters={"theme": "skills"}) == Counts(total=0)


def test_an_unknown_filter_is_a_mistake_of_ours(library: SearchIndex) -> None:
    with pytest.raises(KeyError):
        counts(library.view(), filters={"colour": "red"})
