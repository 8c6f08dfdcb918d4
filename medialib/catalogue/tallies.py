"""How many lessons of the catalogue pass each value of each filter, counted without that filter itself."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from medialib.catalogue import lookups, narrowing
from medialib.catalogue.lengths import LENGTHS
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.narrowing import Wanted
from medialib.catalogue.themes import lesson_themes
from medialib.catalogue.units import Unit

Tally = Mapping[str, int]
"""How many lessons by value: a slug, a year, a name of a kind or length."""


Within = Sequence[ColumnElement[bool]]
"""What else must be so of a lesson."""


def tally(session: Session, wanted: Wanted, *, within: Within = ()) -> dict[str, Tally]:
    """By filter: themes and units with all below them, and values that no lesson has left out."""
    year = func.substr(Lesson.recorded, 1, 4)
    length = case(*((Lesson.seconds < end, name) for name, (_, end) in [*LENGTHS.items()][:-1]), else_=[*LENGTHS][-1])
    return {
        "theme": themes(session, replace(wanted, theme=None), within),
        "unit": units(session, replace(wanted, unit=None), within),
        "kind": _values(session, replace(wanted, kind=None), Lesson.kind, within),
        "place": _values(session, replace(wanted, place=None), Lesson.place, within),
        "year": _values(session, replace(wanted, year=None), year, within),
        "length": _values(session, replace(wanted, length=None), length, within),
    }


def _values(session: Session, wanted: Wanted, value: Any, within: Within) -> Tally:
    query = (
        select(value, func.count()).select_from(Lesson).where(*narrowing.conditions(wanted), *within).group_by(value)
    )
    return {str(one): count for one, count in session.execute(query) if one}


def units(session: Session, wanted: Wanted, within: Within = ()) -> Tally:
    """With all below each, by slug."""
    counted = select(Unit.path, func.count()).select_from(Lesson).join(Unit, Unit.slug == Lesson.unit_slug)
    return _up_the_tree(session.execute(counted.where(*narrowing.conditions(wanted), *within).group_by(Unit.path)))


def themes(session: Session, wanted: Wanted, within: Within = ()) -> Tally:
    """A lesson with two themes of one branch counts once for what is above both."""
    paths = {theme.slug: theme.slugs for theme in lookups.themes(session)}
    together = func.aggregate_strings(lesson_themes.c.theme_slug, ",").label("together")
    chosen = select(together).select_from(Lesson).join(lesson_themes, lesson_themes.c.lesson_id == Lesson.id)
    each = chosen.where(*narrowing.conditions(wanted), *within).group_by(Lesson.id).subquery()
    counted: Counter[str] = Counter()
    for slugs, count in session.execute(select(each.c.together, func.count()).group_by(each.c.together)):
        counted.update(dict.fromkeys((up for slug in slugs.split(",") for up in paths[slug]), count))
    return counted


def _up_the_tree(rows: Iterable[Any]) -> Tally:
    counted: Counter[str] = Counter()
    for path, count in rows:
        counted.update(dict.fromkeys(path.rstrip("/").split("/"), count))
    return counted
