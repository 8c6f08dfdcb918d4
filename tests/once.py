"""What each application and library makes anew is made once for all tests of a process, or when it is asked for."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from babel.support import NullTranslations, Translations
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from medialib.database import Base, Database

_Build = Callable[..., tuple[str, str]]


def install() -> None:
    Flask.jinja_options = {"bytecode_cache": _Compiled()}
    Flask.url_rule_class = _Later
    Translations.load = _loaded  # type: ignore[assignment,method-assign]
    PasswordHasher.hash = _hashed  # type: ignore[assignment,method-assign]
    PasswordHasher.verify = _verified  # type: ignore[assignment,method-assign]
    _share_statements()


def with_tables(opened: Database) -> None:
    """The tables of the models in a database that holds nothing yet."""
    if not _copied(opened, create_tables):
        create_tables(opened)


def create_tables(opened: Database) -> None:
    Base.metadata.create_all(opened.engine)


def with_migrations(place: Path) -> None:
    """A file for a database that holds nothing, as the migrations leave it; one that is there stays."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(_made_by(Database.upgrade))


# --- tables ---


def _copied(opened: Database, make: Callable[[Database], None]) -> bool:
    """Whether the database had no file, and now has one as `make` leaves it."""
    place = Path(opened.engine.url.database or "")
    if opened.engine.dialect.name != "sqlite" or not place.is_absolute() or place.exists():
        return False
    place.write_bytes(_made_by(make))
    return True


@cache
def _made_by(make: Callable[[Database], None]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="medialib-tables-") as folder:
        place = Path(folder) / "made.db"
        made = Database(f"sqlite:///{place}")
        make(made)
        made.close()
        return place.read_bytes()


# --- statements ---


def _share_statements() -> None:
    """A statement is compiled once for all databases of a kind: those of one kind are alike to SQLAlchemy."""
    statements: LRUCache[Any, Any] = LRUCache(5000)
    shared = property(lambda _: statements, lambda _, __: None)
    Engine._compiled_cache = shared  # type: ignore[assignment]
    SQLiteDialect_pysqlite.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    SQLiteDialect_pysqlite.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]


# --- applications ---


class _Compiled(BytecodeCache):
    """Templates by their name and content."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self._kept[bucket.key, bucket.checksum] = bucket.code


class _Later(Rule):
    """A rule is read once for all applications, and compiles what builds its address when the first one is built."""

    def compile(self) -> None:
        key = (self.rule, self.subdomain, self.merge_slashes)
        if key not in _READ:
            super().compile()
            _READ[key] = (self._parts, self._trace, self._converters)
            return
        self._parts, self._trace, self._converters = _READ[key]
        self.arguments.update(self._converters)
        self._build = self._compile_builder(False).__get__(self, None)
        self._build_unknown = self._compile_builder(True).__get__(self, None)

    def _compile_builder(self, append_unknown: bool = True) -> _Build:
        compile_now = super()._compile_builder
        key = (self.rule, self.subdomain, self.merge_slashes, repr(self.defaults), append_unknown)

        def build(rule: Rule, /, **values: object) -> tuple[str, str]:
            if key not in _BUILDERS:
                _BUILDERS[key] = compile_now(append_unknown)
            compiled = _BUILDERS[key]
            setattr(rule, "_build_unknown" if append_unknown else "_build", compiled.__get__(rule, None))
            return compiled(rule, **values)

        return build


_BUILDERS: dict[tuple[Any, ...], _Build] = {}
_READ: dict[tuple[str, str | None, bool | None], tuple[Any, Any, Any]] = {}
_load = Translations.load


def _loaded(folder: Any, locales: list[Any], domain: str | None = None) -> NullTranslations:
    return _catalogue(folder, tuple(locales), domain)


@cache
def _catalogue(folder: Any, locales: tuple[Any, ...], domain: str | None) -> NullTranslations:
    return _load(folder, list(locales), domain)


# --- passwords ---

_hash, _verify = PasswordHasher.hash, PasswordHasher.verify
_HASHES: dict[tuple[Any, ...], str] = {}
_OUTCOMES: dict[tuple[str, str], VerificationError | None] = {}


def _hashed(hasher: PasswordHasher, password: str) -> str:
    """A password's hash is slow to make by design: each is made once with the parameters of this hasher."""
    key = (password, hasher.type, hasher.time_cost, hasher.memory_cost, hasher.parallelism)
    if key not in _HASHES:
        _HASHES[key] = _hash(hasher, password)
    return _HASHES[key]


def _verified(hasher: PasswordHasher, kept: str, password: str) -> bool:
    """A password that was right or wrong for a hash once will be so again."""
    if (kept, password) not in _OUTCOMES:
        try:
            _verify(hasher, kept, password)
            _OUTCOMES[kept, password] = None
        except VerificationError as error:
            _OUTCOMES[kept, password] = error
    if wrong := _OUTCOMES[kept, password]:
        raise type(wrong)(*wrong.args)
    return True
