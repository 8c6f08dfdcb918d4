"""Every question asked of the catalogue."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, defer

from medialib.catalogue import rights
from medialib.catalogue.collections import Collection, CollectionLesson, is_due
from medialib.catalogue.cues import from_stored, transcript
from medialib.catalogue.lengths import LENGTHS
from medialib.catalogue.lessons import (
    LONGEST_REST_SECONDS,
    Captions,
    Lesson,
    RenditionProgress,
    Source,
    StepLeft,
    StoredPlan,
)
from medialib.catalogue.plans import Plan
from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit
from medialib.errors import N_, NotFound


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of `total` lessons, in order."""

    total: int
    lessons: Sequence[Lesson]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a listing is narrowed to; None leaves that open. `theme`, `unit` (with all below it) and `place` are slugs,
    `length` is a name of `LENGTHS`, `words` and `phrases` are found anywhere in the texts, `without` nowhere."""

    theme: str | None = None
    kind: str | None = None
    unit: str | None = None
    place: str | None = None
    year: int | None = None
    length: str | None = None
    words: str = ""
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


ORDERS: dict[str, tuple[Any, ...]] = {
    "newest": (Lesson.published_at.desc(), Lesson.id),
    "oldest": (Lesson.published_at, Lesson.id),
    "longest": (Lesson.seconds.desc(), Lesson.id),
    "shortest": (Lesson.seconds, Lesson.id),
    "plays": (Lesson.plays.desc(), Lesson.published_at.desc(), Lesson.id),
}


def lesson(session: Session, lesson_id: str) -> Lesson:
    """The lesson; raises NotFound."""
    found = session.get(Lesson, lesson_id)
    if found is None:
        raise NotFound(N_("There is no such lesson."), detail=lesson_id)
    return found


def lessons_by_id(session: Session, ids: Sequence[str]) -> list[Lesson]:
    """Those of `ids` that exist, in the order of `ids`."""
    found = {one.id: one for one in session.scalars(select(Lesson).where(Lesson.id.in_(ids)))}
    return [found[one] for one in ids if one in found]


def ended(session: Session, ids: Sequence[str]) -> list[str]:
    """Those of `ids` for which nothing is being made: complete, stopped, or there no more."""
    busy = set(session.scalars(select(Lesson.id).where(Lesson.id.in_(ids), Lesson.state == "published")))
    return [id for id in ids if id not in busy]


def lessons_by_speaker(session: Session, speaker: str, *, limit: int) -> Sequence[Lesson]:
    """The lessons in which somebody speaks who is called exactly so, alone or with others; the newest first."""
    query = select(Lesson).where(Lesson.speaker.contains(speaker, autoescape=True))
    lessons = session.scalars(query.order_by(Lesson.published_at.desc(), Lesson.id))
    return list(islice((one for one in lessons if speaker in (one.speaker, *one.speakers)), limit))


def browse(
    session: Session,
    wanted: Wanted,
    *,
    sort: str = "newest",
    page: int = 1,
    per_page: int = 20,
    within: Sequence[ColumnElement[bool]] = (),
) -> Page:
    """One page of the lessons that fit; an unknown `sort` means newest first."""
    must = [*conditions(wanted), *within]
    total = session.scalar(select(func.count()).select_from(Lesson).where(*must)) or 0
    query = select(Lesson).where(*must).order_by(*ORDERS.get(sort, ORDERS["newest"]))
    query = query.limit(per_page).offset((page - 1) * per_page)
    return Page(total=total, lessons=session.scalars(query).all())


def ids_within(session: Session, within: Sequence[ColumnElement[bool]]) -> Sequence[str]:
    """The ids of the lessons for which all of this is so."""
    return session.scalars(select(Lesson.id).where(*within)).all()


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What a lesson must be to be listed."""
    must: list[ColumnElement[bool]] = []
    if wanted.theme:
        must.append(Lesson.themes.any(_below(Theme.path, wanted.theme)))
    if wanted.kind:
        must.append(Lesson.kind == wanted.kind)
    if wanted.unit:
        must.append(Lesson.unit_slug.in_(select(Unit.slug).where(_below(Unit.path, wanted.unit))))
    if wanted.place:
        must.append(Lesson.place == wanted.place)
    if wanted.year:
        must.append(Lesson.recorded.startswith(str(wanted.year)))
    if wanted.length:
        least, end = LENGTHS[wanted.length]
        must += [Lesson.seconds >= least, *([Lesson.seconds < end] if end < float("inf") else [])]
    must += [Lesson.id.in_(_holding(word)) for word in (*wanted.words.split(), *wanted.phrases)]
    must += [Lesson.id.not_in(_holding(word)) for word in wanted.without]
    return must


def _holding(word: str) -> Select[str]:
    columns = (Lesson.title, Collection.title, Lesson.speaker, Unit.name, Lesson.description)
    holds = or_(*(column.icontains(word, autoescape=True) for column in columns))
    return select(Lesson.id).outerjoin(Lesson.unit).outerjoin(Lesson.series).where(holds)


def _below(path: InstrumentedAttribute[str], slug: str) -> ColumnElement[bool]:
    """The node of a tree, and all below it; a slug holds neither a slash nor what LIKE reads as a joker."""
    return or_(path.startswith(f"{slug}/"), path.contains(f"/{slug}/"))


def themes(session: Session) -> Sequence[Theme]:
    return session.scalars(select(Theme).order_by(Theme.position, Theme.slug)).all()


def units(session: Session) -> Sequence[Unit]:
    """All units, those that lie together in the tree together."""
    return session.scalars(select(Unit).order_by(Unit.path)).all()


def find_unit(session: Session, name: str, *, below: Unit | None = None) -> Unit | None:
    """The unit with this name (or slug) right under `below`, else wherever it is, the highest first."""
    query = select(Unit).where(or_(Unit.slug == name, Unit.name == name))
    if below is not None:
        query = query.where(Unit.parent_slug == below.slug)
    return session.scalar(query.order_by(func.length(Unit.path), Unit.slug).limit(1))


def years(session: Session) -> list[int]:
    """Years in which lessons were recorded, latest first."""
    query = select(func.substr(Lesson.recorded, 1, 4)).where(Lesson.recorded.is_not(None)).distinct()
    return sorted((int(year) for year in session.scalars(query)), reverse=True)


def find_theme(session: Session, name: str) -> Theme | None:
    """The theme called `name`: its slug, Chinese or English name."""
    return session.scalar(select(Theme).where(or_(Theme.slug == name, Theme.zh == name, Theme.en == name)))


def plan(session: Session, lesson_id: str, version: int) -> Plan:
    """The plan; raises NotFound."""
    stored = session.get(StoredPlan, (lesson_id, version))
    if stored is None:
        raise NotFound(N_("There is no such recording."), detail=f"{lesson_id} v{version}")
    return Plan.from_json(stored.document)


def current_plans(session: Session, lessons: Sequence[Lesson]) -> dict[str, Plan]:
    """The current plan of each lesson by its id."""
    wanted = {(one.id, one.plan_version) for one in lessons}
    query = select(StoredPlan).where(StoredPlan.lesson_id.in_([one.id for one in lessons]))
    stored = (row for row in session.scalars(query) if (row.lesson_id, row.version) in wanted)
    return {row.lesson_id: Plan.from_json(row.document) for row in stored}


def current_plan(session: Session, one: Lesson) -> Plan:
    return plan(session, one.id, one.plan_version)


def source(session: Session, lesson_id: str) -> Source:
    """Where the lesson's recording is; raises NotFound."""
    found = session.get(Source, lesson_id)
    if found is None:
        raise NotFound(N_("There is no such recording."), detail=lesson_id)
    return found


def has_source_of_size(session: Session, size_bytes: int) -> bool:
    return session.scalar(select(Source.lesson_id).where(Source.size_bytes == size_bytes).limit(1)) is not None


def lesson_ids(session: Session) -> set[str]:
    return set(session.scalars(select(Lesson.id)))


def lesson_with_source(session: Session, sha256: str) -> Lesson | None:
    """The lesson that was made of exactly this file."""
    return session.scalar(select(Lesson).join(Source, Source.lesson_id == Lesson.id).where(Source.sha256 == sha256))


def lessons_by_source_name(session: Session, names: Sequence[str]) -> dict[str, str]:
    """Ids of the lessons whose file came in under one of these names."""
    query = select(Source.name, Source.lesson_id).where(Source.name.in_(names))
    return {row.name: row.lesson_id for row in session.execute(query)}


def renditions(session: Session, one: Lesson) -> Sequence[RenditionProgress]:
    """How far the renditions of the current plan have come, audio last, small rungs first."""
    return renditions_of(session, one.id, current_plan(session, one))


def renditions_of(session: Session, lesson_id: str, plan: Plan) -> Sequence[RenditionProgress]:
    """The same of any of its plans."""
    query = select(RenditionProgress).where(
        RenditionProgress.lesson_id == lesson_id, RenditionProgress.version == plan.version
    )
    names = [rendition.name for rendition in plan.renditions]
    return sorted(session.scalars(query), key=lambda row: names.index(row.name))


def are_complete(session: Session, lesson_id: str, version: int, names: Sequence[str]) -> bool:
    """Whether every segment of these renditions is made."""
    query = select(func.count()).where(
        RenditionProgress.lesson_id == lesson_id,
        RenditionProgress.version == version,
        RenditionProgress.name.in_(names),
        RenditionProgress.complete,
    )
    return session.scalar(query) == len(names)


def left_out(session: Session, lesson_id: str, version: int) -> frozenset[str]:
    """Names of the renditions that turned out not to be worth their bits."""
    query = select(RenditionProgress.name).where(
        RenditionProgress.lesson_id == lesson_id,
        RenditionProgress.version == version,
        RenditionProgress.left_out.is_(True),
    )
    return frozenset(session.scalars(query))


def miscounted(session: Session) -> Sequence[RenditionProgress]:
    """Renditions of which not all is said to be there, though nothing is left to do for their lessons."""
    busy = select(StepLeft.lesson_id).where(StepLeft.rank >= 0)
    current = (RenditionProgress.lesson_id == Lesson.id) & (RenditionProgress.version == Lesson.plan_version)
    query = select(RenditionProgress).join(Lesson, current).where(Lesson.id.not_in(busy))
    query = query.where(RenditionProgress.complete.is_(False), RenditionProgress.left_out.is_(False))
    return session.scalars(query).all()


def troubles(session: Session, lesson_id: str) -> Sequence[StepLeft]:
    """Steps of the lesson that have failed: resting until the next attempt, or parked."""
    query = select(StepLeft).where(StepLeft.lesson_id == lesson_id, StepLeft.attempts > 0)
    return session.scalars(query.order_by(StepLeft.rank, StepLeft.step)).all()


def steps_left(session: Session, lesson_id: str) -> Sequence[StepLeft]:
    """What is still to be done for the lesson, parked or not."""
    query = select(StepLeft).where(StepLeft.lesson_id == lesson_id, StepLeft.rank >= 0)
    return session.scalars(query.order_by(StepLeft.rank)).all()


def next_steps(session: Session, limit: int) -> Sequence[StepLeft]:
    """The most urgent steps that may be tried now."""
    now = time.time()
    rested = ~StepLeft.retry_at.between(now, now + LONGEST_REST_SECONDS)
    query = select(StepLeft).where(StepLeft.parked.is_(False), StepLeft.rank >= 0, rested)
    return session.scalars(query.order_by(StepLeft.rank, StepLeft.queued_at).limit(limit)).all()


def parked_ids(session: Session) -> Sequence[str]:
    """The lessons of which something was put aside after several attempts."""
    return session.scalars(select(StepLeft.lesson_id).where(StepLeft.parked, StepLeft.rank >= 0).distinct()).all()


def step_left(session: Session, lesson_id: str, step: str) -> StepLeft | None:
    """What is still to be done, whether it has failed before or not; of hot runs only those that failed."""
    return session.get(StepLeft, (lesson_id, step))


def stale_in_index(session: Session, limit: int) -> Sequence[Lesson]:
    """Lessons that search does not know in their present form, those included whose time has come."""
    stale = or_(Lesson.indexed_revision < Lesson.revision, _newly_due())
    return session.scalars(select(Lesson).where(stale).order_by(Lesson.published_at).limit(limit)).all()


def has_newly_due(session: Session) -> bool:
    """Whether a lesson's time has come that search does not hold yet."""
    return session.scalar(select(Lesson.id).where(_newly_due()).limit(1)) is not None


def is_search_behind(session: Session) -> bool:
    """Whether there is a lesson that search does not know in its present form; whoever looks: it may be in counts."""
    stale = (Lesson.indexed_revision < Lesson.revision, _newly_due())
    asked = (select(Lesson.id).where(one).limit(1) for one in stale)
    return any(session.connection().scalar(one) is not None for one in asked)


def _newly_due() -> ColumnElement[bool]:
    return Lesson.in_search.is_(False) & rights.for_everyone()


def all_lessons(session: Session) -> Sequence[Lesson]:
    return session.scalars(select(Lesson).order_by(Lesson.published_at, Lesson.id)).all()


def ids_by_age(session: Session, *, shown: bool) -> Sequence[str]:
    """The ids of the lessons that are for everyone, or of all others, the oldest first."""
    wanted = rights.for_everyone() if shown else ~rights.for_everyone()
    return session.scalars(select(Lesson.id).where(wanted).order_by(Lesson.published_at, Lesson.id)).all()


def lesson_count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Lesson)) or 0


def indexed_count(session: Session, *, shown: bool) -> int:
    """How many lessons the index of what is for everyone should hold, or that of all others, in whatever form."""
    held = Lesson.in_search if shown else Lesson.in_search.is_(False) & (Lesson.indexed_revision > 0)
    return session.scalar(select(func.count()).select_from(Lesson).where(held)) or 0


def captions_of(session: Session, lesson_id: str) -> Sequence[Captions]:
    """The captions of a lesson in every language, without their cues."""
    query = select(Captions).where(Captions.lesson_id == lesson_id).options(defer(Captions.cues))
    return session.scalars(query.order_by(Captions.position, Captions.language)).all()


def captions(session: Session, lesson_id: str, language: str) -> Captions:
    """Raises NotFound."""
    found = session.get(Captions, (lesson_id, language))
    if found is None:
        raise NotFound(N_("There are no captions in this language."), detail=f"{lesson_id} {language}")
    return found


def featured(session: Session, lesson_ids: Sequence[str]) -> set[str]:
    """Those of these lessons that stand today on a published shelf of what the curators picked out."""
    query = select(CollectionLesson.lesson_id).join(Collection, Collection.slug == CollectionLesson.collection_slug)
    query = query.where(Collection.kind == "featured", Collection.published_at <= time.time(), is_due())
    return set(session.scalars(query.where(CollectionLesson.lesson_id.in_(lesson_ids))))


def cues_of(session: Session, lesson_ids: Sequence[str]) -> Sequence[Captions]:
    """The captions of these lessons with their cues, each lesson's own language first."""
    query = select(Captions).where(Captions.lesson_id.in_(lesson_ids))
    return session.scalars(query.order_by(Captions.lesson_id, Captions.position, Captions.language)).all()


def transcripts(session: Session, lesson_ids: Sequence[str]) -> dict[str, str]:
    """What is said in each of these lessons, by its captions in all languages."""
    found: dict[str, str] = {}
    query = select(Captions.lesson_id, Captions.cues).where(Captions.lesson_id.in_(lesson_ids))
    for lesson_id, cues in session.execute(query):
        found[lesson_id] = found.get(lesson_id, "") + transcript(from_stored(cues)) + "\n"
    return found
