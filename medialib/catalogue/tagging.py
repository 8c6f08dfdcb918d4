"""Questions about which lessons have which themes."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from medialib.catalogue import tallies
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.narrowing import Wanted
from medialib.catalogue.themes import Theme, lesson_themes


def tree(session: Session, counts: Mapping[str, int] | None = None) -> list[tuple[Theme, int]]:
    """All themes, each followed by those below it, with how many lessons have it or one below it.

    Without `counts` by slug all lessons are counted, which takes the longer the more there are.
    """
    themes = session.scalars(select(Theme)).all()
    had = tallies.themes(session, Wanted()) if counts is None else counts
    known = {theme.slug: theme for theme in themes}

    def place(theme: Theme) -> list[tuple[int, str]]:
        return [(known[slug].position, slug) for slug in theme.slugs]

    return [(theme, had.get(theme.slug, 0)) for theme in sorted(themes, key=place)]


def tagged_count(session: Session) -> int:
    """How many lessons have a theme at all."""
    return session.scalar(select(func.count(lesson_themes.c.lesson_id.distinct()))) or 0


def titles_by_theme(session: Session, slugs: Sequence[str], *, most: int, without: str) -> dict[str, list[str]]:
    """Titles of some lessons of each theme, at most so many, never the lesson `without`.

    Which ones is left to the order of their ids, which are drawn by lot: a fair and cheap sample.
    """
    chosen = select(Lesson.title).join(lesson_themes, lesson_themes.c.lesson_id == Lesson.id)
    chosen = chosen.where(Lesson.id != without).order_by(lesson_themes.c.lesson_id).limit(most)
    return {slug: list(session.scalars(chosen.where(lesson_themes.c.theme_slug == slug))) for slug in slugs}
