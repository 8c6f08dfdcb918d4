"""The catalogue's database: engine, Base and the one way to open a transaction."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session, sessionmaker

from medialib.errors import MissingDriver

_MIGRATIONS = Path(__file__).parent / "migrations"
_PATIENCE_SECONDS = 20.0
_LINKS = ("revision", "down_revision")


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """The parent of every stored noun."""


class Database:
    """One engine; `begin()` writes and commits, `read()` only reads."""

    def __init__(self, url: str):
        self.url = url
        try:
            self.engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        except ImportError as error:
            raise MissingDriver(error) from error
        if self.engine.dialect.name == "sqlite":
            _tune_sqlite(self.engine)
        self.sessions: sessionmaker[Session] = sessionmaker(self.engine, expire_on_commit=False)

    @property
    def is_gone(self) -> bool:
        """Whether the file was taken away: who has it open still reads it, and writes for nobody."""
        place = self.engine.url.database
        return self.engine.dialect.name == "sqlite" and place not in (None, "", ":memory:") and not Path(place).exists()

    @contextmanager
    def begin(self, *, patience_seconds: float = _PATIENCE_SECONDS) -> Iterator[Session]:
        """A transaction that takes the write lock at once (no upgrade, hence no deadlock on SQLite).

        Raises OperationalError when another one held the lock for longer than `patience_seconds`.
        """
        with self.sessions() as session:
            session.connection(execution_options={"medialib_writes": True, "medialib_patience": patience_seconds})
            yield session
            session.commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view; nothing that happens inside is kept."""
        with self.sessions() as session:
            yield session

    def upgrade(self) -> None:
        """Bring the schema up to date by the Alembic migrations of the package, in one transaction.

        It takes the write lock at once, so that a server and a worker may start together.
        """
        if self._is_up_to_date():
            return
        from alembic import command  # a third of a second at every start, for what is seldom needed
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self.engine.connect().execution_options(medialib_writes=True) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()

    def _is_up_to_date(self) -> bool:
        with self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            return connection.scalars(text("SELECT version_num FROM alembic_version")).all() == _heads()

    def close(self) -> None:
        self.engine.dispose()


def _heads() -> list[str]:
    """The revisions that no other one follows, read without Alembic. Numbers are names: the order is in the files."""
    texts = [path.read_text(encoding="utf-8") for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")]
    found = {name: set(re.findall(rf'^{name} = "(\w+)"', "\n".join(texts), re.MULTILINE)) for name in _LINKS}
    return sorted(found["revision"] - found["down_revision"])


def _tune_sqlite(engine: Engine) -> None:
    """WAL and synchronous=FULL: what was committed survives a power cut, and readers never wait."""

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions are opened below, not guessed by the driver
        _log_ahead(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        patience = options.get("medialib_patience", _PATIENCE_SECONDS)
        connection.exec_driver_sql(f"PRAGMA busy_timeout={int(patience * 1000)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("medialib_writes") else "BEGIN")


def _log_ahead(connection: sqlite3.Connection) -> None:
    """WAL, which stays in the file. Where several change a new file at once, SQLite refuses some without waiting."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        time.sleep(0.01)
