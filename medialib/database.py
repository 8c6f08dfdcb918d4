"""The catalogue's database: engine, Base and the one way to open a transaction."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session, sessionmaker

from medialib.errors import N_, BadSettings, MissingDriver

_MIGRATIONS = Path(__file__).parent / "migrations"
_PATIENCE_SECONDS = 20.0
_LINKS = ("revision", "down_revision")
# How long a server on another machine is waited for. Of what may be in the URL too, the URL's counts.
_FAR_PATIENCE = {"connect_timeout": 5, "tcp_user_timeout": 10_000}

NEWER = N_(
    "This library was already opened by a later version of medialib, which keeps it in another way. Start that version "
    "again, or restore the backup that was made before it."
)
AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""What is raised while a database does not answer, is locked or full: trying again later may help."""


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """The parent of every stored noun."""


class Database:
    """One engine; `begin()` writes and commits, `read()` only reads."""

    def __init__(self, url: str):
        self.url = url
        near = url.startswith("sqlite")
        patience = {} if near else {key: value for key, value in _FAR_PATIENCE.items() if f"{key}=" not in url}
        try:
            self.engine = create_engine(url, pool_pre_ping=not near, connect_args=patience)
        except ImportError as error:
            raise MissingDriver(error) from error
        except (ArgumentError, ValueError) as error:
            raise BadSettings(
                "database.url is not an address such as postgresql://user@host/name or sqlite:////folder/file.db.",
                detail=str(error),
            ) from error
        if self.engine.dialect.name == "sqlite":
            _tune_sqlite(self.engine)
        self.sessions: sessionmaker[Session] = sessionmaker(self.engine, expire_on_commit=False)

    @property
    def file(self) -> Path | None:
        """Where an SQLite database lies; None for one in memory or elsewhere."""
        return _file_of(self.engine.url)

    @property
    def is_gone(self) -> bool:
        """Whether the file was taken away: who has it open still reads it, and writes for nobody."""
        return self.file is not None and not self.file.exists()

    @property
    def is_newer(self) -> bool:
        """Whether a later version of medialib has brought it further than this one knows."""
        return not set(self._revisions()) <= _history()["revision"]

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

        It takes the write lock at once, so that a server and a worker may start together. Raises BadSettings for one
        that is newer than this program.
        """
        if self.is_newer:
            raise BadSettings(NEWER, detail=f"revision {', '.join(self._revisions())}")
        if self._revisions() == _heads():
            return
        from alembic import command  # a third of a second at every start, for what is seldom needed
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self.engine.connect().execution_options(medialib_writes=True) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()

    def _revisions(self) -> list[str]:
        """How far it was brought; none for a new one."""
        with self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return []
            return list(connection.scalars(text("SELECT version_num FROM alembic_version")))

    def close(self) -> None:
        self.engine.dispose()


def told(error: Exception) -> str:
    """What the database said, in one line and without the values of the question, for the log."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def _heads() -> list[str]:
    """The revisions that no other one follows, read without Alembic. Numbers are names: the order is in the files."""
    found = _history()
    return sorted(found["revision"] - found["down_revision"])


@cache
def _history() -> dict[str, set[str]]:
    """The names of all revisions, and of those that another one follows."""
    texts = [path.read_text(encoding="utf-8") for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")]
    return {name: set(re.findall(rf'^{name} = "(\w+)"', "\n".join(texts), re.MULTILINE)) for name in _LINKS}


def _file_of(url: URL) -> Path | None:
    """An SQLite database's file, whose name may be a URI as SQLite knows them; None for one in memory or elsewhere."""
    name = url.database or ""
    if name.startswith("file:") and url.query.get("uri") == "true":
        if url.query.get("mode") == "memory":
            return None
        name = unquote(urlsplit(name).path)
    is_file = url.get_backend_name() == "sqlite" and name not in ("", ":memory:")
    return Path(name) if is_file else None


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
