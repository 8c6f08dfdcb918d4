"""Every change made to the catalogue."""

import secrets
import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import lookups, telling
from medialib.catalogue.collections import Collection, CollectionKind
from medialib.catalogue.cues import CaptionTrack, to_stored
from medialib.catalogue.history import LessonChange
from medialib.catalogue.lessons import (
    EXTRAS,
    LONGEST_REST_SECONDS,
    Captions,
    Lesson,
    RenditionProgress,
    Source,
    StepLeft,
    StoredPlan,
    hot_step,
)
from medialib.catalogue.people import Person
from medialib.catalogue.plans import Plan
from medialib.catalogue.slugs import make_slug
from medialib.catalogue.stages import Stage
from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit
from medialib.errors import MedialibError

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
    came = {"stage": arrival.stage, "published_at": lesson.published_at}
    who = doer(arrival.by)
    session.add(LessonChange(lesson_id=lesson_id, at=lesson.published_at, kind="stage", after=came, **who))
    for track in captions:
        _store_captions(session, lesson, track)
    session.add(Source(lesson_id=lesson_id, **source_parts))
    session.add(StoredPlan(lesson_id=lesson_id, version=plan.version, document=plan.to_json()))
    add_progress(session, lesson_id, plan)
    for step, rank in steps.items():
        session.add(StepLeft(lesson_id=lesson_id, step=step, rank=rank, queued_at=lesson.published_at))
    if lesson.stage == "published":
        telling.tell(session, "lesson.published", lesson)
    if arrival.also:
        session.flush()
        arrival.also(session, lesson)
    return lesson


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


def add_progress(session: Session, lesson_id: str, plan: Plan) -> None:
    """Of each rendition of a plan nothing is made yet."""
    for rendition in plan.renditions:
        session.add(
            RenditionProgress(
                lesson_id=lesson_id,
                version=plan.version,
                name=rendition.name,
                seconds_total=float(rendition.seconds),
                codecs=rendition.codecs,
            )
        )


def doer(by: Person | None) -> dict[str, Any]:
    """Who did something, as a row tells it."""
    return {"person_id": by.id, "person_name": by.name} if by else {}


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


def seed_themes(session: Session, tree: dict[str, dict[str, Any]]) -> None:
    """Put a starting tree into a catalogue that has none: slug -> zh, en, words, and `below`, a tree of its own."""
    if not lookups.themes(session):
        _plant(session, tree, parent=None)


def _plant(session: Session, tree: dict[str, dict[str, Any]], parent: Theme | None) -> None:
    for position, (slug, parts) in enumerate(tree.items()):
        told = {key: value for key, value in parts.items() if key != "below"}
        path = f"{parent.path if parent else ''}{slug}/"
        theme = Theme(slug=slug, path=path, parent_slug=parent.slug if parent else None, position=position, **told)
        session.add(theme)
        session.flush()
        _plant(session, parts.get("below", {}), theme)


def record_progress(
    session: Session, *, lesson_id: str, version: int, name: str, **figures: float | int | bool | str
) -> None:
    """Store what was counted of a rendition. What is complete stays so: a late count of less of it is passed over."""
    wanted = [
        RenditionProgress.lesson_id == lesson_id,
        RenditionProgress.version == version,
        RenditionProgress.name == name,
    ]
    if "seconds_done" in figures and not figures.get("complete"):
        wanted.append(RenditionProgress.complete.is_(False))
    session.execute(update(RenditionProgress).where(*wanted).values(**figures))


def record_failure(
    session: Session,
    *,
    lesson_id: str,
    step: str,
    error: MedialibError,
    attempts: int,
    backoff_seconds: float,
    came_on: bool = False,
    growing: bool = True,
) -> StepLeft:
    """Count a failed attempt; after `attempts` of them without any progress (`came_on`) the step is parked.

    Rests grow from one attempt to the next, unless `growing` is false. A step without a row is a hot run's: it
    rests, but is never parked, since the next player may ask again. Raises NotFound when the lesson is gone.
    """
    lookups.lesson(session, lesson_id)
    row = session.get(StepLeft, (lesson_id, step))
    if row is None:
        row = StepLeft(lesson_id=lesson_id, step=step, rank=-1, queued_at=time.time())
        session.add(row)
    row.message, row.message_values, row.detail = error.message, error.values, error.detail
    row.attempts = 1 if came_on else row.attempts + 1
    factor = 4 ** min(row.attempts - 1, 10) if growing else 1
    row.retry_at = time.time() + min(backoff_seconds * factor, LONGEST_REST_SECONDS)
    row.parked = row.rank >= 0 and row.attempts >= attempts
    return row


def forget_hot_failures(session: Session, lesson_id: str, name: str, numbers: Iterable[int]) -> None:
    """These segments are there now, whoever made them: that a hot run failed with one is of no interest any more."""
    failed = select(StepLeft.step).where(StepLeft.lesson_id == lesson_id, StepLeft.rank < 0)
    steps = set(session.scalars(failed)) & {hot_step(name, number) for number in numbers}
    if steps:
        session.execute(delete(StepLeft).where(StepLeft.lesson_id == lesson_id, StepLeft.step.in_(steps)))


def finish_step(session: Session, lesson_id: str, step: str) -> None:
    session.execute(delete(StepLeft).where(StepLeft.lesson_id == lesson_id, StepLeft.step == step))


def settle(session: Session, lesson_id: str) -> str:
    """Bring the lesson's state in line with what is left: complete, parked when all that is left is, or published.

    A lesson that lacks only pictures, and will not get them, is complete all the same.
    """
    left = [row for row in lookups.steps_left(session, lesson_id) if not (row.parked and row.step in EXTRAS)]
    parked = bool(left) and all(row.parked for row in left)
    state = "parked" if parked else "published" if left else "complete"
    changed = update(Lesson).where(Lesson.id == lesson_id, Lesson.state != state).values(state=state)
    lesson = session.scalar(changed.returning(Lesson))
    if lesson is not None and state != "published":
        telling.tell(session, "ingest.failed" if state == "parked" else "lesson.complete", lesson)
    return state


def retry(session: Session, lesson_id: str) -> None:
    """Try everything of this lesson again from now on."""
    lookups.lesson(session, lesson_id)
    session.execute(delete(StepLeft).where(StepLeft.lesson_id == lesson_id, StepLeft.rank < 0))
    fresh = {"attempts": 0, "retry_at": 0.0, "parked": False, "message": "", "detail": ""}
    session.execute(update(StepLeft).where(StepLeft.lesson_id == lesson_id).values(**fresh))
    settle(session, lesson_id)


def choose_poster(session: Session, lesson_id: str, choice: int) -> None:
    """Let the lesson be shown by the candidate of this number."""
    lookups.lesson(session, lesson_id).poster_choice = choice


def add_notices(session: Session, lesson_id: str, notices: Sequence[dict[str, Any]]) -> None:
    """Put sentences about the recording on its lesson, each once; they are as Lesson says."""
    lesson = lesson_to_change(session, lesson_id)
    for notice in notices:
        if notice not in lesson.notices:
            lesson.notices = [*lesson.notices, notice]


def lesson_to_change(session: Session, lesson_id: str) -> Lesson:
    """As it is now, and nobody else's until the commit: for what follows from what was there. Raises NotFound."""
    lesson = lookups.lesson(session, lesson_id)
    session.flush()
    session.refresh(lesson, with_for_update={"of": Lesson})
    return lesson


def rank_steps(session: Session, ranks: Mapping[str, int]) -> None:
    """Bring what is left to do in line with the present order of the steps."""
    for step, rank in ranks.items():
        wrong = (StepLeft.step == step, StepLeft.rank >= 0, StepLeft.rank != rank)
        session.execute(update(StepLeft).where(*wrong).values(rank=rank))


def remove(session: Session, lesson_id: str) -> None:
    """Forget a lesson with its source, plans, progress, captions and steps; its files are the store's affair."""
    session.delete(lookups.lesson(session, lesson_id))


def mark_indexed(session: Session, revisions: Sequence[tuple[str, int]], *, held: Container[str]) -> None:
    """Search was told of these lessons in these revisions, and holds those in `held`."""
    for lesson_id, revision in revisions:
        known = {"indexed_revision": revision, "in_search": lesson_id in held}
        session.execute(update(Lesson).where(Lesson.id == lesson_id).values(**known))


def put_captions(session: Session, lesson_id: str, track: CaptionTrack) -> None:
    """Store the captions of a lesson in one language, in place of those that are there; raises NotFound."""
    lesson = lesson_to_change(session, lesson_id)
    lesson.revision += 1
    _store_captions(session, lesson, track)


def _store_captions(session: Session, lesson: Lesson, track: CaptionTrack) -> None:
    """With the lesson's revision, which never comes back: their addresses are kept for ever."""
    row = session.get(Captions, (lesson.id, track.language))
    if row is None:
        rows = lookups.captions_of(session, lesson.id)
        position = max((one.position for one in rows), default=-1) + 1
        row = Captions(lesson_id=lesson.id, language=track.language, position=position)
        session.add(row)
    row.label, row.cues, row.revision = track.label, to_stored(track.cues), lesson.revision
    session.flush()


def remove_captions(session: Session, lesson_id: str, language: str) -> None:
    """Raises NotFound."""
    lesson = lesson_to_change(session, lesson_id)
    session.delete(lookups.captions(session, lesson_id, language))
    lesson.revision += 1
    session.flush()
