"""Characters that look alike: those a finger or an eye takes for one another (pure but for one file of this package).

`shapes.txt` has a line for each everyday character that some other looks like: the character, then these, the most
alike first. It was made by drawing all of them and comparing the pictures (tests/search/drawing.py).
"""

from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("shapes.txt")


def look_alike(one: str, other: str) -> bool:
    """Whether two characters are easily taken for each other."""
    return other in _alike().get(one, "") or one in _alike().get(other, "")


@cache
def _alike() -> dict[str, str]:
    return {line[0]: line[1:] for line in FILE.read_text(encoding="utf-8").splitlines()}
