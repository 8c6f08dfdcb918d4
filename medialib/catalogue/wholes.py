"""A lesson's rows in every table as one document, to be kept and to be put back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, ForeignKey, Table, select
from sqlalchemy.orm import Session

from medialib.catalogue.lessons import Lesson
from medialib.database import Base

Whole = Mapping[str, list[dict[str, Any]]]
"""Rows by the name of their table."""


def taken(session: Session, lesson_id: str) -> Whole:
    """All rows that are about the lesson."""
    found = {}
    for table, column in _about_lessons():
        rows = session.execute(select(table).where(column == lesson_id)).mappings()
        found[table.name] = [dict(row) for row in rows]
    return found


def put_back(session: Session, whole: Whole) -> None:
    """Make the rows anew, without what they named and is gone since, such as a theme."""
    for table, _ in _about_lessons():
        for row in whole.get(table.name, []):
            kept = {name: value for name, value in row.items() if name in table.c}
            if _names_only_what_is_there(session, table, kept):
                session.execute(table.insert().values(**kept))


def _names_only_what_is_there(session: Session, table: Table, row: dict[str, Any]) -> bool:
    """Whether the row can be: what it may do without is taken out of it."""
    for column in table.columns:
        for key in column.foreign_keys:
            if row.get(column.name) is None or _is_there(session, key, row[column.name]):
                continue
            if not column.nullable:
                return False
            row[column.name] = None
    return True


def _is_there(session: Session, key: ForeignKey, value: Any) -> bool:
    return session.execute(select(key.column).where(key.column == value)).first() is not None


def _about_lessons() -> list[tuple[Table, Column[Any]]]:
    """Every table that names a lesson, with the column that does, lessons themselves first."""
    lessons: Table = Base.metadata.tables[Lesson.__tablename__]
    found: list[tuple[Table, Column[Any]]] = [(lessons, lessons.c.id)]
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column is lessons.c.id for key in column.foreign_keys):
                found.append((table, column))
                break
    return found
