"""Finding lessons by words and filters: by the search index, or by the database when that cannot answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from medialib.catalogue import lookups
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.places import find_place
from medialib.catalogue.posters import Posters
from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit
from medialib.delivery import shapes
from medialib.errors import N_, BadRequest, MedialibError
from medialib.search import query
from medialib.search.index import IndexUnavailable
from medialib.services import Services

Highlights = dict[str, tuple[tuple[int, int], ...]]

SORTS = ("relevance", *lookups.ORDERS)
"""Without words `relevance` means newest first."""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """One page of the lessons found; `degraded` when the search index could not be asked."""

    total: int
    page: int
    per_page: int
    lessons: Sequence[Lesson]
    highlights: dict[str, Highlights] = field(default_factory=dict)
    degraded: bool = False

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.per_page)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the lessons can be narrowed to; themes with how many lessons each has."""

    themes: Sequence[tuple[Theme, int]]
    units: Sequence[Unit]
    years: Sequence[int]


def find(
    services: Services,
    session: Session,
    *,
    words: str = "",
    theme: str | None = None,
    kind: str | None = None,
    unit: str | None = None,
    place: str | None = None,
    year: int | None = None,
    sort: str = "relevance",
    page: int = 1,
    per_page: int = 20,
) -> Findings:
    """One page of the lessons that hold the words and pass the filters."""
    filters: dict[str, Any] = {"theme": theme, "kind": kind, "unit": unit, "place": place, "year": year}
    window: dict[str, Any] = {"page": page, "per_page": per_page}
    degraded = False
    if words.strip():
        try:
            found = query.search(services.index, words, filters=query.Filters(**filters), sort=sort, **window)
        except IndexUnavailable:
            degraded = True
        else:
            lessons = lookups.lessons_by_id(session, found.ids)
            return Findings(total=found.total, lessons=lessons, highlights=_highlights(lessons, words), **window)
    listed = lookups.browse(session, lookups.Wanted(**filters, words=words), sort=sort, **window)
    marked = _highlights(listed.lessons, words)
    return Findings(total=listed.total, lessons=listed.lessons, highlights=marked, degraded=degraded, **window)


def _highlights(lessons: Sequence[Lesson], words: str) -> dict[str, Highlights]:
    """Where the words stand in the title and description of each lesson."""
    if not words.strip():
        return {}
    return {
        lesson.id: {
            "title": query.highlight(lesson.title, words),
            "description": query.highlight(lesson.description, words),
        }
        for lesson in lessons
    }


def summaries(services: Services, session: Session, findings: Findings) -> dict[str, Any]:
    """The findings as JSON: what `GET /api/lessons` answers and `medialib search --json` prints."""
    plans = lookups.current_plans(session, findings.lessons)
    return {
        "total": findings.total,
        "page": findings.page,
        "per_page": findings.per_page,
        "results": [
            shapes.lesson_summary(
                lesson,
                plans[lesson.id],
                pictures=posters(services, lesson),
                highlights=findings.highlights.get(lesson.id),
            )
            for lesson in findings.lessons
        ],
    }


def detail(services: Services, session: Session, lesson_id: str) -> dict[str, Any]:
    """One lesson as JSON: what `GET /api/lessons/ID` answers and `medialib show --json` prints.

    `reason` and `notices` are English here; a surface with another language puts its translations there (see
    `parked_by` and `notices_of`).
    """
    lesson = lookups.lesson(session, lesson_id)
    trouble = parked_by(session, lesson)
    return shapes.lesson_detail(
        lesson,
        lookups.current_plan(session, lesson),
        lookups.renditions(session, lesson),
        captions=lookups.captions_of(session, lesson_id),
        pictures=posters(services, lesson),
        overview=_overview(services, lesson),
        reason=str(trouble) if trouble else None,
    )


def parked_by(session: Session, lesson: Lesson) -> MedialibError | None:
    """What stopped a parked lesson, with its sentence."""
    if lesson.state != "parked":
        return None
    troubles = sorted(lookups.troubles(session, lesson.id), key=lambda one: not one.parked)
    return MedialibError(troubles[0].message, values=troubles[0].message_values) if troubles else None


def notices_of(lesson: Lesson) -> list[MedialibError]:
    """What is to be said of a recording, each with its sentence."""
    return [MedialibError(one["message"], values=one["values"]) for one in lesson.notices]


def named(
    session: Session, *, theme: str | None = None, unit: str | None = None, place: str | None = None
) -> dict[str, str]:
    """The slugs of what people name by slug or name in any language; raises BadRequest for what there is not."""
    found: dict[str, tuple[str | None, str, str]] = {}
    if theme:
        one = lookups.find_theme(session, theme)
        found["theme"] = (one.slug if one else None, theme, N_("There is no such theme."))
    if unit:
        other = lookups.find_unit(session, unit)
        found["unit"] = (other.slug if other else None, unit, N_("There is no such unit."))
    if place:
        where = find_place(place)
        found["place"] = (where.slug if where else None, place, N_("There is no such place."))
    for slug, name, sentence in found.values():
        if slug is None:
            raise BadRequest(sentence, detail=name)
    return {key: slug for key, (slug, _, _) in found.items() if slug}


def posters(services: Services, lesson: Lesson) -> Posters | None:
    """The pictures of a lesson, as soon as they are made."""
    return read_posters(services, lesson.id, lesson.plan_version)


def read_posters(services: Services, lesson_id: str, version: int) -> Posters | None:
    try:
        text = services.store.poster_list(lesson_id, version).read_bytes()
    except FileNotFoundError:
        return None
    return Posters.from_json(json.loads(text))


def _overview(services: Services, lesson: Lesson) -> shapes.Overview:
    store, place = services.store, (lesson.id, lesson.plan_version)
    return shapes.Overview(thumbnails=store.thumbnails(*place).exists(), peaks=store.peaks(*place).exists())


def choices(session: Session) -> Choices:
    """What a person can narrow a listing to: only what would find something."""
    return Choices(themes=lookups.themes_in_use(session), units=lookups.units(session), years=lookups.years(session))
