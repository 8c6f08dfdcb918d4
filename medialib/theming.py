"""Which themes fit a lesson: what the catalogue and the index know, put before search/suggest.py. Nothing is tagged."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from medialib.catalogue import caption_lookups, lookups, tagging
from medialib.catalogue.themes import Theme
from medialib.search.index import IndexUnavailable
from medialib.search.neighbours import neighbours
from medialib.search.suggest import LessonText, Neighbour, ThemeIndex, ThemeText
from medialib.services import Services

TITLES_PER_THEME = 40


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A theme that a lesson might have: `confidence` is how often such a proposal is right, 0 to 1; `words` of the
    lesson spoke for it; `has` when the lesson has this theme, or one below it, already."""

    theme: Theme
    confidence: float
    words: tuple[str, ...]
    has: bool


def propose(services: Services, session: Session, lesson_id: str) -> list[Proposal]:
    """The themes that fit a lesson best, the best first; raises NotFound."""
    lesson = lookups.lesson(session, lesson_id)
    said = caption_lookups.transcripts(session, [lesson.id]).get(lesson.id, "")
    text = LessonText(title=lesson.title, series=lesson.series_title, description=lesson.description, transcript=said)
    has = {slug for theme in lesson.themes for slug in theme.slugs}
    return _propose(services, session, text, has=has, of=lesson.id)


def propose_for(services: Services, session: Session, *, title: str, description: str) -> list[Proposal]:
    """The themes that fit what was typed of a lesson that is not there yet, the best first."""
    return _propose(services, session, LessonText(title=title, series="", description=description, transcript=""))


def _propose(
    services: Services, session: Session, text: LessonText, *, has: Collection[str] = (), of: str = ""
) -> list[Proposal]:
    themes = {theme.slug: theme for theme in lookups.themes(session)}
    tagged = tagging.tagged_count(session)
    index = ThemeIndex(_texts(session, list(themes.values()), of), tagged=tagged)
    found = index.suggest(text, neighbours=_nearest(services, session, text, of))
    return [
        Proposal(theme=themes[one.slug], confidence=one.confidence, words=one.words, has=one.slug in has)
        for one in found
    ]


def described(proposals: Sequence[Proposal]) -> list[dict[str, Any]]:
    """Proposals as JSON: what `GET /api/lessons/ID/themes` answers and `medialib themes --json LESSON` prints."""
    return [
        {
            "slug": one.theme.slug,
            "path": list(one.theme.slugs),
            "zh": one.theme.zh,
            "en": one.theme.en,
            "confidence": one.confidence,
            "words": list(one.words),
            "has": one.has,
        }
        for one in proposals
    ]


def described_theme(theme: Theme, lessons: int) -> dict[str, Any]:
    """A theme as JSON, with how many lessons have it or one below it."""
    return {
        "slug": theme.slug,
        "path": list(theme.slugs),
        "zh": theme.zh,
        "en": theme.en,
        "words": theme.words,
        "lessons": lessons,
    }


def _texts(session: Session, themes: Sequence[Theme], lesson_id: str) -> list[ThemeText]:
    slugs = [theme.slug for theme in themes]
    titles = tagging.titles_by_theme(session, slugs, most=TITLES_PER_THEME, without=lesson_id)
    return [
        ThemeText(
            path=theme.slugs,
            words=tuple(word for word in (theme.zh, theme.en, *theme.words) if word),
            titles=tuple(titles[theme.slug]),
        )
        for theme in themes
    ]


def _nearest(services: Services, session: Session, text: LessonText, lesson_id: str) -> list[Neighbour]:
    """Neighbours among tagged lessons; none while the index cannot be asked: the themes' words still can."""
    try:
        near = neighbours(services.index, f"{text.title}\n{text.description}", without=[lesson_id])
    except IndexUnavailable:
        return []
    nearness = dict(near)
    lessons = lookups.lessons_by_id(session, list(nearness))
    return [
        Neighbour(nearness=nearness[one.id], themes=tuple(theme.slug for theme in one.themes))
        for one in lessons
        if one.themes
    ]
