"""Taking rumble and steady noise out of a lesson's speech: what is wanted stands with it, the worker makes it so."""

from sqlalchemy.orm import Session

from medialib.catalogue import changing, lookups, renewing
from medialib.catalogue.history import LessonChange
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note


def wanted(lesson: Lesson, *, usually: bool) -> bool:
    """What was said of this lesson, else as `usually`."""
    return usually if lesson.clean_speech is None else lesson.clean_speech


def clean(session: Session, lesson_id: str, *, asked: bool, by: Person | None) -> LessonChange | None:
    """Take the noise out of a lesson's sound, or leave it as it was recorded; None when that is so already.

    It sounds as before until the new version plays everywhere. Raises NotFound.
    """
    lesson = lookups.lesson_to_change(session, lesson_id)
    present = lookups.plan(session, lesson_id, lesson.plan_version)
    if wanted(lesson, usually=present.cleans) == asked:
        return None
    made = changing.record(session, lesson, changing.SOUND, {"clean_speech": asked}, by=by)
    note(session, by, "lesson.cleaned", on_id=lesson_id, on_name=lesson.title)
    session.flush()
    renewing.ask(session, lesson_id)
    return made
