"""Judged lessons, and the themes of the starting tree that their judges meant."""

from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from medialib.search.suggest import LessonText, ThemeText

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data"

BRANCHES = {
    "governance": ("governance",), "history": ("heritage",), "policy": ("ideas",), "safety": ("health",),
    "orchard": ("fruit",), "cattle": ("livestock",), "craft": ("weaving", "food"), "rule": ("governance",),
    "past": ("heritage",), "trade": ("ecom",),
}  # fmt: skip
"""What the judges call otherwise than the tree does."""


class Judged(NamedTuple):
    theme: str
    text: LessonText


def lessons(folder: Path) -> list[Judged]:
    lines = (folder / "lessons.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [
        Judged(theme, LessonText(title=title, description=about))
        for _, theme, title, about in (line.split("\t") for line in lines)
    ]


def starting_tree() -> list[ThemeText]:
    """The themes that a new library has."""
    source = resources.files("medialib.catalogue").joinpath("themes.yaml").read_text(encoding="utf-8")
    return _walk(yaml.safe_load(source), ())


def _walk(tree: dict[str, dict[str, Any]], above: tuple[str, ...]) -> list[ThemeText]:
    found: list[ThemeText] = []
    for slug, parts in tree.items():
        path = (*above, slug)
        found.append(ThemeText(path=path, words=(parts["zh"], parts["en"], *parts["words"])))
        found += _walk(parts.get("below", {}), path)
    return found


def branch(theme: str) -> tuple[str, ...]:
    """The slugs of the tree that the judges' theme stands for."""
    return BRANCHES.get(theme, (theme,))


def described(theme: str, titles: tuple[str, ...] = ()) -> ThemeText:
    """The judges' theme with the words that the tree has for it."""
    words = [word for one in starting_tree() if set(branch(theme)) & set(one.path) for word in one.words]
    return ThemeText(path=(theme,), words=tuple(words), titles=titles)
