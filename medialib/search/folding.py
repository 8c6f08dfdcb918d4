"""Text folded so that what differs in width, case or traditional forms alone is the same (pure)."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

import opencc

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_han = re.compile(f"[{HAN}]")
# NUL would end a C string in OpenCC, and a lone surrogate has no UTF-8 form.
_unspeakable = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


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
