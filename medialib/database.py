"""The catalogue's database: engine, Base and the one way to open a transaction."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """The parent of every stored noun."""


class Database:
    """One engine; `begin()` writes and commits, `read()` only reads."""

    def __init__(self, url: str):
        self.url = url
        self.engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        if self.engine.dialect.name == "sqlite":
            _tune_sqlite(self.engine)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A transaction that takes the write lock at once (no upgrade, hence no deadlock on SQLite)."""
        with Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={"medialib_writes": True})
            yield session
            session.commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view; nothing that happens inside is kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def upgrade(self) -> None:
        """Bring the schema up to date by the Alembic migrations of the package, in one transaction.

        It takes the write lock at once, so that a server and a worker may start together.
        """
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.engine.connect().execution_options(medialib_writes=True) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()

    def close(self) -> None:
        self.engine.dispose()


def _tune_sqlite(engine: Engine) -> None:
    """WAL and synchronous=FULL: what was committed survives a power cut, and readers never wait."""

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions are opened below, not guessed by the driver
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("medialib_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
