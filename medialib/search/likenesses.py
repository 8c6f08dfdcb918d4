"""Words that are taken for one another: by their sound, or by all but one of their characters (pure).

The index keeps, for every word of titles, names and descriptions, its sound with the word behind it (zhusun|竹笋), and
the word with a gap for each of its characters (竹_|竹笋). All words that sound or look like a wrong one are then what
follows a few beginnings in one sorted list.
"""

from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import cache, lru_cache

from medialib.search import shapes, sounds

SHORTEST, LONGEST = 2, 5
"""Characters of the words that are kept."""
_LOOKING_ALIKE = 0.6
LEAST_APART = 0.3
"""How unlike another word is at least: with a character that sounds the same, or two that changed places."""
_ALIKE, _MUCH_ALIKE = 0.66, 0.8
_NONE: frozenset[str] = frozenset()
_BEHIND = "|"
_GAP = "_"


def terms(words: Iterable[str]) -> list[str]:
    """What the index keeps of these words; words that are not Chinese are passed over."""
    kept = [word for word in dict.fromkeys(words) if SHORTEST <= len(word) <= LONGEST and not word.isascii()]
    return [key + word for word in kept for key in keys(word)]


def keys(word: str) -> list[str]:
    """The beginnings under which words like this one are kept; the first is that of its sound."""
    gaps = [f"{word[:at]}{_GAP}{word[at + 1 :]}{_BEHIND}" for at in range(len(word))]
    return ["".join(sounds.syllables(word)) + _BEHIND, *gaps]


def word_of(term: str) -> str:
    """The word that a kept term is about."""
    return term.partition(_BEHIND)[2]


def swapped(word: str) -> list[str]:
    """The word with two neighbours having changed places."""
    ways = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))
    return [way for way in ways if way != word]


def distance(word: str, other: str) -> float:
    """How unlike two words of the same length are: 0 the same; 0.3 for a character that sounds the same or two that
    changed places, up to 0.6 for one that sounds nearly so or looks alike, 1 for any other; at least 2 when more than
    one is neither.
    """
    if len(word) != len(other):
        return 9.0
    if sorted(word) == sorted(other) and other in swapped(word):
        return LEAST_APART
    unlike = [pair for pair in zip(word, other, strict=True) if pair[0] != pair[1]]
    if len(unlike) == 1 and _strange(*unlike[0]):
        return 1.0  # without asking how the words are said: most that share all but one character
    said, others = sounds.syllables(word), sounds.syllables(other)
    total, strange = 0.0, 0
    for mine, theirs, one, two in zip(word, other, said, others, strict=True):
        if mine == theirs:
            continue
        near = max(nearness(one, two), _LOOKING_ALIKE if shapes.look_alike(mine, theirs) else 0.0)
        strange += near <= 0
        total += 1.0 - 0.7 * near
    return total + strange * (strange - 1)


def _strange(one: str, other: str) -> bool:
    """Whether two characters neither sound nor look alike in any word."""
    if shapes.look_alike(one, other):
        return False
    near, theirs = _near(), sounds.ways(other)
    return not any(mine in theirs or near.get(mine, _NONE).intersection(theirs) for mine in sounds.ways(one))


@cache
def _near() -> dict[str, frozenset[str]]:
    """For each syllable those that it may be taken for, itself among them: some 0.2 s of work, done once."""
    return {one: frozenset(other for other in sounds.SYLLABLES if nearness(one, other)) for one in sounds.SYLLABLES}


def nearness(one: str, other: str) -> float:
    """How like each other two syllables sound: 1 the same, 0 not at all; what dialects do not tell apart is near."""
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    plain, plainer = _plain(one), _plain(other)
    if plain == plainer:
        return 0.8
    least = _ALIKE if plain[1:] == plainer[1:] else _MUCH_ALIKE
    both = len(plain) + len(plainer)
    # What they have in common in any order is the most that the ratio can be.
    if 2 * (_letters(plain) & _letters(plainer)).bit_count() < least * both:
        return 0.0
    alike = SequenceMatcher(None, plain, plainer, autojunk=False).ratio()
    return 0.6 if alike >= _MUCH_ALIKE else 0.4 if alike >= least else 0.0


@lru_cache(maxsize=1024)
def _letters(plain: str) -> int:
    """A bit for the first of each letter, another for its second, and so on."""
    return sum(1 << (ord(letter) - ord("a") + 26 * plain.count(letter, 0, at)) for at, letter in enumerate(plain))


@lru_cache(maxsize=1024)
def _plain(syllable: str) -> str:
    """A syllable as one hears it where zh is z, n is l, f is h and ng is n."""
    for letters, one in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n")):
        syllable = syllable.replace(letters, one)
    return {"n": "l", "f": "h"}.get(syllable[:1], syllable[:1]) + syllable[1:]
