"""What goes with a lesson's recording, over the API: from when to when it is shown, its sound, and files to read.

Readings are sent as they are, as the body of the request; what one is, is seen from its content.
"""

from typing import IO, Annotated, Any, Literal

from pydantic import Field

from medialib.catalogue import cleaning, lookups, reading_edits, readings, trimming
from medialib.catalogue.readings import Reading
from medialib.catalogue.trims import Trim
from medialib.errors import N_
from medialib.ingest import reading_files
from medialib.jobs.queue import BULK, HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.api.desk_lessons import DeskLesson, told
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.api.texts import Line, Seconds
from medialib.web.desk.shell import me

_ONE = "/desk/lessons/<lesson_id>"


class NewTrim(Body):
    """Seconds of the whole recording; without an end it goes on to the recording's."""

    start_seconds: Seconds = 0.0
    end_seconds: Seconds | None = None


class NewSound(Body):
    """Whether rumble and steady noise are taken out."""

    clean_speech: bool


class ReadingAnswer(Answer):
    """`url` is where it is downloaded."""

    id: str
    name: str
    type: Literal["pdf", "docx", "jpg", "png", "webp"]
    size_bytes: int
    url: str


class ReadingsAnswer(Answer):
    """In their order; `removed` can still be brought back, the last one first."""

    readings: list[ReadingAnswer]
    removed: list[ReadingAnswer]


class FileQuery(Body):
    """What the file is called."""

    name: Annotated[Line, Field(min_length=1, max_length=255)]


class ReadingChange(Body):
    """What is not named stays as it is; `place` counts from 1, and beyond the last is the last."""

    name: Annotated[Line, Field(min_length=1, max_length=reading_edits.LONGEST_NAME)] | None = None
    place: Annotated[int, Field(ge=1, le=1000)] | None = None


def add_to(api: Api) -> None:
    editors = api.family(access.lesson_editors, below=_ONE, writes="edit", group="lessons", answer=DeskLesson)
    editors(_trim, "PUT", "/trim", N_("Says from when to when a recording is shown"), body=NewTrim, refusals=(503,))
    editors(_clean, "PUT", "/sound", N_("Takes steady noise out of a lesson’s speech, or leaves it in"), body=NewSound)
    _add_readings(editors)


def _add_readings(editors: Any) -> None:
    editors(_readings, "GET", "/readings", N_("The readings of a lesson"), answer=ReadingsAnswer)
    editors(
        _add,
        "POST",
        "/readings",
        N_("Attaches the file that is sent to a lesson"),
        query=FileQuery,
        file=True,
        answer=ReadingAnswer,
        status=201,
        most_bytes=reading_files.LARGEST_BYTES,
        refusals=(503, 507),
    )
    of = "/readings/<reading_id>"
    editors(
        _change,
        "PATCH",
        of,
        N_("Gives a reading another name, or another place"),
        body=ReadingChange,
        answer=ReadingAnswer,
    )
    editors(_remove, "DELETE", of, N_("Removes a reading; it can be brought back for a while"), answer=None, status=204)
    editors(_restore, "POST", f"{of}/restore", N_("Brings a removed reading back"), answer=ReadingAnswer)


def _trim(services: Services, lesson_id: str, body: NewTrim) -> DeskLesson:
    asked = Trim(start_seconds=body.start_seconds, end_seconds=body.end_seconds)
    with services.database.begin() as session:
        trimming.trim(session, lesson_id, asked, by=me(services))
        answer = told(lookups.lesson(session, lesson_id))
    services.queues.send(HOT, "index")
    services.queues.send(BULK, "advance")
    return answer


def _clean(services: Services, lesson_id: str, body: NewSound) -> DeskLesson:
    with services.database.begin() as session:
        cleaning.clean(session, lesson_id, asked=body.clean_speech, by=me(services))
        answer = told(lookups.lesson(session, lesson_id))
    services.queues.send(HOT, "index")
    services.queues.send(BULK, "advance")
    return answer


def _told(one: Reading) -> ReadingAnswer:
    kind: Any = one.extension.lstrip(".")
    return ReadingAnswer(id=one.id, name=one.name, type=kind, size_bytes=one.size_bytes, url=one.path)


def _readings(services: Services, lesson_id: str) -> ReadingsAnswer:
    with services.database.read() as session:
        lookups.lesson(session, lesson_id)
        there, removed = readings.of(session, lesson_id), readings.removed(session, lesson_id)
        return ReadingsAnswer(readings=[_told(one) for one in there], removed=[_told(one) for one in removed])


def _add(services: Services, lesson_id: str, query: FileQuery, file: IO[bytes]) -> ReadingAnswer:
    made = reading_files.take_in(services.workshop, lesson_id, file, query.name, by=me(services))
    services.queues.send(HOT, "index")
    return _told(made)


def _change(services: Services, lesson_id: str, reading_id: str, body: ReadingChange) -> ReadingAnswer:
    with services.database.begin() as session:
        lookups.lesson_to_change(session, lesson_id)
        one = readings.reading(session, lesson_id, reading_id)
        if body.name is not None:
            reading_edits.rename(session, one, body.name, by=me(services))
        if body.place is not None:
            reading_edits.place(session, one, body.place - 1, by=me(services))
        answer = _told(one)
    services.queues.send(HOT, "index")
    return answer


def _remove(services: Services, lesson_id: str, reading_id: str) -> None:
    with services.database.begin() as session:
        reading_edits.remove(session, readings.reading(session, lesson_id, reading_id), by=me(services))
    services.queues.send(HOT, "index")


def _restore(services: Services, lesson_id: str, reading_id: str) -> ReadingAnswer:
    with services.database.begin() as session:
        one = readings.reading(session, lesson_id, reading_id)
        reading_edits.bring_back(session, one, by=me(services))
        answer = _told(one)
    services.queues.send(HOT, "index")
    return answer
