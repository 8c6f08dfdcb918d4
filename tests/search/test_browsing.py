"""Lessons by filters and order, without words."""

import pytest

from medialib.search.browsing import browse
from medialib.search.index import IndexUnavailable, SearchIndex

from .conftest import make_document


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", ("excel", "red", "bees", "tea")),
        ("oldest", ("tea", "bees", "red", "excel")),
        ("longest", ("red", "excel", "tea", "bees")),
        ("shortest", ("bees", "tea", "excel", "red")),
        ("unknown", ("excel", "red", "bees", "tea")),
    ],
)
def test_lessons_are_listed_in_any_order(library: SearchIndex, sort: str, order: tuple[str, ...]) -> None:
    assert browse(library, {}, sort=sort).ids == order
    assert browse(library, {}, sort=sort, page=2, per_page=3).ids == order[3:]


def test_only_what_passes_is_listed_and_counted(library: SearchIndex) -> None:
    found = browse(library, {"theme": "skills", "year": None}, counted=True)
    assert (found.total, found.ids) == (2, ("bees", "tea"))
    assert found.counts and found.counts.themes == {"skills": 2, "stories": 1, "heritage": 1}
    assert browse(library, {"theme": "nothing"}).ids == ()


def test_equals_keep_their_order_from_page_to_page_and_after_a_merge(index: SearchIndex) -> None:
    for part in range(4):
        index.put(make_document(f"{n:02d}", "竹编", published=n // 10) for n in range(part, 40, 4))
    expected = [f"{n:02d}" for n in sorted(range(40), key=lambda n: (-(n // 10), n))]

    def listed() -> list[str]:
        return [id for page in range(1, 8) for id in browse(index, {}, page=page, per_page=7).ids]

    assert listed() == expected
    index.put([make_document("40", "竹编", published=-1)])
    index.rebuild(make_document(f"{n:02d}", "竹编", published=n // 10) for n in range(39, -1, -1))
    assert listed() == expected


def test_pages_beyond_the_end_are_empty(library: SearchIndex) -> None:
    found = browse(library, {}, page=10**9, per_page=10**9)
    assert (found.total, found.ids) == (4, ())
    assert browse(library, {}, page=-1, per_page=0).ids == ("excel",)


def test_without_an_index_there_is_no_listing(index: SearchIndex) -> None:
    with pytest.raises(IndexUnavailable):
        browse(index, {})
    index.rebuild([])
    assert browse(index, {}, counted=True).total == 0
