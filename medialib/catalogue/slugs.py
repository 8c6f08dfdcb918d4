"""Names as parts of addresses (pure)."""

import re
from collections.abc import Callable

LONGEST = 48
_between = re.compile(r"[^a-z0-9]+")


def make_slug(name: str, taken: Callable[[str], bool]) -> str:
    """A short address for a name, Chinese by its pinyin: 三堂街镇 -> santangjiezhen; -2, -3 … when that is taken."""
    from pypinyin import Style, slug  # see medialib.search.sounds

    said = slug(name, style=Style.NORMAL, separator="", errors=lambda rest: f"-{rest}-", strict=False)
    stem = _between.sub("-", said.casefold()).strip("-")[:LONGEST].strip("-") or "x"
    found, number = stem, 1
    while taken(found):
        number += 1
        found = f"{stem}-{number}"
    return found
