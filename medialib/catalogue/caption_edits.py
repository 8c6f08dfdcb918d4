"""Captions that people write line by line: drafts that are kept as they are typed, and one save for all lines."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from medialib.catalogue import edits, lookups
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.catalogue.curated import CaptionDraft
from medialib.catalogue.lessons import Captions
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.errors import N_, BadRequest, ChangedMeanwhile

Lines = Sequence[Sequence[Any]]


def found(session: Session, lesson_id: str, language: str) -> Captions | None:
    """The captions in this language; None when there are none yet."""
    return session.get(Captions, (lesson_id, language))


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
    row = found(session, lesson_id, language)
    if (row.revision if row else 0) != base:
        raise ChangedMeanwhile(N_("Somebody else has changed these captions in the meantime. Yours are kept."))
    check(track.cues, seconds=lesson.seconds)
    edits.put_captions(session, lesson_id, track)
    drop_draft(session, lesson_id, language, by=by)
    note(session, by, "captions.saved", on_id=lesson_id, on_name=lesson.title, label=track.label)
    saved = found(session, lesson_id, language)
    assert saved is not None
    return saved.revision


def remove(session: Session, lesson_id: str, language: str, *, by: Person) -> list[list[Any]]:
    """Take captions away; returns what they said, so that it can be brought back. Raises NotFound."""
    row = lookups.captions(session, lesson_id, language)
    label, cues = row.label, row.cues
    edits.remove_captions(session, lesson_id, language)
    note(
        session, by, "captions.removed", on_id=lesson_id, on_name=lookups.lesson(session, lesson_id).title, label=label
    )
    return cues


def check(cues: Sequence[Cue], *, seconds: float) -> None:
    """Raises BadRequest for lines that no player can show."""
    if not cues:
        raise BadRequest(N_("There is no line yet. Write one, then save."))
    for number, cue in enumerate(cues, start=1):
        if not 0 <= cue.begin < cue.end:
            raise BadRequest(N_("Line %(number)s ends before it begins."), values={"number": number})
        if cue.begin >= seconds:
            raise BadRequest(N_("Line %(number)s begins after the end of the recording."), values={"number": number})
