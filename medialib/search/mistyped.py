"""Latin letters that nothing is known of read as pinyin or a word that the index knows, one slip of a finger away."""

from collections.abc import Iterator, Sequence
from itertools import islice
from string import ascii_lowercase

from medialib.search import sounds
from medialib.search.leaves import View

SHORTEST, LONGEST = 4, 16
_SOUNDS = ("title_sounds", "series_sounds", "names_sounds", "description_sounds")
_INITIALS = ("initials", "names_initials")
_WORDS = ("title", "series", "names", "description")
_MOST_WORDS = 400
"""Words looked at that begin with the same letter: few Latin ones stand in Chinese texts."""


def meant(view: View, letters: str) -> str | None:
    """What was meant by a mistyped word: what most lessons have. None for what is known or begun, or like nothing."""
    if not (SHORTEST <= len(letters) <= LONGEST and letters.isascii() and letters.isalpha()):
        return None
    if _is_known(view, letters):
        return None
    near = {one: _lessons(view, one, _SOUNDS) for one in _syllables(letters)}
    near |= {one: _lessons(view, one, _WORDS) for one in _words(view, letters)}
    # A single syllable is in many lessons, and says little.
    likely = [(one in sounds.SYLLABLES, -many, one) for one, many in near.items() if many]
    return min(likely)[2] if likely else None


def _is_known(view: View, letters: str) -> bool:
    """Whether a lesson has it, what it begins, or what it is in another dialect."""
    if _lessons(view, letters, _INITIALS) or any(_beginning(view, one, letters, most=1) for one in (*_SOUNDS, *_WORDS)):
        return True
    return any(_lessons(view, slip, _SOUNDS) for slip in sounds.slips(letters))


def _lessons(view: View, word: str, fields: Sequence[str]) -> int:
    """How many have it, by the field that tells most; whether any has it at all is told much quicker."""
    held = [field for field in fields if any(leaf.segment.many(field, word) for leaf in view.leaves)]
    return max((view.many(field, word) for field in held), default=0)


def _words(view: View, letters: str) -> Iterator[str]:
    """Latin words with the same first letter."""
    for field in _WORDS:
        yield from (word for word in _beginning(view, field, letters[0], most=_MOST_WORDS) if _one_apart(letters, word))


def _beginning(view: View, field: str, letters: str, *, most: int) -> list[str]:
    return [word for leaf in view.leaves for word in islice(leaf.segment.beginning(field, letters), most)]


def _one_apart(one: str, other: str) -> bool:
    """Whether a letter too many, too few or another, or two that changed places, are all that differs."""
    if abs(len(one) - len(other)) > 1 or len(other) < SHORTEST:
        return False
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, others = one[same:], other[same:]
    swapped = len(rest) > 1 and rest[:2] == others[1::-1] and rest[2:] == others[2:]
    return swapped or rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]


def _syllables(letters: str) -> Iterator[str]:
    """Pinyin that is one slip away."""
    return (one for one in dict.fromkeys(_slips(letters)) if sounds.split_pinyin(one))


def _slips(letters: str) -> Iterator[str]:
    for at in range(len(letters) + 1):
        before, rest = letters[:at], letters[at:]
        yield before + rest[1:]
        yield before + rest[1::-1] + rest[2:]
        for letter in ascii_lowercase:
            yield before + letter + rest
            yield before + letter + rest[1:]
