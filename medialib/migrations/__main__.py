"""python -m medialib.migrations NAME: write the revision that leads from the history to the models."""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config

from medialib.database import Database


def main(name: str) -> None:
    """Write versions/NAME.py; NAME begins with its number, such as 0002_people."""
    database = Database("sqlite://")
    database.upgrade()
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("file_template", name)
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        number, _, words = name.partition("_")
        command.revision(config, message=words.replace("_", " "), autogenerate=True, rev_id=number)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1]:
        sys.exit("A name is needed, such as: make migration NAME=0002_people")
    main(sys.argv[1])
