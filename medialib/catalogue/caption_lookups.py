"""Every question asked of captions."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from medialib.catalogue.cues import from_stored, transcript
from medialib.catalogue.lessons import Captions
from medialib.errors import N_, NotFound


def captions_of(session: Session, lesson_id: str) -> Sequence[Captions]:
    """The captions of a lesson in every language, without their cues."""
    query = select(Captions).where(Captions.lesson_id == lesson_id).options(defer(Captions.cues))
    return session.scalars(query.order_by(Captions.position, Captions.language)).all()


def found(session: Session, lesson_id: str, language: str) -> Captions | None:
    """The captions in this language; None when there are none yet."""
    return session.get(Captions, (lesson_id, language))


def captions(session: Session, lesson_id: str, language: str) -> Captions:
    """Raises NotFound."""
    row = found(session, lesson_id, language)
    if row is None:
        raise NotFound(N_("There are no captions in this language."), detail=f"{lesson_id} {language}")
    return row


def captioned(session: Session, lesson_ids: Sequence[str]) -> set[str]:
    """Those of these lessons that have captions."""
    return set(session.scalars(select(Captions.lesson_id).where(Captions.lesson_id.in_(lesson_ids)).distinct()))


def cues_of(session: Session, lesson_ids: Sequence[str]) -> Sequence[Captions]:
    """The captions of these lessons with their cues, each lesson's own language first."""
    query = select(Captions).where(Captions.lesson_id.in_(lesson_ids))
    return session.scalars(query.order_by(Captions.lesson_id, Captions.position, Captions.language)).all()


def transcripts(session: Session, lesson_ids: Sequence[str]) -> dict[str, str]:
    """What is said in each of these lessons, by its captions in all languages."""
    said: dict[str, str] = {}
    query = select(Captions.lesson_id, Captions.cues).where(Captions.lesson_id.in_(lesson_ids))
    for lesson_id, cues in session.execute(query):
        said[lesson_id] = said.get(lesson_id, "") + transcript(from_stored(cues)) + "\n"
    return said
