"""Analysis of Chinese and Latin text, the same for indexing and for asking (pure)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from itertools import pairwise
from types import ModuleType
from typing import NamedTuple

import opencc

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
LONGEST_WORD = 64
"""Characters kept of one Latin word or number: longer runs are noise, and terms must stay short."""

_han = re.compile(f"[{HAN}]")
_run = re.compile(rf"(?P<han>[{HAN}]+)|\d+(?:\.\d+)+|(?:(?![{HAN}])[^\W_])+(?:'(?:(?![{HAN}])[^\W_])+)*")
_letters_or_digits = re.compile(r"\d+|[^\W\d_]+")
# NUL would end a C string in OpenCC, and a lone surrogate has no UTF-8 form.
_unspeakable = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Run(NamedTuple):
    """A stretch of normalised text that is all Chinese characters, or one Latin word or number."""

    text: str
    start: int
    han: bool
    end: int = 0


def normalise(text: str) -> str:
    """Fold away width, case and traditional forms: NFKC, casefold, then simplified Chinese.

    Folding can uncover more to fold (a compatibility form of a capital), so it runs until nothing changes.
    """
    for _ in range(4):
        folded = _fold(text)
        if folded == text:
            break
        text = folded
    return text


def fold_with_offsets(text: str) -> tuple[str, tuple[int, ...]]:
    """The normalised text, and for each of its characters the offset in ``text`` of the one it came from.

    Folds cluster by cluster (a letter with its combining marks), so that every character keeps its origin;
    Chinese is then simplified as a whole when that keeps the length, for the phrases OpenCC knows.
    """
    folded: list[str] = []
    offsets: list[int] = []
    for start, cluster in _clusters(text):
        for character in _fold_one(cluster):
            folded.append(character)
            offsets.append(start)
    whole = "".join(folded)
    simplified = normalise(whole)
    return (simplified if len(simplified) == len(whole) else whole), tuple(offsets)


def runs(normalised: str) -> list[Run]:
    """Cut normalised text into runs of Chinese and single Latin words, dropping everything between."""
    return [
        Run(
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
    for run in runs(normalise(text)):
        found.extend(subwords(run.text) if run.han else latin_parts(run.text))
    return found


def grams(text: str) -> list[str]:
    """Every Chinese character of a text, and every two neighbours, Latin words among them."""
    found = [character for run in runs(normalise(text)) if run.han for character in run.text]
    return found + _pairs(text)


def neighbours(phrase: str) -> list[str]:
    """What a text holds that holds the phrase: its pairs of neighbours, or its one character or word."""
    return _pairs(phrase) or [one.text for one in runs(normalise(phrase))]


def _pairs(text: str) -> list[str]:
    """Neighbours with nothing but space between; a Latin word is set apart by a space: 用 excel, excel 记."""
    normalised = normalise(text)
    found: list[str] = []
    before, end = "", 0
    for run in runs(normalised):
        parts = run.text if run.han else [f" {run.text} "]
        if before and not normalised[end : run.start].strip():
            parts = [before, *parts]
        found.extend((first + second).replace("  ", " ").strip() for first, second in pairwise(parts))
        before, end = parts[-1], run.end
    return found


def words_and_pairs(text: str) -> list[str]:
    """The Chinese words of a text, words with a single character beside them (油纸|伞 -> 油纸伞), and all pairs."""
    found: list[str] = []
    for run in runs(normalise(text)):
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
    for run in runs(normalise(text)):
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
    names = _known()
    if not names.words:
        plain: list[str] = _jieba().cut(han)
        return plain
    return [word for part, named in names.split(han) for word in ([part] if named else _jieba().cut(part))]


def plain_words(name: str) -> list[str]:
    """What the dictionary makes of a name, or of any word: its words of more than a character, else all its parts."""
    parts = _jieba().cut(name)
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
    names, search = _known(), _jieba().cut_for_search
    if not names.words:
        yield han, search(han), False
        return
    for part, named in names.split(han):
        inner = search(part)
        yield part, [one for one in inner if one != part] if named else inner, named


class Names:
    """Words that no dictionary has: what units, speakers and series of this library are called."""

    def __init__(self, names: Iterable[str]) -> None:
        kept = {normalise(name) for name in names}
        self.words = frozenset(
            one
            for one in kept
            if _all_han.fullmatch(one) and 2 <= len(one) <= _LONGEST_NAME and not _jieba().has_word(one)
        )
        self._by_beginning: dict[str, list[str]] = {}
        for one in sorted(self.words, key=lambda one: (-len(one), one)):
            self._by_beginning.setdefault(one[:2], []).append(one)

    def split(self, han: str) -> Iterator[tuple[str, bool]]:
        """A run of Chinese in parts, each with whether it is a name; of names that begin alike the longest."""
        at = start = 0
        while at < len(han) - 1:
            name = next((one for one in self._by_beginning.get(han[at : at + 2], ()) if han.startswith(one, at)), None)
            if name is None:
                at += 1
                continue
            if start < at:
                yield han[start:at], False
            yield name, True
            at = start = at + len(name)
        if start < len(han):
            yield han[start:], False


def learn(names: Iterable[str]) -> None:
    """Let these names be words from now on, in what is indexed and in what is asked.

    What was indexed before a name was known is found all the same: by its characters, their pairs and its parts.
    """
    global _names
    _names = Names(names)


def learned() -> frozenset[str]:
    """The names that are words now: for another process to learn."""
    return _names.words


@contextmanager
def without_names() -> Iterator[None]:
    """Here, but in no other thread, no name is known: for what must come out the same in every library."""
    token = _nameless.set(True)
    try:
        yield
    finally:
        _nameless.reset(token)


def _known() -> Names:
    return _NO_NAMES if _nameless.get() else _names


_all_han = re.compile(f"[{HAN}]+")
_LONGEST_NAME = 12
_NO_NAMES = Names(())
_names = _NO_NAMES
_nameless: ContextVar[bool] = ContextVar("nameless", default=False)


def latin_parts(word: str) -> list[str]:
    """A word as it stands, then its letters and digits apart: excel2016 -> excel2016, excel, 2016."""
    parts = [] if "." in word else _letters_or_digits.findall(word)
    return [word, *parts] if len(parts) > 1 else [word]


def _fold(text: str) -> str:
    spoken = _unspeakable.sub(" ", text)
    # To ask is much quicker than to do it once more, and most texts are already as they should be.
    folded = (spoken if unicodedata.is_normalized("NFKC", spoken) else unicodedata.normalize("NFKC", spoken)).casefold()
    return _simplifier().convert(folded) if _han.search(folded) else folded


@lru_cache(maxsize=16_384)
def _fold_one(cluster: str) -> str:
    return normalise(cluster)


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not unicodedata.combining(text[at]):
            yield start, text[start:at]
            start = at


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _jieba() -> ModuleType:
    """Loaded with its dictionary when the first word is cut: most commands cut none."""
    import rjieba

    return rjieba
