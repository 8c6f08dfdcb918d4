"""Every question asked of the tree of themes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from medialib.catalogue import tagging, undoing
from medialib.catalogue.themes import Theme, lesson_themes
from medialib.errors import N_, NotFound

NOUN = "theme"
"""What changes to the tree are kept under."""
_MOST_MERGES = 20
"""So often a theme that is gone is followed to the next one."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A theme, how deep it lies (0 at the top), and how many lessons have it or one below it."""

    theme: Theme
    depth: int
    lessons: int


def rows(session: Session) -> list[Row]:
    """All themes as a list to read, each under the one it belongs to."""
    return [Row(theme=one, depth=len(one.slugs) - 1, lessons=count) for one, count in tagging.tree(session)]


def theme(session: Session, slug: str) -> Theme:
    """Raises NotFound."""
    found = session.get(Theme, slug)
    if found is None:
        raise NotFound(N_("There is no such theme."), detail=slug)
    return found


def heirs(session: Session, slugs: Sequence[str]) -> tuple[str, ...]:
    """These themes as they are now: in place of one that was merged or taken away, the one that got its lessons."""
    return tuple(dict.fromkeys(slug for one in slugs if (slug := _heir(session, one))))


def _heir(session: Session, slug: str | None) -> str | None:
    for _ in range(_MOST_MERGES):
        if slug is None or session.get(Theme, slug) is not None:
            return slug
        last = undoing.last(session, NOUN, slug)
        slug = last.before.get("heir") if last else None
    return None


def unspoken(session: Session, words: Sequence[str]) -> list[str]:
    """Those of the words that speak for no theme yet, and are the name of none."""
    known = {word for one in session.scalars(select(Theme)) for word in (*one.words, one.zh, one.en)}
    return [word for word in words if word not in known]


def below(session: Session, one: Theme) -> list[Theme]:
    """All themes that lie below this one."""
    query = select(Theme).where(Theme.path.startswith(one.path), Theme.slug != one.slug)
    return list(session.scalars(query))


def lessons_of(session: Session, one: Theme) -> set[str]:
    """The ids of the lessons that have this theme itself."""
    return set(session.scalars(select(lesson_themes.c.lesson_id).where(lesson_themes.c.theme_slug == one.slug)))


def beside(session: Session, parent_slug: str | None) -> list[Theme]:
    """The themes right below this one (None: at the top), in their order."""
    known = Theme.parent_slug.is_(None) if parent_slug is None else Theme.parent_slug == parent_slug
    return list(session.scalars(select(Theme).where(known).order_by(Theme.position, Theme.slug)))
