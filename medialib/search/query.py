"""A person's words to lesson ids: all words first, then wider when that finds too little."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial, reduce
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from medialib.catalogue.filters import Filters
from medialib.search import text, wording
from medialib.search.asking import FILLERS, Question, take_apart, units_of, without_form
from medialib.search.besides import Besides, seen
from medialib.search.counting import Counts, counts, mask_of
from medialib.search.highlight import highlight
from medialib.search.index import SearchIndex, reading
from medialib.search.leaves import Mask, View
from medialib.search.matching import Matching, Scores, added
from medialib.search.meaning import meant, stands
from medialib.search.wording import Wording

__all__ = ["Filters", "Found", "highlight", "search"]

ENOUGH = 3
"""When asking for all words finds fewer lessons than this, lessons with some of them follow."""
MOST_CHECKED = 300
"""Lessons whose captions are read to see whether a phrase is said in them."""

_SORTS = {
    "newest": ("published", -1),
    "oldest": ("published", 1),
    "longest": ("seconds", -1),
    "shortest": ("seconds", 1),
}
_HOMOPHONE = 0.4
_PART = 0.4
_SCATTERED = 0.2
_MOST_PARTS = 40
"""Parts of words that are looked for: a whole sentence has more than enough of them."""
_WORTH_SHOWING = 0.3
"""Of the best of those that have only some of the words, what others must reach that have none as a whole."""
_FRESH, _FEATURED = 0.06, 0.10
_YEAR_SECONDS = 365 * 24 * 3600.0
_STEP, _MOST_LOOKS = 1e6, 6
"""More than any lesson can score: what a narrower look found leads."""

Check = Callable[[Sequence[str], Sequence[str]], set[str]]
"""Which of these lessons (ids) have all of these phrases in their captions."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """How many lessons there are in all, and the ids on this page in order.

    `meant` is what they were found by when that is not what was asked; `counts` are for the filters.
    """

    total: int
    ids: tuple[str, ...]
    meant: str | None = None
    counts: Counts | None = None


NO_FILTERS = Filters()


def search(
    index: SearchIndex,
    words: str | Wording,
    *,
    filters: Filters = NO_FILTERS,
    sort: str = "relevance",
    page: int = 1,
    per_page: int = 20,
    counted: bool = False,
    check: Check | None = None,
    besides: Besides | None = None,
    within: Iterable[str] | None = None,
) -> Found:
    """Find lessons. ``sort`` is relevance, newest, oldest, longest or shortest; anything else is relevance.

    Words without anything to look for find nothing; listing without words is the catalogue's work. Filters that the
    words name are whoever asks' to know. Without `check` a phrase in captions is believed. `besides` are more lessons
    than those of the index, `within` are ids out of which all that is found must be. Raises IndexUnavailable, and
    nothing for any words.
    """
    asked = wording.read(words) if isinstance(words, str) else words
    first = (max(page, 1) - 1) * max(per_page, 1)
    window = slice(first, first + max(per_page, 1))
    with reading():
        view = seen(index, besides)
        allowed = None if within is None else view.of_ids(within)
        return _Answer(view, asked, asdict(filters), check, allowed).page(window, sort=sort, counted=counted)


class _Answer:
    """One question to one view of the index."""

    def __init__(
        self,
        view: View,
        asked: Wording,
        filters: Mapping[str, str | int | None],
        check: Check | None,
        within: Mask | None,
    ) -> None:
        self._view, self._check = view, check
        self._asked, self._filters = asked, filters
        self._matching = Matching(self._view)
        self._meant: str | None = None
        self._within = view.alive if within is None else within
        self._passing = mask_of(view, filters) & self._within

    def page(self, window: slice, *, sort: str, counted: bool) -> Found:
        """The lessons of one page."""
        scores = self._scores()
        documents = np.flatnonzero((scores > 0) & self._passing)
        return Found(
            total=len(documents),
            ids=tuple(self._ids(self._first(documents, scores, window, sort), window)),
            meant=self._meant,
            counts=counts(self._view, (scores > 0) & self._within, filters=self._filters) if counted else None,
        )

    def _scores(self) -> NDArray[np.float64]:
        """How well every document fits. How wide a look is taken does not depend on the filters, so that they leave
        what was counted for them; only where they would leave nothing a wider one is.
        """
        allowed = self._allowed()
        total = np.zeros(self._view.size, dtype=np.float64)
        for number, found in enumerate(self._looks()):
            new = (found > 0) & (total == 0) & allowed
            # In the narrow floats of `found` a step would leave no room for what tells its lessons apart.
            total[new] = found[new].astype(np.float64) + _STEP * (_MOST_LOOKS - number)
            if np.count_nonzero((total > 0) & self._within) >= ENOUGH and np.any((total > 0) & self._passing):
                break
        return total

    def _looks(self) -> Iterator[Scores]:
        """Ever wider looks."""
        question = take_apart(self._asked.wanted)
        if not question.units:
            return
        exact = [self._matching.exactly(unit) for unit in question.units]
        yield _all_of(exact)
        if subject := without_form(self._asked.wanted, partial(stands, self._view)):
            question = take_apart(subject)
            exact = [self._matching.exactly(unit) for unit in question.units]
            yield _all_of(exact)
        instead = None if self._asked.phrases else meant(self._view, subject or self._asked.wanted)
        if instead:
            found = _all_of([self._matching.exactly(unit) for unit in units_of(instead.words)])
            if np.any((found > 0) & self._passing):
                self._meant = instead.text
            yield found
        alike = [self._matching.alike(unit, weight=_HOMOPHONE) for unit in question.units]
        yield _all_of([one + other for one, other in zip(exact, alike, strict=True)])
        parts = [*islice(self._parts(question), _MOST_PARTS)]
        some = added([*exact, *alike, *(part.found for part in parts)])
        saying = _saying_something(parts, alike)
        whole = [found > 0 for unit, found in zip(question.units, exact, strict=True) if len(unit.text) > 1]
        for among in (self._within, self._passing):
            best = float(np.max(some, where=among, initial=0.0))
            worth = reduce(np.logical_or, whole, (some >= best * _WORTH_SHOWING) & saying)
            yield np.where(worth, some, np.float32(0))
            if np.any(worth & self._passing):
                break

    def _parts(self, question: Question) -> Iterator["_Part"]:
        """What is inside the words, or sounds like it."""
        units = {unit.text for unit in question.units}
        for word in question.subwords:
            yield _Part(self._matching.word(word, weight=_PART))
        for pair in dict.fromkeys(pair for run in question.runs for pair in text.bigrams(run)):
            if pair not in units and pair not in FILLERS:
                yield _Part(self._matching.grams([pair], weight=_PART))
        for character in dict.fromkeys("".join(unit.text for unit in question.units if unit.han)):
            yield _Part(self._matching.grams([character], weight=_SCATTERED), lone=True)
        for sound in question.sounds:
            yield _Part(self._matching.sound(sound, weight=_HOMOPHONE))

    def _allowed(self) -> Mask:
        """Documents with every phrase, and without what is unwanted."""
        allowed = self._view.alive.copy()
        for phrase in self._asked.without:
            written, said = self._matching.phrase(phrase)
            allowed &= ~(written | said)
        for phrase in self._asked.phrases:
            written, said = self._matching.phrase(phrase, loosely=self._check is not None)
            allowed &= written | self._really_said(phrase, said & allowed & self._passing & ~written)
        return allowed

    def _really_said(self, phrase: str, maybe: Mask) -> Mask:
        if self._check is None:
            return maybe
        newest = np.flatnonzero(maybe)[::-1][:MOST_CHECKED]
        ids = {int(one): self._view.id_of(int(one)) for one in newest}
        said = self._check([*ids.values()], [phrase])
        truly = np.zeros_like(maybe)
        truly[[number for number, id in ids.items() if id in said]] = True
        return truly

    def _first(
        self, documents: NDArray[np.int64], scores: NDArray[np.float64], window: slice, sort: str
    ) -> list[tuple[int, tuple[float, float]]]:
        """The documents up to the end of the window with what they are ordered by, best first."""
        published = self._view.column("published")[documents]
        if sort in _SORTS:
            field, sign = _SORTS[sort]
            keys = sign * self._view.column(field)[documents]
        else:
            age = (published.max(initial=0.0) - published) / _YEAR_SECONDS
            boost = 1 + _FRESH / (1 + age) + _FEATURED * self._view.column("featured")[documents]
            steps, within = np.divmod(scores[documents], _STEP)
            keys = -np.round(steps * _STEP + within * boost, 4)
        end = min(window.stop, len(documents))
        if 0 < end < len(documents):
            # Those that cannot be on the page need no order.
            near = np.flatnonzero(keys <= np.partition(keys, end - 1)[end - 1])
            documents, keys, published = documents[near], keys[near], published[near]
        order = np.lexsort((-published, keys))
        return [(int(documents[at]), (float(keys[at]), float(published[at]))) for at in order]

    def _ids(self, ordered: Sequence[tuple[int, tuple[float, float]]], window: slice) -> list[str]:
        """Each id is read from the disk: only those of this page, and of those that tie with them."""
        start, end = window.start, min(window.stop, len(ordered))
        if start >= end:
            return []
        while start > 0 and ordered[start - 1][1] == ordered[window.start][1]:
            start -= 1
        while end < len(ordered) and ordered[end][1] == ordered[end - 1][1]:
            end += 1
        named = [(key, self._view.id_of(number)) for number, key in ordered[start:end]]
        ranks = {key: at for at, key in enumerate(dict.fromkeys(key for key, _ in named))}
        named.sort(key=lambda pair: (ranks[pair[0]], pair[1]))
        return [id for _, id in named][window.start - start : window.stop - start]


@dataclass(frozen=True, eq=False)
class _Part:
    """How well each document fits a part of the words; `lone` for a single character."""

    found: Scores
    lone: bool = False


def _saying_something(parts: Sequence[_Part], alike: Sequence[Scores]) -> Mask:
    """Documents that hold more than a stray character of the words: two that stand together, or half of all."""
    lone = [part.found > 0 for part in parts if part.lone]
    together = [part.found > 0 for part in parts if not part.lone] + [found > 0 for found in alike]
    most: Mask = np.sum(lone, axis=0) * 2 >= len(lone)
    return reduce(np.logical_or, together, most)


def _all_of(scores: Sequence[Scores]) -> Scores:
    total = added(scores)
    for one in scores:
        total[one == 0] = 0
    return total
