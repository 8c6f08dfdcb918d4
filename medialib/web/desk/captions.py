"""Captions on the desk: languages of a lesson, files up and down, and the lines beside the player."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medialib.catalogue import caption_edits, caption_lookups, lookups
from medialib.catalogue.cues import CaptionTrack, Cue, from_stored
from medialib.catalogue.lessons import Captions
from medialib.delivery import shapes, srt, webvtt
from medialib.errors import N_, BadRequest, ChangedMeanwhile
from medialib.ingest import cue_text
from medialib.ingest.beside import TextFile, named_language
from medialib.ingest.captioning import make_track
from medialib.ingest.captions import MOST_BYTES
from medialib.ingest.languages import own_name, well_formed
from medialib.ingest.mending import MOST_CUES
from medialib.jobs.queue import HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.shell import me, page, typed
from medialib.web.i18n import gettext, sentence
from medialib.web.phone.cards import card_of

LANGUAGES = ("zh", "en")
_MOST_BODY_BYTES = MOST_BYTES + 100_000
_LONGEST_LABEL = 100


class Written(BaseModel):
    """The lines as the page sends them: [begin seconds, end seconds, text], and the revision that they began from."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    base: int = Field(ge=0)
    lines: list[tuple[float, float, str]] = Field(max_length=MOST_CUES)


def add_to(blueprint: Blueprint, services: Services) -> None:
    def add(path: str, endpoint: str, view: Callable[..., Any], method: str) -> None:
        rule = f"/lessons/<lesson:lesson_id>/captions{path}"
        blueprint.add_url_rule(
            rule, endpoint, access.bodies_up_to(_MOST_BODY_BYTES, access.lesson_editors(view)), methods=[method]
        )

    of = "/<language:language>"
    add("", "captions", lambda lesson_id: _list(services, lesson_id), "GET")
    add("", "upload_captions", lambda lesson_id: _upload(services, lesson_id), "POST")
    add(of, "caption_lines", lambda lesson_id, language: _edit(services, lesson_id, language), "GET")
    add(of, "save_captions", lambda lesson_id, language: _save(services, lesson_id, language), "POST")
    add(f"{of}/draft", "draft_captions", lambda lesson_id, language: _draft(services, lesson_id, language), "POST")
    add(f"{of}/drop", "drop_captions", lambda lesson_id, language: _drop(services, lesson_id, language), "POST")
    add(f"{of}/remove", "remove_captions", lambda lesson_id, language: _remove(services, lesson_id, language), "POST")
    add(f"{of}/undo", "undo_captions", lambda lesson_id, language: _undo(services, lesson_id, language), "POST")
    add(f"{of}/file", "captions_file", lambda lesson_id, language: _file(services, lesson_id, language), "GET")


def _list(services: Services, lesson_id: str, status: int = 200, **told: Any) -> ResponseReturnValue:
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        rows = caption_lookups.captions_of(session, lesson_id)
        undoable = caption_edits.undoable(session, lesson_id)
    known = {row.language for row in rows}
    others = [(tag, own_name(tag)) for tag in LANGUAGES if tag not in known]
    return page(
        services, "captions.html", status, section="lessons", lesson=lesson, rows=rows, others=others,
        undoable=undoable, most_bytes=MOST_BYTES, **told,
    )  # fmt: skip


def _upload(services: Services, lesson_id: str) -> ResponseReturnValue:
    """A file of captions."""
    try:
        file = _uploaded()
        with services.database.read() as session:
            lesson = lookups.lesson(session, lesson_id)
        track, notices = make_track(file, seconds=lesson.seconds, lesson_language=lesson.language)
    except BadRequest as error:
        return _list(services, lesson_id, 400, problem=sentence(error))
    with services.database.begin() as session:
        caption_edits.bring_in(session, lesson_id, track, by=me(services))
    services.queues.send(HOT, "index")
    told = [gettext(one.message) % one.values for one in notices]
    if told:
        return _list(services, lesson_id, told=told)
    return redirect(url_for("desk.caption_lines", lesson_id=lesson_id, language=track.language))


def _uploaded() -> TextFile:
    """Raises BadRequest."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise BadRequest(N_("Please choose a file first."))
    name, told = file.filename[:200], typed("language", most=20)
    language = (well_formed(told) if told else "") or named_language(name)
    return TextFile(name=name, content=file.read(MOST_BYTES + 1), language=language)


def _edit(services: Services, lesson_id: str, language: str) -> ResponseReturnValue:
    language = _tag(language)
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        row = caption_lookups.found(session, lesson_id, language)
        draft = caption_edits.draft_of(session, lesson_id, language, me(services))
        poster = card_of(services, lesson, lookups.current_plan(session, lesson)).poster
    there = _lines(row)
    told = {
        "base": draft.base if draft else row.revision if row else 0,
        "lines": draft.lines if draft else there,
        "seconds": lesson.seconds,
        "revision": row.revision if row else 0,
    }
    if draft and draft.base != told["revision"]:
        told["theirs"] = there
    return page(
        services, "caption_lines.html", section="lessons", lesson=lesson, language=language, label=own_name(language),
        told=json.dumps(told, ensure_ascii=False), draft=draft, master=shapes.master_path(lesson_id), there=row,
        poster=poster.address if poster else "",
    )  # fmt: skip


def _tag(language: str) -> str:
    tag = well_formed(language)
    if tag is None:
        raise BadRequest(
            N_("“%(language)s” is not a language tag such as zh-Hans or en."), values={"language": language}
        )
    return tag


def _lines(row: Captions | None) -> list[list[Any]]:
    return [[cue.begin, cue.end, cue.marked] for cue in from_stored(row.cues)] if row else []


def _written() -> Written:
    """Raises BadRequest."""
    try:
        return Written.model_validate_json(request.get_data())
    except ValidationError as error:
        raise BadRequest(N_("These lines cannot be read. Please load the page again."), detail=str(error)) from error


def _save(services: Services, lesson_id: str, language: str) -> ResponseReturnValue:
    try:
        return _saved(services, lesson_id, _tag(language), _written())
    except BadRequest as error:
        return jsonify({"error": sentence(error)}), 400


def _saved(services: Services, lesson_id: str, language: str, written: Written) -> ResponseReturnValue:
    """The answer to the page: the new revision, or with 409 what somebody else has saved. Raises BadRequest."""
    cues = sorted(
        (
            Cue(begin=round(begin, 3), end=round(end, 3), text=cue_text.from_html(text))
            for begin, end, text in written.lines
            if cue_text.from_html(text)
        ),
        key=lambda cue: (cue.begin, cue.end),
    )
    track = CaptionTrack(language=language, label=own_name(language)[:_LONGEST_LABEL], cues=tuple(cues))
    by = me(services)
    try:
        with services.database.begin() as session:
            revision = caption_edits.save(session, lesson_id, language, base=written.base, track=track, by=by)
    except ChangedMeanwhile as error:
        lines = [list(line) for line in written.lines]
        with services.database.begin() as session:
            caption_edits.keep_draft(session, lesson_id, language, base=written.base, lines=lines, by=by)
            row = caption_lookups.found(session, lesson_id, language)
        theirs = {"revision": row.revision if row else 0, "lines": _lines(row)}
        return jsonify({"error": sentence(error), **theirs}), 409
    services.queues.send(HOT, "index")
    return jsonify({"revision": revision, "lines": [[cue.begin, cue.end, cue.marked] for cue in cues]})


def _draft(services: Services, lesson_id: str, language: str) -> ResponseReturnValue:
    try:
        language, written = _tag(language), _written()
    except BadRequest as error:
        return jsonify({"error": sentence(error)}), 400
    lines = [list(line) for line in written.lines]
    with services.database.begin() as session:
        caption_edits.keep_draft(session, lesson_id, language, base=written.base, lines=lines, by=me(services))
    return jsonify({})


def _drop(services: Services, lesson_id: str, language: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        caption_edits.drop_draft(session, lesson_id, _tag(language), by=me(services))
    return redirect(url_for("desk.caption_lines", lesson_id=lesson_id, language=language))


def _remove(services: Services, lesson_id: str, language: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        caption_edits.remove(session, lesson_id, _tag(language), by=me(services))
    services.queues.send(HOT, "index")
    return redirect(url_for("desk.captions", lesson_id=lesson_id))


def _undo(services: Services, lesson_id: str, language: str) -> ResponseReturnValue:
    with services.database.begin() as session:
        caption_edits.undo(session, lesson_id, _tag(language), by=me(services))
    services.queues.send(HOT, "index")
    return redirect(url_for("desk.captions", lesson_id=lesson_id))


def _file(services: Services, lesson_id: str, language: str) -> Response:
    return whole_file(services, lesson_id, _tag(language), as_srt=request.args.get("as") == "srt")


def whole_file(services: Services, lesson_id: str, language: str, *, as_srt: bool) -> Response:
    """WebVTT or SubRip, under the lesson's title; raises NotFound."""
    with services.database.read() as session:
        title = lookups.lesson(session, lesson_id).title
        cues = from_stored(caption_lookups.captions(session, lesson_id, language).cues)
    text = srt.render_srt(cues) if as_srt else webvtt.render_captions(cues)
    kind = srt.MEDIA_TYPE if as_srt else webvtt.MEDIA_TYPE
    response = Response(text, content_type=f"{kind}; charset=utf-8")
    name = quote(f"{title}.{language}.{'srt' if as_srt else 'vtt'}", safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response
