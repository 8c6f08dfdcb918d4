"""The words and characters of Chinese and Latin text, the same for indexing and for asking (pure)."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from medialib.search import vocabulary
from medialib.search.folding import HAN, normalise

LONGEST_WORD = 64
"""Characters kept of one Latin word or number: longer runs are noise, and terms must stay short."""

_run = re.compile(rf"(?P<han>[{HAN}]+)|\d+(?:\.\d+)+|(?:(?![{HAN}])[^\W_])+(?:'(?:(?![{HAN}])[^\W_])+)*")
_letters_or_digits = re.compile(r"\d+|[^\W\d_]+")


class Stretch(NamedTuple):
    """A stretch of normalised text that is all Chinese characters, or one Latin word or number."""

    text: str
    start: int
    han: bool
    end: int = 0


def stretches(normalised: str) -> list[Stretch]:
    """Cut normalised text into runs of Chinese and single Latin words, dropping everything between."""
    return [
        Stretch(
            text=han or found.group().replace("'", "")[:LONGEST_WORD],
            start=found.start(),
            han=bool(han),
            end=found.end(),
        )
        for found in _run.finditer(normalised)
        for han in (found["han"],)
    ]


def words(text: str) -> list[str]:
    """The words of a text in order: Chinese in jieba's search mode (a long word also as its parts)."""
    found: list[str] = []
    for run in stretches(normalise(text)):
        found.extend(subwords(run.text) if run.han else latin_parts(run.text))
    return found


def grams(text: str) -> list[str]:
    """Every Chinese character of a text, and every two neighbours, Latin words among them."""
    found = [character for run in stretches(normalise(text)) if run.han for character in run.text]
    return found + _pairs(text)


def neighbours(phrase: str) -> list[str]:
    """What a text holds that holds the phrase: its pairs of neighbours, or its one character or word."""
    return _pairs(phrase) or [one.text for one in stretches(normalise(phrase))]


def _pairs(text: str) -> list[str]:
    """Neighbours with nothing but space between; a Latin word is set apart by a space: 用 excel, excel 记."""
    normalised = normalise(text)
    found: list[str] = []
    before, end = "", 0
    for run in stretches(normalised):
        parts = run.text if run.han else [f" {run.text} "]
        if before and not normalised[end : run.start].strip():
            parts = [before, *parts]
        found.extend((first + second).replace("  ", " ").strip() for first, second in pairwise(parts))
        before, end = parts[-1], run.end
    return found


def words_and_pairs(text: str) -> list[str]:
    """The Chinese words of a text, words with a single character beside them (油纸|伞 -> 油纸伞), and all pairs."""
    found: list[str] = []
    for run in stretches(normalise(text)):
        if run.han:
            found.extend(subwords(run.text))
            found.extend(a + b for a, b in pairwise(cut(run.text)) if 1 in (len(a), len(b)))
            found.extend(bigrams(run.text))
    return found


def said_words(text: str) -> list[str]:
    """The words of a transcript, which may be hours long: without every pair of characters, as `grams` has.

    Where the dictionary left two characters alone they are a word as well, since on their own (in a question) they
    may be taken for one: 着|竹|鞭 -> 竹鞭.
    """
    found: list[str] = []
    for run in stretches(normalise(text)):
        if not run.han:
            found.extend(latin_parts(run.text))
            continue
        for part, inner, named in _parts(run.text):
            found += inner
            if named:
                found.append(part)
            else:  # what is inside of a longer word has at least two characters: these stood alone
                found += [a + b for a, b in pairwise(inner) if len(a) == len(b) == 1]
    return found


def bigrams(han: str) -> list[str]:
    """Pairs of neighbouring characters: 合作社 -> 合作, 作社."""
    return [han[at : at + 2] for at in range(len(han) - 1)]


def cut(han: str) -> list[str]:
    """Cut a run of Chinese into words that follow each other without overlap; a name is one word."""
    names = vocabulary.known()
    if not names.words:
        plain: list[str] = vocabulary.dictionary().cut(han)
        return plain
    return [
        word for part, named in names.split(han) for word in ([part] if named else vocabulary.dictionary().cut(part))
    ]


def cut_through_names(han: str) -> list[str]:
    """The same, but a name comes in the words that the dictionary makes of it."""
    return [word for part, _ in vocabulary.known().split(han) for word in vocabulary.dictionary().cut(part)]


def plain_words(name: str) -> list[str]:
    """What the dictionary makes of a name, or of any word: its words of more than a character, else all its parts."""
    parts = vocabulary.dictionary().cut(name)
    return [one for one in parts if len(one) > 1] or parts


def spoken_words(phrase: str) -> list[str]:
    """The words of a phrase that would be cut so, whatever stands around it: those of more than a character."""
    found = said_words(phrase)
    return [one for one in found if len(one) > 1] or found


def subwords(han: str) -> list[str]:
    """Cut a run of Chinese in search mode: a long word comes with the shorter ones inside it, a name with its parts."""
    found: list[str] = []
    for part, inner, named in _parts(han):
        found += inner
        if named:
            found.append(part)
    return found


def _parts(han: str) -> Iterator[tuple[str, list[str], bool]]:
    """A run of Chinese between its names, and they, each with the words in it in search mode, and whether it is one."""
    names, search = vocabulary.known(), vocabulary.dictionary().cut_for_search
    if not names.words:
        yield han, search(han), False
        return
    for part, named in names.split(han):
        inner = search(part)
        yield part, [one for one in inner if one != part] if named else inner, named


def latin_parts(word: str) -> list[str]:
    """A word as it stands, then its letters and digits apart: excel2016 -> excel2016, excel, 2016."""
    parts = [] if "." in word else _letters_or_digits.findall(word)
    return [word, *parts] if len(parts) > 1 else [word]
