"""Changing from when to when a recording is shown: what is wanted stands with the lesson, the worker makes it so."""

from sqlalchemy.orm import Session

from medialib.catalogue import changing, lookups, renewing, work_lookups
from medialib.catalogue.history import LessonChange
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.trims import Trim, checked
from medialib.errors import N_, NotReady


def wanted(lesson: Lesson) -> Trim:
    return Trim(start_seconds=lesson.trim_start_seconds, end_seconds=lesson.trim_end_seconds)


def trim(session: Session, lesson_id: str, asked: Trim, *, by: Person | None) -> LessonChange | None:
    """Show the recording from when to when; None when that is so already.

    It plays as before until what is left plays everywhere. Raises NotFound, BadRequest for times that are not in the
    recording, and NotReady while its captions are being taken out, whose times would be those of the whole.
    """
    lesson = lookups.lesson_to_change(session, lesson_id)
    asked = checked(asked, lookups.plan(session, lesson_id, lesson.plan_version).whole_seconds)
    if asked == wanted(lesson):
        return None
    if any(row.step == "captions" and not row.parked for row in work_lookups.steps_left(session, lesson_id)):
        raise NotReady(
            N_("The captions of this recording are still being read. Please try again in a minute."), retry_seconds=10
        )
    after = {"trim_start_seconds": asked.start_seconds, "trim_end_seconds": asked.end_seconds}
    made = changing.record(session, lesson, changing.TRIM, after, by=by)
    note(session, by, "lesson.trimmed", on_id=lesson_id, on_name=lesson.title)
    session.flush()
    renewing.ask(session, lesson_id)
    return made
