"""Questions about the trees of themes and units: what lies right below a node."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit


def themes_below(session: Session, slug: str | None) -> Sequence[Theme]:
    """The themes right below this one, or the highest ones."""
    below = select(Theme).where(Theme.parent_slug == slug)
    return session.scalars(below.order_by(Theme.position, Theme.slug)).all()


def units_below(session: Session, slug: str | None) -> Sequence[Unit]:
    """The units right below this one, or the highest ones."""
    return session.scalars(select(Unit).where(Unit.parent_slug == slug).order_by(Unit.position, Unit.slug)).all()
