"""A lesson, and lessons that were found, as page, API and command show them: JSON, pictures, what stopped one."""

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy.orm import Session

from medialib.catalogue import caption_lookups, lookups, readings, work_lookups
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.posters import Posters
from medialib.delivery import shapes
from medialib.errors import MedialibError
from medialib.finding import Findings
from medialib.ingest import own_pictures
from medialib.services import Services


def summaries(services: Services, session: Session, findings: Findings) -> dict[str, Any]:
    """The findings as JSON: what `GET /api/lessons` answers and `medialib search --json` prints."""
    plans = lookups.current_plans(session, findings.lessons)
    told = {
        "total": findings.total,
        "page": findings.page,
        "per_page": findings.per_page,
        "meant": findings.meant,
        "named": dict(findings.named),
        "degraded": findings.degraded,
        "results": [
            shapes.lesson_summary(
                lesson,
                plans[lesson.id],
                pictures=posters(services, lesson),
                highlights=findings.highlights.get(lesson.id),
                said=[asdict(one) for one in findings.said.get(lesson.id, ())],
            )
            for lesson in findings.lessons
        ],
    }
    return told if findings.counts is None else {**told, "counts": findings.counts}


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
        work_lookups.renditions(session, lesson),
        coming=_coming(session, lesson),
        captions=caption_lookups.captions_of(session, lesson_id),
        pictures=posters(services, lesson),
        overview=_overview(services, lesson),
        reason=str(trouble) if trouble else None,
        readings=readings.of(session, lesson_id),
    )


def _coming(session: Session, lesson: Lesson) -> shapes.Coming | None:
    if lesson.next_version is None:
        return None
    plan = lookups.plan(session, lesson.id, lesson.next_version)
    return shapes.Coming(plan=plan, renditions=work_lookups.renditions_of(session, lesson.id, plan))


def parked_by(session: Session, lesson: Lesson) -> MedialibError | None:
    """What stopped a parked lesson, with its sentence."""
    if lesson.state != "parked":
        return None
    troubles = sorted(work_lookups.troubles(session, lesson.id), key=lambda one: not one.parked)
    return MedialibError(troubles[0].message, values=troubles[0].message_values) if troubles else None


def notices_of(lesson: Lesson) -> list[MedialibError]:
    """What is to be said of a recording, each with its sentence."""
    return [MedialibError(one["message"], values=one["values"]) for one in lesson.notices]


def posters(services: Services, lesson: Lesson) -> Posters | None:
    """The pictures of a lesson, as soon as they are made; of its own ones the one that is chosen."""
    return own_pictures.posters_of(services.store, lesson)


def all_posters(services: Services, lesson: Lesson) -> Posters | None:
    """With all of its own that people wanted."""
    found = posters(services, lesson)
    return replace(found, own={**own_pictures.everything(services.store, lesson.id), **found.own}) if found else None


def read_posters(services: Services, lesson_id: str, version: int) -> Posters | None:
    return own_pictures.read_candidates(services.store, lesson_id, version)


def _overview(services: Services, lesson: Lesson) -> shapes.Overview:
    store, place = services.store, (lesson.id, lesson.plan_version)
    return shapes.Overview(thumbnails=store.thumbnails(*place).exists(), peaks=store.peaks(*place).exists())
