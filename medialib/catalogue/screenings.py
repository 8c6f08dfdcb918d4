"""Screenings at venues: planned on the desk, counted by whoever was there; how many people they reached."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from medialib.catalogue import tokens
from medialib.catalogue.channels import Screening
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.rights import Viewer
from medialib.catalogue.timetables import Show
from medialib.catalogue.units import Unit
from medialib.errors import N_, BadRequest, NotFound

MOST_VISITORS = 100_000


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A screening that was counted: when, what was shown (a Show as JSON), where, and how many people came."""

    at: float
    show: dict[str, str]
    unit_slug: str | None
    visitors: int


def add(
    session: Session, *, title: str, venue: str, at: float, show: Show, unit_slug: str | None, by: Person
) -> Screening:
    """Raises BadRequest."""
    title, venue = " ".join(title.split()), " ".join(venue.split())
    if not title or not venue:
        raise BadRequest(N_("Please say what is shown, and where."))
    made = Screening(
        id=tokens.new_id(), title=title[:200], venue=venue[:200], at=at, show=asdict(show),
        token_digest=tokens.digest(tokens.new_token()), unit_slug=unit_slug,
    )  # fmt: skip
    session.add(made)
    note(session, by, "screening.added", on_id=made.id, on_name=made.title)
    return made


def remove(session: Session, one: Screening, *, by: Person) -> None:
    session.delete(one)
    note(session, by, "screening.removed", on_id=one.id, on_name=one.title)


def link(one: Screening, *, key: str) -> str:
    """The token of the link with which visitors are counted; the same each time, as it may hang at the venue already.
    `key` is the library's secret.
    """
    token = tokens.token_for(f"visitors of {one.id}", key=key)
    one.token_digest = tokens.digest(token)
    return token


def by_token(session: Session, token: str) -> Screening:
    """Raises NotFound."""
    found = session.scalar(select(Screening).where(Screening.token_digest == tokens.digest(token)))
    if found is None:
        raise NotFound(N_("This link is not valid, or no longer. Ask the office for a new one."))
    return found


def count_visitors(one: Screening, visitors: int, remark: str) -> None:
    """How many came; whoever has the link may correct it. Raises BadRequest."""
    if not 0 <= visitors <= MOST_VISITORS:
        raise BadRequest(N_("How many people came is a number from 0 to %(most)s."), values={"most": MOST_VISITORS})
    one.visitors, one.note, one.counted_at = visitors, " ".join(remark.split())[:500], time.time()


def _managed(viewer: Viewer) -> list[object]:
    if viewer.at_least("curator"):
        return []
    return [Screening.unit_slug.in_(select(Unit.slug).where(Unit.path.startswith(viewer.unit_path or "-")))]


def screenings(session: Session, viewer: Viewer, *, limit: int = 200) -> Sequence[Screening]:
    """The latest first."""
    query = select(Screening).where(*_managed(viewer))  # type: ignore[arg-type]
    return session.scalars(query.order_by(Screening.at.desc(), Screening.id).limit(limit)).all()


def screening(session: Session, viewer: Viewer, screening_id: str) -> Screening:
    """Raises NotFound."""
    query = select(Screening).where(Screening.id == screening_id, *_managed(viewer))  # type: ignore[arg-type]
    found = session.scalar(query)
    if found is None:
        raise NotFound(N_("There is no such screening."), detail=screening_id)
    return found


def reached(session: Session, *, since: float, until: float, unit_path: str = "") -> list[Reached]:
    """The counted screenings of a time, for statistics: their visitors and plays together are the people reached."""
    query = select(Screening).where(Screening.visitors.is_not(None), Screening.at >= since, Screening.at < until)
    if unit_path:
        query = query.where(Screening.unit_slug.in_(select(Unit.slug).where(Unit.path.startswith(unit_path))))
    return [
        Reached(at=one.at, show=one.show, unit_slug=one.unit_slug, visitors=one.visitors or 0)
        for one in session.scalars(query.order_by(Screening.at))
    ]
