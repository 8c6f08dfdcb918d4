"""What most of the house asks of the catalogue: lessons with their plans and recordings, themes, units."""

from collections.abc import Sequence
from itertools import islice

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from medialib.catalogue.lessons import Lesson, Source, StoredPlan
from medialib.catalogue.plans import Plan
from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit
from medialib.errors import N_, NotFound


def lesson(session: Session, lesson_id: str) -> Lesson:
    """The lesson; raises NotFound."""
    found = session.get(Lesson, lesson_id)
    if found is None:
        raise NotFound(N_("There is no such lesson."), detail=lesson_id)
    return found


def lesson_to_change(session: Session, lesson_id: str) -> Lesson:
    """As it is now, and nobody else's until the commit: for what follows from what was there. Raises NotFound."""
    found = lesson(session, lesson_id)
    session.flush()
    session.refresh(found, with_for_update={"of": Lesson})
    return found


def lessons_by_id(session: Session, ids: Sequence[str]) -> list[Lesson]:
    """Those of `ids` that exist, in the order of `ids`."""
    found = {one.id: one for one in session.scalars(select(Lesson).where(Lesson.id.in_(ids)))}
    return [found[one] for one in ids if one in found]


def all_lessons(session: Session) -> Sequence[Lesson]:
    return session.scalars(select(Lesson).order_by(Lesson.published_at, Lesson.id)).all()


def lesson_ids(session: Session) -> set[str]:
    return set(session.scalars(select(Lesson.id)))


def lesson_count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Lesson)) or 0


def years(session: Session) -> list[int]:
    """Years in which lessons were recorded, latest first."""
    query = select(func.substr(Lesson.recorded, 1, 4)).where(Lesson.recorded.is_not(None)).distinct()
    return sorted((int(year) for year in session.scalars(query)), reverse=True)


def lessons_by_speaker(session: Session, speaker: str, *, limit: int) -> Sequence[Lesson]:
    """The lessons in which somebody speaks who is called exactly so, alone or with others; the newest first."""
    query = select(Lesson).where(Lesson.speaker.contains(speaker, autoescape=True))
    lessons = session.scalars(query.order_by(Lesson.published_at.desc(), Lesson.id))
    return list(islice((one for one in lessons if speaker in (one.speaker, *one.speakers)), limit))


def themes(session: Session) -> Sequence[Theme]:
    return session.scalars(select(Theme).order_by(Theme.position, Theme.slug)).all()


def find_theme(session: Session, name: str) -> Theme | None:
    """The theme called `name`: its slug, Chinese or English name."""
    return session.scalar(select(Theme).where(or_(Theme.slug == name, Theme.zh == name, Theme.en == name)))


def units(session: Session) -> Sequence[Unit]:
    """All units, those that lie together in the tree together."""
    return session.scalars(select(Unit).order_by(Unit.path)).all()


def find_unit(session: Session, name: str, *, below: Unit | None = None) -> Unit | None:
    """The unit with this name (or slug) right under `below`, else wherever it is, the highest first."""
    query = select(Unit).where(or_(Unit.slug == name, Unit.name == name))
    if below is not None:
        query = query.where(Unit.parent_slug == below.slug)
    return session.scalar(query.order_by(func.length(Unit.path), Unit.slug).limit(1))


def plan(session: Session, lesson_id: str, version: int) -> Plan:
    """The plan; raises NotFound."""
    stored = session.get(StoredPlan, (lesson_id, version))
    if stored is None:
        raise NotFound(N_("There is no such recording."), detail=f"{lesson_id} v{version}")
    return Plan.from_json(stored.document)


def current_plan(session: Session, one: Lesson) -> Plan:
    return plan(session, one.id, one.plan_version)


def current_plans(session: Session, lessons: Sequence[Lesson]) -> dict[str, Plan]:
    """The current plan of each lesson by its id."""
    wanted = {(one.id, one.plan_version) for one in lessons}
    query = select(StoredPlan).where(StoredPlan.lesson_id.in_([one.id for one in lessons]))
    stored = (row for row in session.scalars(query) if (row.lesson_id, row.version) in wanted)
    return {row.lesson_id: Plan.from_json(row.document) for row in stored}


def source(session: Session, lesson_id: str) -> Source:
    """Where the lesson's recording is; raises NotFound."""
    found = session.get(Source, lesson_id)
    if found is None:
        raise NotFound(N_("There is no such recording."), detail=lesson_id)
    return found


def has_source_of_size(session: Session, size_bytes: int) -> bool:
    return session.scalar(select(Source.lesson_id).where(Source.size_bytes == size_bytes).limit(1)) is not None


def lesson_with_source(session: Session, sha256: str) -> Lesson | None:
    """The lesson that was made of exactly this file."""
    return session.scalar(select(Lesson).join(Source, Source.lesson_id == Lesson.id).where(Source.sha256 == sha256))


def lessons_by_source_name(session: Session, names: Sequence[str]) -> dict[str, str]:
    """Ids of the lessons whose file came in under one of these names."""
    query = select(Source.name, Source.lesson_id).where(Source.name.in_(names))
    return {row.name: row.lesson_id for row in session.execute(query)}
