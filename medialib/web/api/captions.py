"""Captions over the API: read, put and taken away, with the checks of the desk's page."""

from typing import Annotated, Literal

from flask import Response
from pydantic import Field, model_validator

from medialib.catalogue import caption_edits, caption_lookups, lookups
from medialib.catalogue.cues import CaptionTrack, Cue, from_stored
from medialib.catalogue.lessons import Captions
from medialib.delivery import srt, webvtt
from medialib.errors import N_, BadRequest
from medialib.ingest import cue_text
from medialib.ingest.beside import TextFile
from medialib.ingest.captioning import make_track
from medialib.ingest.captions import MOST_BYTES
from medialib.ingest.languages import own_name, well_formed
from medialib.ingest.mending import MOST_CUES
from medialib.jobs.queue import HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.api.operations import Answer, Api, Body
from medialib.web.desk import captions as desk_captions
from medialib.web.desk.shell import me

_PATH = "/desk/lessons/<lesson_id>/captions"
_MOST_BODY_BYTES = MOST_BYTES + 100_000
Seconds = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


class Line(Answer):
    """Text with `<i>`, `<b>` and `<u>` only."""

    begin: float
    end: float
    text: str


class TrackAnswer(Answer):
    """`revision` rises with every change."""

    language: str
    label: str
    revision: int
    lines: list[Line]


class CaptionsAnswer(Answer):
    captions: list[TrackAnswer]


class NewLine(Body):
    begin: Seconds
    end: Seconds
    text: Annotated[str, Field(max_length=2_000)]


class NewCaptions(Body):
    """All lines at once, or the `content` of an SRT, WebVTT, ASS or LRC file; with a `base`, the revision that they
    began from, what somebody else has saved since is not overwritten.
    """

    lines: Annotated[list[NewLine], Field(max_length=MOST_CUES)] | None = None
    content: Annotated[str, Field(max_length=MOST_BYTES)] | None = None
    base: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "NewCaptions":
        if (self.lines is None) == (self.content is None):
            raise ValueError("lines or content")
        return self


class FormQuery(Body):
    """`form`: WebVTT, or SubRip."""

    form: Literal["vtt", "srt"] = "vtt"


def add_to(api: Api) -> None:
    editors = api.family(access.lesson_editors, below=_PATH, writes="edit", group="captions", answer=TrackAnswer)
    of = "/<language>"
    editors(_all, "GET", "", N_("The captions of a lesson"), answer=CaptionsAnswer)
    editors(
        _file,
        "GET",
        f"{of}/file",
        N_("The captions of a lesson in one language, as a file"),
        query=FormQuery,
        answer=None,
        answers_file=(webvtt.MEDIA_TYPE, srt.MEDIA_TYPE),
    )
    editors(_read, "GET", of, N_("The captions of a lesson in one language"), refusals=(400,))
    editors(
        _put,
        "PUT",
        of,
        N_("Puts exactly these captions to a lesson"),
        body=NewCaptions,
        refusals=(409,),
        most_bytes=_MOST_BODY_BYTES,
    )
    editors(_remove, "DELETE", of, N_("Takes the captions of one language away"), answer=None, status=204)
    editors(_undo, "POST", f"{of}/undo", N_("Brings captions back that were taken away, or replaced by a file"))


def _told(row: Captions) -> TrackAnswer:
    lines = [Line(begin=cue.begin, end=cue.end, text=cue.marked) for cue in from_stored(row.cues)]
    return TrackAnswer(language=row.language, label=row.label, revision=row.revision, lines=lines)


def _all(services: Services, lesson_id: str) -> CaptionsAnswer:
    with services.database.read() as session:
        lookups.lesson(session, lesson_id)
        return CaptionsAnswer(captions=[_told(one) for one in caption_lookups.captions_of(session, lesson_id)])


def _read(services: Services, lesson_id: str, language: str) -> TrackAnswer:
    with services.database.read() as session:
        return _told(caption_lookups.captions(session, lesson_id, _tag(language)))


def _file(services: Services, lesson_id: str, language: str, query: FormQuery) -> Response:
    return desk_captions.whole_file(services, lesson_id, _tag(language), as_srt=query.form == "srt")


def _tag(language: str) -> str:
    tag = well_formed(language)
    if tag is None:
        raise BadRequest(
            N_("“%(language)s” is not a language tag such as zh-Hans or en."), values={"language": language[:40]}
        )
    return tag


def _put(services: Services, lesson_id: str, language: str, body: NewCaptions) -> TrackAnswer:
    tag = _tag(language)
    with services.database.begin() as session:
        lesson = lookups.lesson(session, lesson_id)
        track = _track(body, tag, seconds=lesson.seconds)
        row = caption_lookups.found(session, lesson_id, tag)
        base = body.base if body.base is not None else row.revision if row else 0
        caption_edits.save(session, lesson_id, tag, base=base, track=track, by=me(services))
        session.flush()
        answer = _told(caption_lookups.captions(session, lesson_id, tag))
    services.queues.send(HOT, "index")
    return answer


def _track(body: NewCaptions, tag: str, *, seconds: float) -> CaptionTrack:
    """Raises BadRequest for what no player can show."""
    if body.content is not None:
        file = TextFile(name=f"captions.{tag}", content=body.content.encode(errors="replace"), language=tag)
        return make_track(file, seconds=seconds, lesson_language=tag)[0]
    cues = [
        Cue(begin=round(line.begin, 3), end=round(line.end, 3), text=text)
        for line in body.lines or ()
        if (text := cue_text.from_html(line.text))
    ]
    cues.sort(key=lambda cue: (cue.begin, cue.end))
    return CaptionTrack(language=tag, label=own_name(tag)[:100], cues=tuple(cues))


def _remove(services: Services, lesson_id: str, language: str) -> None:
    with services.database.begin() as session:
        caption_edits.remove(session, lesson_id, _tag(language), by=me(services))
    services.queues.send(HOT, "index")


def _undo(services: Services, lesson_id: str, language: str) -> TrackAnswer:
    tag = _tag(language)
    with services.database.begin() as session:
        lookups.lesson(session, lesson_id)
        caption_edits.undo(session, lesson_id, tag, by=me(services))
        session.flush()
        answer = _told(caption_lookups.captions(session, lesson_id, tag))
    services.queues.send(HOT, "index")
    return answer
