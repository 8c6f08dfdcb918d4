"""What a person who is still typing may mean: titles and names by every way of writing them, in memory (pure).

Each text is entered at every character, at every syllable and at the initials of every word. The first letters of an
entry are packed into one number: what begins with the letters typed is one stretch of a sorted array.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from medialib.search import folding, sounds, text

Kind = Literal["theme", "series", "unit", "speaker", "lesson"]

_LITERAL_BITS, _LITERALS = 21, 3
_LETTER_BITS, _LETTERS = 5, 12
_LONGEST_TITLE = 60
_AT_START, _AT_WORD, _INSIDE = 0, 1, 2
_INITIALS = 1
"""What is found by initials stands one step behind what is found as written or said."""
_FAR_BITS = 30
"""A rank is how far a text is from an exact beginning, and behind it the text's number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """A title or name that can be completed to; `key` is a lesson's id, a slug, or the name itself."""

    text: str
    kind: Kind
    key: str


class Completions:
    """Texts that can be found by any beginning of what is in them; what comes first is the better of two equals."""

    def __init__(self, known: Sequence[Completion], steps: Iterable[object] | None = None) -> None:
        """`steps` is drawn from once for each text, so that whoever builds many can give way to others."""
        self._known = tuple(known)
        pausing = iter(steps or ())
        self._literal = _sorted(self._known, _literal_entries, pausing)
        self._spoken = _sorted(self._known, _spoken_entries, pausing)

    def __len__(self) -> int:
        return len(self._known)

    def find(self, words: str, limit: int) -> list[tuple[int, Completion]]:
        """The best completions with how far they are from an exact beginning (0 is best), best first."""
        typed = _squeezed(words)
        if not typed:
            return []
        found = self._literal.beginning(*_packed([*map(ord, typed)], _LITERAL_BITS, _LITERALS), most=limit * 4)
        letters = typed.replace("ü", "v")
        if letters.isascii() and letters.isalpha():
            said = self._spoken.beginning(*_packed([*map(_letter, letters)], _LETTER_BITS, _LETTERS), most=limit * 4)
            found = sorted([*found, *said])
        best: dict[int, int] = {}
        for distance, number in found:
            if number not in best and self._holds(number, typed, letters):
                best[number] = distance
        return [(distance, self._known[number]) for number, distance in [*best.items()][:limit]]

    def _holds(self, number: int, typed: str, letters: str) -> bool:
        """Whether that of which only the beginning was packed holds all that was typed."""
        one = self._known[number]
        if len(typed) <= _LITERALS or typed in _squeezed(one.text):
            return True
        if not letters.isascii():
            return False
        return len(letters) <= _LETTERS or letters in "".join(sounds.spelled_words(one.text)[0])


def _sorted(
    known: Sequence[Completion], entries: Callable[[str], Iterable[tuple[int, int]]], pausing: Iterator[object]
) -> "_Sorted":
    """One kind of entries of all texts, each as beginning and distance; flat, since there may be millions."""
    beginnings, ranks = array("q"), array("I")
    for number, one in enumerate(known):
        next(pausing, None)
        for beginning, distance in entries(one.text):
            beginnings.append(beginning)
            ranks.append(distance << _FAR_BITS | number)
    return _Sorted(beginnings, ranks)


class _Sorted:
    """Packed beginnings in order, with the text each belongs to."""

    def __init__(self, beginnings: "array[int]", ranks: "array[int]") -> None:
        unsorted = np.frombuffer(beginnings, dtype=np.int64)
        order = np.argsort(unsorted)
        self._beginnings: NDArray[np.int64] = unsorted[order]
        self._ranks: NDArray[np.uint32] = np.frombuffer(ranks, dtype=np.uint32)[order]

    def beginning(self, first: int, after: int, *, most: int) -> list[tuple[int, int]]:
        """Distance and number of the best texts with an entry from `first` to below `after`."""
        start, end = np.searchsorted(self._beginnings, (first, after))
        ranks = self._ranks[start:end]
        if len(ranks) > most:
            ranks = np.partition(ranks, most)[:most]
        return [divmod(int(rank), 1 << _FAR_BITS) for rank in np.sort(ranks)]


def _packed(codes: Sequence[int], bits: int, most: int) -> tuple[int, int]:
    """The least number that begins with the codes, and the first after all that do."""
    packed = 0
    for code in codes[:most]:
        packed = packed << bits | code
    rest = bits * max(0, most - len(codes))
    return packed << rest, (packed + 1) << rest


def _letter(character: str) -> int:
    return ord(character) - 96


def _squeezed(value: str) -> str:
    """The text without anything between its words."""
    return "".join(run.text for run in text.stretches(folding.normalise(value)))[:_LONGEST_TITLE]


def _literal_entries(value: str) -> Iterator[tuple[int, int]]:
    squeezed = ""
    starts: list[int] = []
    for run in text.stretches(folding.normalise(value)):
        starts.extend(len(squeezed) + at for at in (range(len(run.text)) if run.han else (0,)))
        squeezed += run.text
    beginnings = _beginnings([ord(character) for character in squeezed], _LITERAL_BITS, _LITERALS)
    for at in starts:
        yield beginnings[at], _AT_START if at == 0 else _INSIDE


def _spoken_entries(value: str) -> Iterator[tuple[int, int]]:
    syllables, words = sounds.spelled_words(value)
    codes = [_letter(letter) for syllable in syllables for letter in syllable]
    beginnings, at = _beginnings(codes, _LETTER_BITS, _LETTERS), 0
    for number, syllable in enumerate(syllables):
        if syllable:
            yield beginnings[at], _AT_START if number == 0 else _AT_WORD if number in words else _INSIDE
        at += len(syllable)
    initials = _beginnings([_letter(one[0]) if one else 0 for one in syllables], _LETTER_BITS, _LETTERS)
    for number in words:
        yield initials[number], (_AT_START if number == 0 else _AT_WORD) + _INITIALS


def _beginnings(codes: list[int], bits: int, most: int) -> list[int]:
    """For each place the codes from there on, as many as fit, as one number."""
    packed, found = 0, []
    for code in reversed(codes):
        packed = code << bits * (most - 1) | packed >> bits
        found.append(packed)
    return found[::-1]


NOTHING = Completions(())
