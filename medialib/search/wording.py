"""What a person typed, read as words, phrases in quotes, what must not be there, and filters by name (pure).

Nothing is wrong: what is not read as one of these is words.
"""

import re
from dataclasses import dataclass, field, replace

from medialib.search import folding, text

MOST_PARTS = 8
"""Phrases, and unwanted words, that are read: nobody types more."""
_QUOTES = '"“”„＂«»'
_KEYS = {
    "theme": "theme", "主题": "theme", "unit": "unit", "单位": "unit", "kind": "kind", "类型": "kind", "类别": "kind",
    "place": "place", "地点": "place", "year": "year", "年份": "year", "年": "year",
    "length": "length", "时长": "length",
}  # fmt: skip
_VALUES = {
    "kind": {"video": "video", "视频": "video", "影片": "video", "audio": "audio", "音频": "audio", "录音": "audio"},
    "length": {"short": "short", "短": "short", "medium": "medium", "中": "medium", "long": "long", "长": "long"},
}
_YEAR = re.compile(r"((?:19|2\d)\d\d)年?")
_piece = re.compile(
    rf"""
    (?P<without>(?<!\S)[-－−](?=\S))?
    (?:(?P<key>[^\W\d_]+)[:：])?
    (?:[{_QUOTES}](?P<quoted>[^{_QUOTES}]*)[{_QUOTES}] | 「(?P<corner>[^」]*)」
    | (?P<bare>[^\s{_QUOTES}「」，；。、,;]+))
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A question read. `named` are filters as people write them, whose values somebody has yet to know."""

    words: str = ""
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    named: dict[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> str:
        """All that must be there, as words."""
        return " ".join(part for part in (self.words, *self.phrases) if part)

    @property
    def empty(self) -> bool:
        """Whether there is no word to look for."""
        return not self.wanted and not self.without

    def with_words(self, *words: str) -> "Wording":
        """The same with more words."""
        return replace(self, words=" ".join(filter(None, (self.words, *words))))


def read(typed: str) -> Wording:
    """Read what was typed; never raises."""
    words: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    named: dict[str, str] = {}
    for found in _piece.finditer(typed):
        key = _KEYS.get(folding.normalise(found["key"] or ""))
        value = next(part for part in (found["quoted"], found["corner"], found["bare"]) if part is not None)
        quoted = found["bare"] is None
        if found["key"] and not key:
            words.append(found.group())
        elif found["without"] and value.strip():
            without.append(value)
        elif key and value.strip() and key not in named:
            named[key] = value.strip()
        else:
            (phrases if quoted else words).append(value)
    return Wording(words=" ".join(words), phrases=_told(phrases), without=_told(without), named=named)


def _told(parts: list[str]) -> tuple[str, ...]:
    """Each of the parts that say something, once."""
    return tuple(filter(text.stretches, dict.fromkeys(map(folding.normalise, parts))))[:MOST_PARTS]


def kind_of(value: str) -> str | None:
    """`video` or `audio`, by any of their names."""
    return _VALUES["kind"].get(folding.normalise(value))


def length_of(value: str) -> str | None:
    """`short`, `medium` or `long`, by any of their names."""
    return _VALUES["length"].get(folding.normalise(value))


def year_of(value: str) -> int | None:
    """A year from 1900 to 2999."""
    found = _YEAR.fullmatch(folding.normalise(value))
    return int(found[1]) if found else None
