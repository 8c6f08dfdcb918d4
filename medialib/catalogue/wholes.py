"""A lesson's rows in every table as one document, to be kept and to be put back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, ForeignKey, Table, select
from sqlalchemy.orm import Session

from medialib.catalogue.lessons import Lesson
from medialib.database import Base

_LESSONS = Lesson.__tablename__

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
    """Make the rows anew, without what they named and is gone since, such as a theme.

    Rows that may be without a lesson, such as uploads, were not taken away with it: they only name it again.
    """
    for table, column in _about_lessons():
        for row in whole.get(table.name, []):
            kept = {name: value for name, value in row.items() if name in table.c}
            if column.nullable:
                _name_again(session, table, kept)
            elif _names_only_what_is_there(session, table, kept):
                session.execute(table.insert().values(**_with_free_number(session, table, kept)))


def _name_again(session: Session, table: Table, row: Mapping[str, Any]) -> None:
    links = [one.name for one in table.columns if any(key.column.table.name == _LESSONS for key in one.foreign_keys)]
    same = [one == row[one.name] for one in table.primary_key]
    session.execute(table.update().where(*same).values({name: row[name] for name in links if name in row}))


def _with_free_number(session: Session, table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """The row without its number when another row has got that meanwhile: SQLite gives the last ones again."""
    numbered = table.autoincrement_column
    if numbered is None or numbered.foreign_keys or numbered.name not in row:
        return row
    taken = session.execute(select(numbered).where(numbered == row[numbered.name])).first()
    return {name: value for name, value in row.items() if name != numbered.name} if taken else row


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
    lessons: Table = Base.metadata.tables[_LESSONS]
    found: list[tuple[Table, Column[Any]]] = [(lessons, lessons.c.id)]
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column is lessons.c.id for key in column.foreign_keys):
                found.append((table, column))
                break
    return found
