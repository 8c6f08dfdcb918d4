"""Changes to a lesson as a whole: it comes in, with the theme, unit and series that are named with it; it goes."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from medialib.catalogue import caption_edits, lookups, people_edits, telling, work_edits
from medialib.catalogue.collections import Collection, CollectionKind
from medialib.catalogue.cues import CaptionTrack
from medialib.catalogue.history import LessonChange
from medialib.catalogue.lessons import Lesson, Source, StoredPlan
from medialib.catalogue.people import Person
from medialib.catalogue.plans import Plan
from medialib.catalogue.slugs import make_slug
from medialib.catalogue.stages import Stage
from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit

_ID_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, kw_only=True)
class Details:
    """What people say of a lesson. `unit` is a name, or names from the top down with a slash between, `place` a slug;
    `clean_speech` is about the making, None: as the settings say.
    """

    title: str
    description: str = ""
    speaker: str = ""
    unit: str = ""
    series: str = ""
    number: int | None = None
    place: str | None = None
    recorded: str | None = None
    language: str = "zh"
    themes: tuple[str, ...] = ()
    clean_speech: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """How a lesson comes in: at which stage it begins, and who brings it (None: the command line). `also` is stored
    together with it.
    """

    stage: Stage = "published"
    by: Person | None = None
    also: Callable[[Session, Lesson], None] | None = None


ON_THE_SHELF = Arrival()


def new_lesson_id() -> str:
    """Ten letters that nobody mistakes for another: about 49 bits."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(10))


def publish(
    session: Session,
    *,
    lesson_id: str,
    details: Details,
    plan: Plan,
    source_parts: dict[str, Any],
    steps: Mapping[str, int] = MappingProxyType({}),
    captions: Sequence[CaptionTrack] = (),
    chapters: Sequence[dict[str, Any]] = (),
    notices: Sequence[dict[str, Any]] = (),
    arrival: Arrival = ON_THE_SHELF,
) -> Lesson:
    """Store a new lesson with its source and plan: from the commit on it plays, and when published it is listed.

    `chapters` and `notices` are as Lesson says.
    `steps` are what is to be done for it, each with its rank among the steps of all lessons.
    """
    lesson = _new_lesson(session, lesson_id, details, plan)
    lesson.chapters, lesson.notices, lesson.stage = list(chapters), list(notices), arrival.stage
    session.add(lesson)
    session.flush()
    for track in captions:
        caption_edits.store(session, lesson, track)
    session.add(Source(lesson_id=lesson_id, **source_parts))
    session.add(StoredPlan(lesson_id=lesson_id, version=plan.version, document=plan.to_json()))
    work_edits.add_progress(session, lesson_id, plan)
    work_edits.queue_steps(session, lesson_id, steps, at=lesson.published_at)
    _begin_history(session, lesson, arrival)
    if arrival.also:
        session.flush()
        arrival.also(session, lesson)
    return lesson


def _begin_history(session: Session, lesson: Lesson, arrival: Arrival) -> None:
    """With how it came in, which other systems are told as well when it is on the shelf."""
    came = {"stage": arrival.stage, "published_at": lesson.published_at}
    who = people_edits.doer(arrival.by)
    session.add(LessonChange(lesson_id=lesson.id, at=lesson.published_at, kind="stage", after=came, **who))
    if lesson.stage == "published":
        telling.tell(session, "lesson.published", lesson)


def _new_lesson(session: Session, lesson_id: str, details: Details, plan: Plan) -> Lesson:
    texts = {one.name: getattr(details, one.name) for one in fields(details) if one.name in Lesson.__table__.columns}
    unit, series = _unit(session, details.unit), _series(session, details.series)
    return Lesson(
        id=lesson_id,
        kind="video" if plan.video else "audio",
        seconds=plan.seconds,
        published_at=time.time(),
        plan_version=plan.version,
        themes=[_theme(session, name) for name in dict.fromkeys(details.themes)],
        unit=unit,
        unit_slug=unit.slug if unit else None,
        series=series,
        series_slug=series.slug if series else None,
        **texts,
    )


def _theme(session: Session, name: str) -> Theme:
    """The theme of that name; a new one is put at the end of the tree for the curator to place."""
    found = lookups.find_theme(session, name)
    if found is None:
        slug = make_slug(name, lambda slug: session.get(Theme, slug) is not None)
        found = Theme(slug=slug, zh=name, en=name, path=f"{slug}/", position=1000)
        session.add(found)
        session.flush()
    return found


def _unit(session: Session, names: str) -> Unit | None:
    """The unit that is called so, put into the tree when it is new."""
    found: Unit | None = None
    for name in filter(None, (part.strip() for part in names.split("/"))):
        found = lookups.find_unit(session, name, below=found) or _new_unit(session, name, found)
    return found


def _new_unit(session: Session, name: str, parent: Unit | None) -> Unit:
    slug = make_slug(name, lambda slug: session.get(Unit, slug) is not None)
    path = f"{parent.path if parent else ''}{slug}/"
    unit = Unit(slug=slug, name=name, path=path, parent_slug=parent.slug if parent else None, position=1000)
    session.add(unit)
    session.flush()
    return unit


def _series(session: Session, title: str) -> Collection | None:
    """The series of that title; a new one is published with its first lesson."""
    if not title:
        return None
    known = select(Collection).where(Collection.kind == "series", Collection.title == title)
    return session.scalar(known) or new_collection(session, kind="series", title=title, published_at=time.time())


def new_collection(session: Session, *, kind: CollectionKind, title: str, **parts: Any) -> Collection:
    """A collection without lessons, a draft unless `published_at` says otherwise."""
    slug = make_slug(title, lambda slug: session.get(Collection, slug) is not None)
    collection = Collection(slug=slug, kind=kind, title=title, created_at=time.time(), **parts)
    session.add(collection)
    session.flush()
    return collection


def choose_poster(session: Session, lesson_id: str, choice: int) -> None:
    """Let the lesson be shown by the candidate of this number."""
    lookups.lesson(session, lesson_id).poster_choice = choice


def add_notices(session: Session, lesson_id: str, notices: Sequence[dict[str, Any]]) -> None:
    """Put sentences about the recording on its lesson, each once; they are as Lesson says."""
    lesson = lookups.lesson_to_change(session, lesson_id)
    for notice in notices:
        if notice not in lesson.notices:
            lesson.notices = [*lesson.notices, notice]


def remove(session: Session, lesson_id: str) -> None:
    """Forget a lesson with its source, plans, progress, captions and steps; its files are the store's affair."""
    session.delete(lookups.lesson(session, lesson_id))
