"""SQLite's FTS5 over the same words, already cut: what the search is compared with."""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from medialib.search.schema import Document

_COLUMNS = ("title", "names", "description", "transcript")
_QUOTE = '"'


class FullText:
    """Lessons in an FTS5 table without their texts, their themes and dates in plain ones."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path)
        self._base.executescript(
            f"""
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = NORMAL;
            CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5({", ".join(_COLUMNS)}, content='');
            CREATE TABLE IF NOT EXISTS lessons (number INTEGER PRIMARY KEY, id TEXT, published REAL);
            CREATE TABLE IF NOT EXISTS themes (theme TEXT, published REAL, number INTEGER);
            CREATE INDEX IF NOT EXISTS by_theme ON themes (theme, published);
            CREATE INDEX IF NOT EXISTS by_number ON themes (number);
            """
        )

    def add(self, document: Document, fields: Mapping[str, object]) -> None:
        """Add a lesson with its terms as the index has them."""
        row = self._base.execute("INSERT INTO lessons (id, published) VALUES (?, ?)", (document.id, document.published))
        texts = (_joined(fields[name]) for name in _COLUMNS)
        self._base.execute(
            f"INSERT INTO words (rowid, {', '.join(_COLUMNS)}) VALUES (?, ?, ?, ?, ?)", (row.lastrowid, *texts)
        )
        rows = [(theme, document.published, row.lastrowid) for theme in document.themes]
        self._base.executemany("INSERT INTO themes VALUES (?, ?, ?)", rows)

    def commit(self) -> None:
        self._base.commit()

    def find(self, words: Iterable[str]) -> list[tuple[int, ...]]:
        """The first twenty by rank of what has all of these words, and how many there are of each theme."""
        asked = " AND ".join(f"{_QUOTE}{word}{_QUOTE}" for word in words)
        found = self._base.execute("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT 20", (asked,))
        page: list[tuple[int, ...]] = found.fetchall()
        counted = """SELECT theme, count(*) FROM themes
            WHERE number IN (SELECT rowid FROM words WHERE words MATCH ?) GROUP BY theme"""
        self._base.execute(counted, (asked,)).fetchall()
        return page

    def beginning(self, typed: str, most: int) -> list[tuple[int, ...]]:
        """Lessons with a word in the title that begins like this."""
        query = "SELECT rowid FROM words WHERE words MATCH ? LIMIT ?"
        found: list[tuple[int, ...]] = self._base.execute(
            query, (f"title : {_QUOTE}{typed}{_QUOTE} *", most)
        ).fetchall()
        return found

    def newest(self, theme: str) -> list[str]:
        """The newest twenty lessons of a theme."""
        query = """SELECT lessons.id FROM themes JOIN lessons USING (number)
            WHERE theme = ? ORDER BY themes.published DESC LIMIT 20"""
        return [id for (id,) in self._base.execute(query, (theme,))]

    def close(self) -> None:
        self._base.close()


def _joined(terms: object) -> str:
    assert isinstance(terms, list)
    return " ".join(terms)
