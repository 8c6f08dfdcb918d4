"""The recording of a lesson over the API, those that it had before, and the way back to the last one."""

from typing import Any

from medialib.catalogue import former_sources, lookups
from medialib.catalogue.former_sources import FormerSource
from medialib.errors import N_
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api
from medialib.web.desk import recordings

_PATH = "/desk/lessons/<lesson_id>/recordings"
_PARTS: dict[str, Any] = {"answers_file": ("application/octet-stream",), "also": (206,), "refusals": (416,)}
"""A file of which parts may be asked for."""


class RecordingAnswer(Answer):
    """What the file is called, and how large and long it is."""

    name: str
    size_bytes: int
    seconds: float


class FormerRecording(RecordingAnswer):
    """It is deleted after `kept_until` (unix seconds)."""

    put_away_at: float
    kept_until: float


class RecordingsAnswer(Answer):
    """The present one, and those before it, the last one first. Another one is sent by tus, with `replaces`."""

    recording: RecordingAnswer
    former: list[FormerRecording]


def add_to(api: Api) -> None:
    editors = api.family(access.lesson_editors, below=_PATH, writes="edit", group="lessons", answer=RecordingsAnswer)
    editors(_all, "GET", "", N_("The recordings of a lesson"))
    told = N_("The recording of a lesson, as it was sent")
    editors(recordings.sent_file, "GET", "/file", told, answer=None, **_PARTS)
    editors(_back, "POST", "/back", N_("Brings the recording before this one back"))


def _all(services: Services, lesson_id: str) -> RecordingsAnswer:
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        source = lookups.source(session, lesson_id)
        return RecordingsAnswer(
            recording=RecordingAnswer(name=source.name, size_bytes=source.size_bytes, seconds=lesson.seconds),
            former=[_former(one) for one in former_sources.former(session, lesson_id)],
        )


def _former(one: FormerSource) -> FormerRecording:
    return FormerRecording(
        name=one.name, size_bytes=one.size_bytes, seconds=one.shown["seconds"], put_away_at=one.put_away_at,
        kept_until=one.let_go_at,
    )  # fmt: skip


def _back(services: Services, lesson_id: str) -> RecordingsAnswer:
    recordings.bring_back(services, lesson_id)
    return _all(services, lesson_id)
