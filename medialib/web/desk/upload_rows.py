"""An upload as the page shows it: how far it is, what was typed, what became of it."""

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from medialib import showing
from medialib.catalogue import lookups, upload_lookups, work_lookups
from medialib.catalogue.lessons import Lesson, RenditionProgress
from medialib.catalogue.people import Person
from medialib.catalogue.posters import Posters
from medialib.catalogue.uploads import Upload
from medialib.delivery import posters
from medialib.errors import MedialibError
from medialib.services import Services
from medialib.web.i18n import sentence
from medialib.web.phone.covers import cover_file
from medialib.web.phone.formats import rendition_name

_MOST_COVERS = 3
_COVER_WIDTH = 320


def rows_of(services: Services, session: Session, person: Person) -> list[dict[str, Any]]:
    """All that this person has under way, and the last lessons that came of it."""
    return [row_of(services, session, upload) for upload in upload_lookups.uploads_of(session, person)]


def row_of(services: Services, session: Session, upload: Upload) -> dict[str, Any]:
    lesson = session.get(Lesson, upload.lesson_id) if upload.lesson_id else None
    made = lesson is not None and upload.state == "made"
    return {
        "id": upload.id,
        "address": url_for("desk.upload_bytes", upload_id=upload.id),
        "name": upload.name,
        "size_bytes": upload.size_bytes,
        "received_bytes": upload.received_bytes,
        "state": upload.state,
        "message": sentence(MedialibError(upload.message, values=upload.message_values)) if upload.message else "",
        "typed": _typed(lesson) if lesson and made else upload.typed,
        "unit": (lesson.unit_slug if lesson and made else upload.unit_slug) or "",
        "submits": lesson.stage == "submitted" if lesson and made else upload.submits,
        "replaces": upload.replaces,
        "fingerprint": upload.fingerprint,
        "created_at": upload.created_at,
        "lesson": _lesson(services, session, lesson) if lesson else None,
    }


def _typed(lesson: Lesson) -> dict[str, Any]:
    return {
        "title": lesson.title,
        "speaker": lesson.speaker,
        "description": lesson.description,
        "recorded": lesson.recorded or "",
        "themes": [theme.slug for theme in lesson.themes],
    }


def _lesson(services: Services, session: Session, lesson: Lesson) -> dict[str, Any]:
    pictures = showing.posters(services, lesson)
    poster = posters.shown(lesson, pictures) if pictures else None
    return {
        "id": lesson.id,
        "title": lesson.title,
        "kind": lesson.kind,
        "seconds": lesson.seconds,
        "page": url_for("phone.lesson", lesson_id=lesson.id),
        "cover": url_for("static", filename=cover_file(lesson.id, lesson.kind)),
        "poster": poster.address if poster else None,
        "covers": _covers(lesson, pictures),
        "choice": lesson.poster_choice,
        "state": lesson.state,
        "stage": lesson.stage,
        "notices": [sentence(one) for one in showing.notices_of(lesson)],
        "renditions": _progress(session, lesson),
    }


def _covers(lesson: Lesson, pictures: Posters | None) -> list[str]:
    """Small pictures that the lesson could be shown by."""
    candidates = pictures.candidates[:_MOST_COVERS] if pictures else ()
    return [posters.address(lesson, n, one.nearest(_COVER_WIDTH), "jpg") for n, one in enumerate(candidates)]


def _progress(session: Session, lesson: Lesson) -> list[dict[str, Any]]:
    """What is made of it, in the order in which it is made: sound first, then the rung to begin with."""
    plan = lookups.current_plan(session, lesson)
    rows = [row for row in work_lookups.renditions(session, lesson) if not row.left_out]

    def rank(row: RenditionProgress) -> tuple[bool, bool]:
        return row.name not in {one.name for one in plan.audio}, row.name != plan.start_rung

    return [
        {
            "name": rendition_name(row.name, plan),
            "part": 1.0 if row.complete else min(row.seconds_done / row.seconds_total, 0.99),
        }
        for row in sorted(rows, key=rank)
    ]
