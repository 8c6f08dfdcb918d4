"""A lesson as a list shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup
from sqlalchemy.orm import Session

from medialib import finding, showing
from medialib.catalogue import lookups
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.plans import Plan
from medialib.delivery import posters, shapes
from medialib.delivery.posters import Shown
from medialib.search.saying import Said
from medialib.services import Services
from medialib.web.phone.covers import cover_file


@dataclass(frozen=True, kw_only=True)
class Card:
    """A lesson as a list shows it."""

    lesson: Lesson
    cover: str
    poster: Shown | None
    highlights: finding.Highlights = field(default_factory=dict)
    said: tuple[Said, ...] = ()
    named: Markup | None = None
    audio_bytes: int | None


def card_of(services: Services, lesson: Lesson, plan: Plan, highlights: finding.Highlights | None = None) -> Card:
    pictures = showing.posters(services, lesson)
    return Card(
        lesson=lesson,
        cover=cover_file(lesson.id, lesson.kind),
        poster=posters.shown(lesson, pictures) if pictures else None,
        highlights=highlights or {},
        audio_bytes=shapes.audio_bytes(plan),
    )


def cards_of(services: Services, session: Session, lessons: Sequence[Lesson]) -> list[Card]:
    """The cards of these lessons, without anything marked."""
    plans: Mapping[str, Plan] = lookups.current_plans(session, lessons)
    return [card_of(services, one, plans[one.id]) for one in lessons]
