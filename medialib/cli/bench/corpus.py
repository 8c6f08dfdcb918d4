"""Lessons made up for the measurements of search: words as frequent as words are, the same ones every time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pypinyin.phrases_dict import phrases_dict

from medialib.search.schema import Document

TRANSCRIPT_CHARACTERS = 1500
YEARS = range(2014, 2026)
_SEED = 1921
_DAY = 86_400
_NEWEST = 1_760_000_000.0

# The commonest words of Chinese, in about that order: what half of every text is made of.
_COMMON = """
    的 一 是 了 我 不 人 在 他 有 这 个 上 们 来 到 时 大 地 为 子 中 你 说 生 国 年 着 就 那 和 要 她 出 也 得
    里 后 自 以 会 家 可 下 而 过 天 去 能 对 小 多 然 于 心 学 么 之 都 好 看 起 发 当 没 成 只 如 事 把 还 用
    """
_SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "秀英桂兰建国志强海燕春梅冬生玉珍明辉丽华文斌小芳德福"
_THEMES = tuple((f"theme{top}", *(f"theme{top}-{n}" for n in range(8))) for top in range(6))
_TOWNS, _STATIONS = 16, 20


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """So many lessons; `lessons` makes them, each the same every time."""

    size: int

    def lessons(self, first: int = 0, end: int | None = None) -> Iterator[Document]:
        """Lessons by number; there are more of them than `size` for whoever needs new ones."""
        return map(_lesson, range(first, self.size if end is None else end))

    def titles(self) -> Iterator[tuple[str, str]]:
        """Id and title of every lesson."""
        return ((_id(number), _title(_dice(number))) for number in range(self.size))


def themes() -> list[str]:
    """The slugs of all themes."""
    return [slug for branch in _THEMES for slug in branch]


def questions(count: int, *, words: int) -> list[str]:
    """Questions of so many words each, drawn as lessons' titles are."""
    dice = np.random.default_rng(_SEED)
    return [" ".join(_words(dice, words, skip=len(_common))) for _ in range(count)]


def _ranked() -> tuple[str, ...]:
    """The common words, then the dictionary's: two characters before more, in a fixed order without a meaning."""
    known = [word for word in phrases_dict if 2 <= len(word) <= 4]
    order = np.random.default_rng(_SEED).permutation(len(known))
    rest = sorted((known[at] for at in order), key=lambda word: len(word) > 2)
    return tuple(dict.fromkeys([*_common, *rest]))


_common = tuple(_COMMON.split())
_vocabulary = _ranked()


def _chances() -> NDArray[np.float64]:
    # Zipf's law as Mandelbrot bent it: what counts of words in any large text follow.
    weights = 1 / (np.arange(len(_vocabulary)) + 2.7)
    return np.cumsum(weights / weights.sum())


_cumulated = _chances()
_words_by_rank = np.array(_vocabulary, dtype=object)


def _words(dice: np.random.Generator, count: int, *, skip: int = 0) -> list[str]:
    """Words by their frequency; `skip` leaves out the commonest."""
    least = _cumulated[skip - 1] if skip else 0.0
    drawn = np.searchsorted(_cumulated, dice.uniform(least, 1.0, count), side="right")
    found: list[str] = _words_by_rank[np.minimum(drawn, len(_vocabulary) - 1)].tolist()
    return found


def _text(dice: np.random.Generator, characters: int) -> str:
    """Sentences of so many characters or a few less."""
    words = _words(dice, characters)
    return "，".join("".join(words[at : at + 9]) for at in range(0, len(words), 9))[:characters]


def _lesson(number: int) -> Document:
    dice = _dice(number)
    title = _title(dice)
    top = _THEMES[int(dice.integers(len(_THEMES)))]
    town, station = int(dice.integers(_TOWNS)), int(dice.integers(_STATIONS))
    return Document(
        id=_id(number),
        title=title,
        description=_text(dice, int(dice.integers(20, 80))),
        speaker=_name(dice),
        unit=f"{_vocabulary[1000 + town]}镇{_vocabulary[2000 + station]}站",
        units=("county", f"town{town}", f"town{town}-station{station}"),
        series=_vocabulary[3000 + number % 200],
        place=f"place{number % 4}" if number % 3 == 0 else None,
        themes=(top[0], top[1 + int(dice.integers(len(top) - 1))]),
        transcript=_text(dice, TRANSCRIPT_CHARACTERS),
        kind="audio" if number % 10 < 3 else "video",
        year=YEARS[int(dice.integers(len(YEARS)))],
        seconds=float(dice.integers(60, 3600)),
        published=_NEWEST - _DAY * float(dice.uniform(0, 4000)),
    )


def _dice(number: int) -> np.random.Generator:
    return np.random.default_rng((_SEED, number))


def _id(number: int) -> str:
    return f"lesson{number:06d}"


def _title(dice: np.random.Generator) -> str:
    return "".join(_words(dice, int(dice.integers(2, 6)), skip=len(_common)))


def _name(dice: np.random.Generator) -> str:
    letters: Sequence[int] = dice.integers(0, 1 << 16, 3).tolist()
    return _SURNAMES[letters[0] % len(_SURNAMES)] + "".join(_GIVEN[at % len(_GIVEN)] for at in letters[1:])
