"""What was meant by words of which the index knows nothing: words it knows that sound or look like them."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice

from medialib.search import folding, likenesses, mistyped, text, vocabulary
from medialib.search.asking import LONGEST_QUESTION
from medialib.search.leaves import View

_FIELD = "likenesses"
_PAIRS = ("title_grams", "series", "names", "description_grams")
_MOST_WORDS = 200
"""Words looked at for one beginning; more have it only where it says next to nothing."""
_LONGEST_RUN = 20
_MOST_LETTERS = 2
"""Latin words that are read otherwise."""

# What it costs to read characters in one way; the cheapest way of reading all of them is taken.
_KNOWN, _LONE, _STRANGE, _OTHER = 0.05, 0.5, 1.2, 0.4
_FREQUENT = 0.03
"""What each doubling of the lessons that have a word takes off."""
_FARTHEST_SHORT, _FARTHEST = 0.8, 1.0
_FARTHEST_REAL = 0.5
"""Of words that there are: 鸡瘟 is not 鸡粪, but 跌到 may be 跌倒."""


@dataclass(frozen=True, kw_only=True)
class _Way:
    cost: float
    words: tuple[str, ...] = ()
    changed: bool = False

    def then(self, more: "_Way") -> "_Way":
        changed = self.changed or more.changed
        return _Way(cost=self.cost + more.cost, words=self.words + more.words, changed=changed)


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """Words as they were meant, and the same word by word."""

    text: str
    words: tuple[str, ...]


def meant(view: View, words: str) -> Meaning | None:
    """The words with what is unknown in them replaced by what it is like; None when nothing is, or all is known."""
    normalised = folding.normalise(words[:LONGEST_QUESTION])
    pieces: list[str] = []
    each: list[str] = []
    changed, latin, end = False, 0, 0
    for run in text.stretches(normalised):
        other = None
        if run.han or latin < _MOST_LETTERS:
            latin += not run.han
            other = _otherwise(view, run)
        changed = changed or other is not None
        instead = other or (tuple(text.cut(run.text)) if run.han else (run.text,))
        pieces += [normalised[end : run.start], "".join(instead)]
        each += instead
        end = run.end
    return Meaning(text="".join(pieces).strip(), words=tuple(each)) if changed else None


def _otherwise(view: View, run: text.Stretch) -> tuple[str, ...] | None:
    """The words that were meant by a run; None when it is what was meant, or like nothing."""
    if not run.han:
        letters = mistyped.meant(view, run.text)
        return (letters,) if letters else None
    way = _read(view, run.text) if len(run.text) <= _LONGEST_RUN else None
    return way.words if way and way.changed else None


def _read(view: View, han: str) -> _Way:
    """The cheapest way. A word is only looked for in place of another where that may cost less than what is written."""
    written = cache(partial(_written, view))
    most = _cheapest(han, lambda part, _: written(part)).cost
    least = _OTHER + likenesses.LEAST_APART - _FREQUENT * math.log2(1 + view.size)

    def step(part: str, before: _Way) -> _Way | None:
        known = written(part)
        return known if known or before.cost + least > most else _replaced(view, part)

    return _cheapest(han, step)


def _cheapest(han: str, step: Callable[[str, _Way], _Way | None]) -> _Way:
    best: list[_Way | None] = [_Way(cost=0.0)] + [None] * len(han)
    for start in range(len(han)):
        before = best[start]
        if before is None:
            continue
        for end in range(start + 1, min(start + likenesses.LONGEST, len(han)) + 1):
            more, there = step(han[start:end], before), best[end]
            if more and (there is None or before.cost + more.cost < there.cost):
                best[end] = before.then(more)
    return best[len(han)] or _Way(cost=0.0)


def _written(view: View, part: str) -> _Way | None:
    if len(part) == 1:
        return _Way(cost=_LONE if stands(view, part) else _STRANGE, words=(part,))
    there = stands(view, part) if len(part) == 2 else _lessons(view, likenesses.keys(part)[0] + part)
    return _Way(cost=_KNOWN, words=(part,)) if there else None


def _replaced(view: View, part: str) -> _Way | None:
    other = _nearest(view, part)
    return _Way(cost=_OTHER + other[0], words=(other[1],), changed=True) if other else None


def _nearest(view: View, part: str) -> tuple[float, str] | None:
    """The likeliest word in place of this one, and what it costs to take it for that."""
    farthest = _FARTHEST_SHORT if len(part) == 2 else _FARTHEST
    if vocabulary.dictionary().has_word(part):
        farthest = _FARTHEST_REAL
    words = {likenesses.word_of(term) for key in likenesses.keys(part) for term in _beginning(view, key)}
    words.update(likenesses.swapped(part))
    most = _FREQUENT * math.log2(1 + view.size)
    best: tuple[float, str] | None = None
    for apart, word in sorted((likenesses.distance(part, word), word) for word in words):
        if apart > farthest or (best and apart - most > best[0]):
            break
        known = _lessons(view, likenesses.keys(word)[0] + word)
        if known:
            likely = (apart - _FREQUENT * math.log2(1 + known), word)
            best = min(best, likely) if best else likely
    return best


def _beginning(view: View, key: str) -> Iterator[str]:
    for leaf in view.leaves:
        yield from islice(leaf.segment.beginning(_FIELD, key), _MOST_WORDS)


def _lessons(view: View, term: str) -> int:
    return view.many(_FIELD, term, once=True)


def stands(view: View, characters: str) -> bool:
    """Whether one or two characters stand so in any lesson's texts."""
    return any(view.many(field, characters) for field in _PAIRS)
