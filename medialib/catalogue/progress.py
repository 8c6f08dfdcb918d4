"""Questions about the plans, the progress and the captions of many lessons at once."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from medialib.catalogue.lessons import Captions, Lesson, RenditionProgress, StoredPlan
from medialib.catalogue.plans import Plan

_AT_ONCE = 500
"""Few enough for the variables of one question."""


def plans(session: Session, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], Plan]:
    """Plans by lesson id and version; those that are not there are left out."""
    ids = sorted({lesson_id for lesson_id, _ in wanted})
    found = {}
    for at in range(0, len(ids), _AT_ONCE):
        query = select(StoredPlan).where(StoredPlan.lesson_id.in_(ids[at : at + _AT_ONCE]))
        for row in session.scalars(query):
            if (row.lesson_id, row.version) in wanted:
                found[row.lesson_id, row.version] = Plan.from_json(row.document)
    return found


def progress(session: Session, lessons: Sequence[Lesson]) -> dict[str, list[RenditionProgress]]:
    """How far the renditions of each lesson's current plan have come, by its id."""
    versions = {one.id: one.plan_version for one in lessons}
    found: dict[str, list[RenditionProgress]] = {one.id: [] for one in lessons}
    for at in range(0, len(lessons), _AT_ONCE):
        ids = [one.id for one in lessons[at : at + _AT_ONCE]]
        query = select(RenditionProgress).where(RenditionProgress.lesson_id.in_(ids))
        for row in session.scalars(query):
            if row.version == versions[row.lesson_id]:
                found[row.lesson_id].append(row)
    return found


def captions(session: Session, lessons: Sequence[Lesson]) -> dict[str, list[Captions]]:
    """The captions of each lesson in every language, without their cues, by its id."""
    found: dict[str, list[Captions]] = {one.id: [] for one in lessons}
    for at in range(0, len(lessons), _AT_ONCE):
        ids = [one.id for one in lessons[at : at + _AT_ONCE]]
        query = select(Captions).where(Captions.lesson_id.in_(ids)).options(defer(Captions.cues))
        for row in session.scalars(query.order_by(Captions.position, Captions.language)):
            found[row.lesson_id].append(row)
    return found
