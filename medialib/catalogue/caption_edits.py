"""Every change made to captions: stored, removed, brought back; and the drafts of those that people write."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from medialib.catalogue import caption_lookups, lookups
from medialib.catalogue.cues import CaptionTrack, Cue, from_stored, to_stored
from medialib.catalogue.curated import CaptionDraft, CuratorChange
from medialib.catalogue.lessons import Captions, Lesson
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import doer, note
from medialib.errors import N_, BadRequest, ChangedMeanwhile, NotFound

_NOUN = "captions"

Lines = Sequence[Sequence[Any]]


def put(session: Session, lesson_id: str, track: CaptionTrack) -> None:
    """Store the captions of a lesson in one language, in place of those that are there; raises NotFound."""
    lesson = lookups.lesson_to_change(session, lesson_id)
    lesson.revision += 1
    store(session, lesson, track)


def store(session: Session, lesson: Lesson, track: CaptionTrack) -> None:
    """With the lesson's revision, which never comes back: their addresses are kept for ever."""
    row = caption_lookups.found(session, lesson.id, track.language)
    if row is None:
        rows = caption_lookups.captions_of(session, lesson.id)
        position = max((one.position for one in rows), default=-1) + 1
        row = Captions(lesson_id=lesson.id, language=track.language, position=position)
        session.add(row)
    row.label, row.cues, row.revision = track.label, to_stored(track.cues), lesson.revision
    session.flush()


def drop(session: Session, lesson_id: str, language: str) -> None:
    """Forget captions for good; raises NotFound."""
    lesson = lookups.lesson_to_change(session, lesson_id)
    session.delete(caption_lookups.captions(session, lesson_id, language))
    lesson.revision += 1
    session.flush()


def draft_of(session: Session, lesson_id: str, language: str, person: Person) -> CaptionDraft | None:
    return session.get(CaptionDraft, (lesson_id, language, person.id))


def keep_draft(session: Session, lesson_id: str, language: str, *, base: int, lines: Lines, by: Person) -> None:
    """What a person has typed and not saved, in place of what they typed before; raises NotFound."""
    lookups.lesson(session, lesson_id)
    stored = [list(line) for line in lines]
    session.merge(
        CaptionDraft(lesson_id=lesson_id, language=language, person_id=by.id, base=base, at=time.time(), lines=stored)
    )


def drop_draft(session: Session, lesson_id: str, language: str, *, by: Person) -> None:
    mine = (CaptionDraft.lesson_id == lesson_id, CaptionDraft.language == language, CaptionDraft.person_id == by.id)
    session.execute(delete(CaptionDraft).where(*mine))


def save(session: Session, lesson_id: str, language: str, *, base: int, track: CaptionTrack, by: Person) -> int:
    """Store all lines at once; returns the new revision.

    `base` is the revision that they began from (0: there were none). Raises ChangedMeanwhile when somebody else has
    saved since: then nothing is stored, and the draft stays.
    """
    lesson = lookups.lesson(session, lesson_id)
    row = caption_lookups.found(session, lesson_id, language)
    if (row.revision if row else 0) != base:
        raise ChangedMeanwhile(N_("Somebody else has changed these captions in the meantime. Yours are kept."))
    check(track.cues, seconds=lesson.seconds)
    put(session, lesson_id, track)
    drop_draft(session, lesson_id, language, by=by)
    note(session, by, "captions.saved", on_id=lesson_id, on_name=lesson.title, captions=track.label)
    saved = caption_lookups.found(session, lesson_id, language)
    assert saved is not None
    return saved.revision


def bring_in(session: Session, lesson_id: str, track: CaptionTrack, *, by: Person) -> None:
    """Store captions of a file in place of those that are there, which can be brought back; raises NotFound."""
    before = _told(caption_lookups.found(session, lesson_id, track.language))
    put(session, lesson_id, track)
    _keep(session, "captions.saved", lesson_id, before or {"label": track.label}, track.language, by)


def remove(session: Session, lesson_id: str, language: str, *, by: Person) -> None:
    """Take captions away; they can be brought back. Raises NotFound."""
    before = _told(caption_lookups.captions(session, lesson_id, language))
    drop(session, lesson_id, language)
    _keep(session, "captions.removed", lesson_id, before, language, by)


def undo(session: Session, lesson_id: str, language: str, *, by: Person) -> None:
    """Bring back what was removed, or replaced by a file, as long as nothing came after it; raises NotFound."""
    last = next((one for one in undoable(session, lesson_id) if one.before["language"] == language), None)
    if last is None:
        raise NotFound(N_("There is nothing to undo."))
    track = CaptionTrack(language=language, label=last.before["label"], cues=from_stored(last.before["cues"]))
    put(session, lesson_id, track)
    last.undone = True
    note(session, by, "captions.undone", on_id=lesson_id, on_name=last.on_name, captions=track.label)


def undoable(session: Session, lesson_id: str) -> list[CuratorChange]:
    """The last removal or replacement of each language, as long as nothing came after it."""
    mine = (CuratorChange.noun == _NOUN, CuratorChange.on_id == lesson_id, CuratorChange.undone.is_(False))
    rows = session.scalars(select(CuratorChange).where(*mine).order_by(CuratorChange.id)).all()
    now = {row.language: row.revision for row in caption_lookups.captions_of(session, lesson_id)}
    last = {one.before["language"]: one for one in rows}
    return [one for language, one in last.items() if one.before["left"] == now.get(language, 0)]


def _told(row: Captions | None) -> dict[str, Any]:
    return {"label": row.label, "cues": row.cues} if row else {}


def _keep(session: Session, act: str, lesson_id: str, before: dict[str, Any], language: str, by: Person) -> None:
    """Into the log, and, where there were captions before, among what can be undone; `left` is the revision now."""
    title = lookups.lesson(session, lesson_id).title
    note(session, by, act, on_id=lesson_id, on_name=title, captions=before["label"])
    if "cues" in before:
        row = caption_lookups.found(session, lesson_id, language)
        told = {**before, "language": language, "left": row.revision if row else 0}
        now = time.time()
        session.add(
            CuratorChange(
                at=now, noun=_NOUN, on_id=lesson_id, on_name=title[:200], act=act, before=told, **doer(by)
            )
        )  # fmt: skip


def check(cues: Sequence[Cue], *, seconds: float) -> None:
    """Raises BadRequest for lines that no player can show."""
    if not cues:
        raise BadRequest(N_("There is no line yet. Write one, then save."))
    for number, cue in enumerate(cues, start=1):
        if not 0 <= cue.begin < cue.end:
            raise BadRequest(N_("Line %(number)s ends before it begins."), values={"number": number})
        if cue.begin >= seconds:
            raise BadRequest(N_("Line %(number)s begins after the end of the recording."), values={"number": number})
