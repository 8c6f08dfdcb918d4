"""Which pictures of their own collections need: those they show, are to show, or would show again after an undo."""

from collections.abc import Collection as Names
from typing import Any

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.orm import Session

from medialib.catalogue.collections import Collection
from medialib.catalogue.curated import CuratorChange

_PICTURE = "picture:"


def needed(session: Session, names: Names[str], *, since: float) -> set[str]:
    """Those of these pictures that a collection needs; what was changed before `since` needs none to be undone."""
    found = set()
    for name in names:
        cover = f"{_PICTURE}{name}"
        kept = (cast(column, Text).contains(cover) for column in (Collection.draft, Collection.last_published))
        shown = select(Collection.slug).where(or_(Collection.cover == cover, *kept))
        if session.scalar(shown.limit(1)) or session.scalar(_changes(name).where(CuratorChange.at >= since).limit(1)):
            found.add(name)
    return found


def forget(session: Session, name: str) -> None:
    """Undoing what led away from this picture shows the collection by its first lesson instead."""
    for change in session.scalars(_changes(name)):
        parts = change.before.items()
        change.before = {key: _without(value, f"{_PICTURE}{name}") for key, value in parts}
    session.flush()


def _changes(name: str) -> Any:
    """What can be undone and knows the picture, whose name is so unusual that nothing else is called so."""
    return select(CuratorChange).where(
        CuratorChange.noun == "collection", CuratorChange.undone.is_(False),
        cast(CuratorChange.before, Text).contains(f"{_PICTURE}{name}"),
    )  # fmt: skip


def _without(kept: Any, cover: str) -> Any:
    """One part of what is kept; some are arrangements."""
    return {**kept, "cover": ""} if isinstance(kept, dict) and kept.get("cover") == cover else kept
