"""How well each lesson fits one word, by where it stands: arrays with a number for every document of the index.

Whoosh keeps the lists of documents; adding them up by numpy instead of by Whoosh's matchers is some fifty times as
fast, and leaves at hand what filters and counts need: all that was found.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from medialib.search import numerals, sounds, text
from medialib.search.asking import Unit
from medialib.search.blocks import Documents
from medialib.search.leaves import Mask, View

Scores = NDArray[np.float32]
"""How well each document fits, 0 for not at all."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """A part of a lesson that can be searched: its fields, what a hit there counts, how long it usually is in terms."""

    words: str
    grams: str | None = None
    sounds: str | None = None
    initials: str | None = None
    counts: float
    usual_length: float


LEVELS = (
    Level(words="title", grams="title_grams", sounds="title_sounds", initials="initials", counts=12.0, usual_length=8),
    Level(words="series", grams="series", sounds="series_sounds", counts=6.0, usual_length=20),
    Level(words="names", grams="names", sounds="names_sounds", initials="names_initials", counts=3.0, usual_length=40),
    Level(words="description", grams="description_grams", sounds="description_sounds", counts=1.2, usual_length=25),
    Level(words="transcript", counts=0.03, usual_length=800),
)
_OTHERS = 0.1
"""What hits at other levels than the best add: so the best one decides."""
_PAIR = 0.4
"""What all pairs of neighbouring characters of a word count, beside the word as the dictionary cuts it."""
_SAID = 0.75
_BEGUN = 0.4
_SATURATION, _LENGTH = 0.6, 0.5
_MOST_BEGUN = 24


def added(scores: Iterable[Scores]) -> Scores:
    """All of them together."""
    total: Scores = np.sum([*scores], axis=0, dtype=np.float32)
    return total


class Matching:
    """Words against all documents of one view of the index."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._living = max(1, int(np.count_nonzero(view.alive)))

    def nothing(self) -> Scores:
        return np.zeros(self._view.size, dtype=np.float32)

    def exactly(self, unit: Unit) -> Scores:
        """The word as it is written; Latin letters also as pinyin and initials."""
        return self._rated([self._exact(level, unit) for level in LEVELS])

    def alike(self, unit: Unit, *, weight: float) -> Scores:
        """What sounds like the word, or begins like it."""
        if unit.han and len(unit.text) == 1:
            return self.nothing()
        if unit.han:
            return self._heard_or_counted(unit.text, weight)
        if unit.text.isdecimal():
            return self._rated([(level, self._spelled(level, unit)) for level in LEVELS])
        slips = sounds.slips(unit.text.replace("ü", "v"))
        return self._rated(
            [
                (
                    level,
                    [
                        *self._begun(level, unit.text, weight),
                        *(self._term(level, level.sounds, one, weight * _SAID) for one in slips),
                    ],
                )
                for level in LEVELS
            ]
        )

    def _heard_or_counted(self, han: str, weight: float) -> Scores:
        """What sounds like Chinese words, or is the same number in digits."""
        sound, digits = "".join(sounds.readings(han)), numerals.digits(han)
        return self._rated(
            [
                (level, [self._term(level, level.sounds, sound, weight), self._term(level, level.words, digits, 1.0)])
                for level in LEVELS
            ]
        )

    def _spelled(self, level: Level, number: Unit) -> "list[_Hits]":
        """The number in Chinese characters; a single one says something before what it counts."""
        ways = (han if len(han) > 1 else han + number.counted for han in numerals.spelled(number.text))
        return [self._all(level, level.grams or level.words, text.bigrams(way), 1.0) for way in ways]

    def word(self, word: str, *, weight: float) -> Scores:
        """A word of the dictionary."""
        return self._rated([(level, [self._term(level, level.words, word, weight)]) for level in LEVELS])

    def grams(self, grams: Sequence[str], *, weight: float) -> Scores:
        """Characters or pairs that stand all in one part of a lesson."""
        return self._rated([(level, [self._all(level, level.grams, grams, weight)]) for level in LEVELS])

    def sound(self, sound: str, *, weight: float) -> Scores:
        """Joined syllables."""
        return self._rated([(level, [self._term(level, level.sounds, sound, weight)]) for level in LEVELS])

    def phrase(self, phrase: str, *, loosely: bool = False) -> tuple[Mask, Mask]:
        """Which documents hold all neighbours of a phrase in one part, and in which it may be said.

        Said `loosely` half of its words are enough: what stands around a phrase makes it fall into other words.
        """
        pairs = text.neighbours(phrase)
        written = [self._all(level, level.grams, pairs, 1.0) for level in LEVELS]
        if len(pairs) == 1 and pairs[0].isascii():
            written += [self._term(level, level.words, pairs[0], 1.0) for level in LEVELS]
        words = text.spoken_words(phrase) if loosely else text.said_words(phrase)
        held = [self._mask([self._term(LEVELS[-1], LEVELS[-1].words, word, 1.0)]) for word in dict.fromkeys(words)]
        least = -(-len(held) // 2) if loosely else len(held)
        return self._mask(written), np.sum(held, axis=0) >= max(1, least)

    def _exact(self, level: Level, unit: Unit) -> "tuple[Level, list[_Hits]]":
        if unit.han:
            word = self._term(level, level.words, unit.text, 1.0)
            if len(unit.text) == 1:
                # Where words and characters share a field, one term must not count twice.
                return level, [word] if level.grams == level.words else [
                    word,
                    self._term(level, level.grams, unit.text, 1.0),
                ]
            hits = [word, self._all(level, level.grams, text.bigrams(unit.text), _PAIR)]
            if level.grams is None and (parts := text.plain_words(unit.text)) != [unit.text]:
                hits.append(self._all(level, level.words, parts, _PAIR))
            return level, hits
        return level, [*self._latin(level, unit.text)]

    def _latin(self, level: Level, word: str) -> "Iterable[_Hits]":
        yield self._term(level, level.words, word, 1.0)
        parts = text.latin_parts(word)[1:]
        if parts:
            yield self._all(level, level.words, parts, 1.0)
        letters = word.replace("ü", "v")
        if not (letters.isascii() and letters.isalpha()):
            return
        yield self._term(level, level.initials, letters[: sounds.LONGEST_INITIALS], _SAID)
        said = sounds.split_pinyin(letters)
        if len(said) > sounds.LONGEST_SOUND:
            yield self._all(level, level.sounds, sounds.pairs(said), _SAID)
        else:
            yield self._term(level, level.sounds, letters, _SAID)

    def _begun(self, level: Level, letters: str, weight: float) -> "list[_Hits]":
        """What begins with these letters, when they are enough to mean something."""
        if len(letters) < 3 or not letters.isascii():
            return []
        fields = [field for field in (level.sounds, level.words) if field and level is not LEVELS[-1]]
        return [
            self._term(level, field, term, weight * _BEGUN)
            for field in fields
            for term in self._beginning(field, letters)
        ]

    def _beginning(self, field: str, letters: str) -> list[str]:
        found: dict[str, None] = {}
        for leaf in self._view.leaves:
            for term in leaf.segment.beginning(field, letters):
                if len(found) >= _MOST_BEGUN:
                    break
                found[term] = None
        return [*found]

    def _term(self, level: Level, field: str | None, term: str, weight: float) -> "_Hits":
        if field is None or not term:
            return _NO_HITS
        documents, strengths = [], []
        for leaf in self._view.leaves:
            found = leaf.segment.postings(field, term)
            if len(found.documents):
                length = leaf.segment.lengths(field)[found.documents] / level.usual_length
                held = _SATURATION * (1 - _LENGTH + _LENGTH * length)
                strengths.append(found.weights * (1 + _SATURATION) / (found.weights + held))
                documents.append(found.documents + leaf.first)
        if not documents:
            return _NO_HITS
        return _Hits(np.concatenate(documents), (np.concatenate(strengths) * weight).astype(np.float32))

    def _all(self, level: Level, field: str | None, terms: Sequence[str], weight: float) -> "_Hits":
        """All of these terms in one field."""
        wanted = list(dict.fromkeys(terms))
        hits = [self._term(level, field, term, weight / len(wanted)) for term in wanted]
        hits.sort(key=lambda one: len(one.documents))
        return reduce(_Hits.both, hits) if hits else _NO_HITS

    def _mask(self, hits: "Iterable[_Hits]") -> Mask:
        mask = np.zeros(self._view.size, dtype=np.bool_)
        for one in hits:
            mask[one.documents] = True
        return mask

    def _rated(self, hits: "Sequence[tuple[Level, Sequence[_Hits]]]") -> Scores:
        """The best level decides, and how few documents have the word at all says what it is worth."""
        best, every = self.nothing(), self.nothing()
        for level, found in hits:
            found = [one for one in found if len(one.documents)]
            if found:
                here = self.nothing()
                for one in found:
                    here[one.documents] += one.strengths
                here *= level.counts
                np.maximum(best, here, out=best)
                every += here
        if self._view.narrowed:
            # Also how rare a word is would tell of lessons that are hidden.
            best *= self._view.alive
        many = int(np.count_nonzero(best))
        worth = math.log(1 + (self._living + 0.5) / (many + 0.5))
        best += _OTHERS * (every - best)
        best *= worth
        return best


@dataclass(frozen=True, eq=False)
class _Hits:
    documents: Documents
    strengths: Scores

    def both(self, other: "_Hits") -> "_Hits":
        """Documents in both, what they count added up."""
        if not len(self.documents) or not len(other.documents):
            return _NO_HITS
        common, mine, theirs = np.intersect1d(self.documents, other.documents, assume_unique=True, return_indices=True)
        return _Hits(common, self.strengths[mine] + other.strengths[theirs])


_NO_HITS = _Hits(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
