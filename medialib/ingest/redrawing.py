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
    """Whether the lesson is shown by a drawing with other words than its own."""
    found = own_pictures.posters_of(store, lesson)
    shown = found and found.picture(found.chosen(lesson.poster_choice))
    return bool(shown and shown.origin == "drawn" and tuple(shown.words) != words_of(lesson))


def redraw(workshop: Workshop, lesson_id: str) -> None:
    """Show the lesson by a drawing with its present words, at an address of its own; raises NotFound."""
    with workshop.leases.hold(f"redraw:{lesson_id}") as lease:
        if lease is None:
            return
        with workshop.database.read() as session:
            lesson = lookups.lesson(session, lesson_id)
        if not is_outdated(workshop.store, lesson):
            return
        try:
            number = own_pictures.keep_drawn(
                workshop, workshop.store.workspace(lease.token), lesson_id, draw(lesson), words_of(lesson)
            )
        finally:
            workshop.store.discard(lease.token)
        with workshop.database.begin() as session:
            now = lookups.lesson_to_change(session, lesson_id)
            if now.poster_choice == lesson.poster_choice:
                now.poster_choice = -number
                now.revision += 1  # whether it was renamed meanwhile is seen then
        log.info("a cover is drawn anew", lesson=lesson_id)
