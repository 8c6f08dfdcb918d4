"""How well people's questions find the lessons they mean, on judged questions."""

from collections import defaultdict
from pathlib import Path
from statistics import mean

import pytest

from medialib.search.index import SearchIndex
from medialib.search.query import search

from .conftest import make_document

HERE = Path(__file__).parent
SHARED = next((one / "shared/data" for one in HERE.parents if (one / "shared/data").exists()), Path("shared"))


def rows(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]


needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="no shared data here")


@pytest.mark.parametrize(
    ("lessons", "queries"),
    [
        (HERE / "lessons.tsv", HERE / "queries.tsv"),
        (HERE / "lessons.tsv", HERE / "further.tsv"),
        pytest.param(SHARED / "lessons.tsv", SHARED / "queries.tsv", marks=needs_shared),
        pytest.param(SHARED / "lessons.tsv", HERE / "further_shared.tsv", marks=needs_shared),
    ],
    ids=["county", "county, further", "shared", "shared, further"],
)
def test_people_find_what_they_mean(index: SearchIndex, lessons: Path, queries: Path) -> None:
    known = rows(lessons)
    index.rebuild(make_document(id, title, description=about, themes=(theme,)) for id, theme, title, about in known)
    ranks: defaultdict[str, list[float]] = defaultdict(list)
    recalls: list[float] = []
    for words, kind, expected in rows(queries):
        wanted = set(expected.split(","))
        found = search(index, words).ids
        ranks[kind].append(next((1 / place for place, id in enumerate(found, 1) if id in wanted), 0.0))
        recalls.append(len(wanted.intersection(found[:10])) / min(10, len(wanted)))
    assert mean(rank for kind in ranks.values() for rank in kind) >= 0.95
    assert mean(recalls) >= 0.9
    assert {kind: mean(of) for kind, of in ranks.items() if mean(of) < 0.85} == {}
