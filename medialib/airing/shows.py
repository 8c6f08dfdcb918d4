"""What a show of a timetable holds now: lessons that are for everyone and can be joined.

It is looked at whenever an epoch is made.
"""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from medialib.catalogue import lookups, progress, standins
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.plans import Plan
from medialib.catalogue.timetables import Show
from medialib.delivery import offer
from medialib.delivery.joinable import side_of
from medialib.delivery.listing import MOST_LESSONS
from medialib.delivery.occasions import TICKS
from medialib.delivery.ordering import Item
from medialib.errors import MedialibError
from medialib.listings import open_listing
from medialib.services import Services


def may_be_shown(lesson: Lesson) -> bool:
    """Only what is for everyone and published; the worker's sessions hide nothing by themselves."""
    return lesson.access == "public" and lesson.stage == "published" and lesson.published_at <= time.time()


def items_of(services: Services, session: Session, show: Show, *, target_seconds: int) -> list[Item]:
    """The lessons of a show that can be joined, as they are made now."""
    try:
        lessons = _lessons_of(services, session, show)
    except MedialibError:
        return []  # what was shown is gone, or cannot be searched for now
    lessons = [one for one in lessons if may_be_shown(one)]
    plans, rows = lookups.current_plans(session, lessons), progress.progress(session, lessons)
    return [
        _item(one, plans[one.id], rows[one.id])
        for one in lessons
        if one.id in plans and plans[one.id].segment_seconds <= target_seconds
    ]


def _lessons_of(services: Services, session: Session, show: Show) -> Sequence[Lesson]:
    if show.kind == "lesson":
        return [lookups.lesson(session, show.slug)]
    question: dict[str, Any] = {"words": show.words} if show.kind == "search" else {}
    found = open_listing(
        services, session, show.kind, show.slug, question=question, query={}, page=1, per_page=MOST_LESSONS
    )
    return found.lessons


def _item(lesson: Lesson, plan: Plan, rows: Sequence[Any]) -> Item:
    rungs = offer.ready_rungs(plan, rows)
    return Item(
        lesson_id=lesson.id,
        version=plan.version,
        segment_seconds=plan.segment_seconds,
        segments=plan.segment_count,
        ticks=round(standins.longest(plan) * TICKS),
        published=lesson.published_at,
        rungs=tuple((rung.name, side_of(min(rung.width, rung.height))) for rung in rungs),
        sound=plan.usual_audio[-1].name if plan.usual_audio else "",
    )
