"""A drawn cover bears its lesson's title: when that, or the line below it, is changed, it is drawn again."""

import structlog
from PIL import Image

from medialib.catalogue import lookups
from medialib.catalogue.lessons import Lesson
from medialib.ingest import covers, own_pictures
from medialib.ingest.workshop import Workshop
from medialib.store import Store

log = structlog.get_logger()


def words_of(lesson: Lesson) -> tuple[str, str]:
    """The title, and the smaller line below it."""
    below = (lesson.unit_name or lesson.speaker, lesson.series_title)
    return lesson.title, " · ".join(part for part in below if part)


def draw(lesson: Lesson) -> Image.Image:
    return covers.draw_cover(lesson.id, *words_of(lesson), covers.WIDE if lesson.kind == "video" else covers.SQUARE)


def is_outdated(store: Store, lesson: Lesson) -> bool:
    """Whether the lesson is shown by a drawing that bears other words than its own, or is no longer needed."""
    found = own_pictures.posters_of(store, lesson)
    if found is None:
        return False
    shown = found.picture(found.chosen(lesson.poster_choice))
    if shown.origin != "drawn":
        return False
    return shown.words != words_of(lesson) or found.candidates[0].origin != "drawn"


def redraw(workshop: Workshop, lesson_id: str) -> None:
    """Show the lesson by what was found in its recording, or by a drawing with its present words, which has an address
    of its own; raises NotFound.
    """
    with workshop.leases.hold(f"redraw:{lesson_id}") as lease:
        if lease is None:
            return
        with workshop.database.read() as session:
            lesson = lookups.lesson(session, lesson_id)
        if not is_outdated(workshop.store, lesson):
            return
        try:
            choice = _choice(workshop, lesson, lease.token)
        finally:
            workshop.store.discard(lease.token)
        with workshop.database.begin() as session:
            now = lookups.lesson_to_change(session, lesson_id)
            if now.poster_choice == lesson.poster_choice:
                now.poster_choice = choice
                now.revision += 1  # whether it was renamed meanwhile is seen then
        log.info("a cover is drawn anew", lesson=lesson_id)


def _choice(workshop: Workshop, lesson: Lesson, token: str) -> int:
    found = own_pictures.posters_of(workshop.store, lesson)
    first = found.candidates[0] if found else None
    if first and (first.origin != "drawn" or first.words == words_of(lesson)):
        return 0
    workspace = workshop.store.workspace(token)
    return -own_pictures.keep_drawn(workshop, workspace, lesson.id, draw(lesson), words_of(lesson))
