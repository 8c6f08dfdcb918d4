"""The starting theme tree, planted into a catalogue that has none."""

from importlib import resources

import yaml
from sqlalchemy.exc import IntegrityError

from medialib.catalogue import edits, lookups
from medialib.database import Database


def plant(database: Database) -> None:
    """Put the themes of themes.yaml into an empty tree; the curator changes them later."""
    with database.read() as session:
        if lookups.themes(session):
            return
    tree = yaml.safe_load(resources.files("medialib.catalogue").joinpath("themes.yaml").read_text(encoding="utf-8"))
    try:
        with database.begin() as session:
            edits.seed_themes(session, tree)
    except IntegrityError:
        return  # another process planted them at the same moment
