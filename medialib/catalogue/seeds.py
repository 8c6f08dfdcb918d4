"""The starting theme tree, planted into a catalogue that has none."""

from importlib import resources
from typing import Any

import yaml
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from medialib.catalogue import lookups
from medialib.catalogue.themes import Theme
from medialib.database import Database


def plant(database: Database) -> None:
    """Put the themes of themes.yaml into an empty tree; the curator changes them later."""
    with database.read() as session:
        if lookups.themes(session):
            return
    tree = yaml.safe_load(resources.files("medialib.catalogue").joinpath("themes.yaml").read_text(encoding="utf-8"))
    try:
        with database.begin() as session:
            seed_themes(session, tree)
    except IntegrityError:
        return  # another process planted them at the same moment


def seed_themes(session: Session, tree: dict[str, dict[str, Any]]) -> None:
    """Put a starting tree into a catalogue that has none: slug -> zh, en, words, and `below`, a tree of its own."""
    if not lookups.themes(session):
        _plant(session, tree, parent=None)


def _plant(session: Session, tree: dict[str, dict[str, Any]], parent: Theme | None) -> None:
    for position, (slug, parts) in enumerate(tree.items()):
        told = {key: value for key, value in parts.items() if key != "below"}
        path = f"{parent.path if parent else ''}{slug}/"
        theme = Theme(slug=slug, path=path, parent_slug=parent.slug if parent else None, position=position, **told)
        session.add(theme)
        session.flush()
        _plant(session, parts.get("below", {}), theme)
