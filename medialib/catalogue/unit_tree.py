"""The tree of units, in its order, and every change made to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import lookups
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.slugs import make_slug
from medialib.catalogue.units import Unit
from medialib.errors import N_, BadRequest, NotFound

_DEEPEST = 8
_LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True)
class Row:
    """A unit, how deep it lies (0 at the top), and how many lessons it made itself."""

    unit: Unit
    depth: int
    lessons: int = 0


def unit(session: Session, slug: str) -> Unit:
    """Raises NotFound."""
    found = session.get(Unit, slug)
    if found is None:
        raise NotFound(N_("There is no such unit."), detail=slug)
    return found


def units_above(session: Session, one: Unit) -> list[Unit]:
    """From the highest down to the unit's parent."""
    slugs = one.slugs[:-1]
    found = {other.slug: other for other in session.scalars(select(Unit).where(Unit.slug.in_(slugs)))}
    return [found[slug] for slug in slugs if slug in found]


def rows(session: Session) -> list[Row]:
    """All units as a list to read: each under the one it belongs to, by position, then by name."""
    query = select(Lesson.unit_slug, func.count(Lesson.id)).group_by(Lesson.unit_slug)
    made: dict[str | None, int] = {row[0]: row[1] for row in session.execute(query)}
    below: dict[str | None, list[Unit]] = {}
    for one in lookups.units(session):
        below.setdefault(one.parent_slug, []).append(one)
    found: list[Row] = []

    def walk(parent: str | None, depth: int) -> None:
        for one in _in_order(below.get(parent, [])):
            found.append(Row(unit=one, depth=depth, lessons=made.get(one.slug, 0)))
            walk(one.slug, depth + 1)

    walk(None, 0)
    return found


def _in_order(units: Sequence[Unit]) -> list[Unit]:
    return sorted(units, key=lambda one: (one.position, one.name))


def _beside(session: Session, parent_slug: str | None) -> list[Unit]:
    known = Unit.parent_slug.is_(None) if parent_slug is None else Unit.parent_slug == parent_slug
    return _in_order(session.scalars(select(Unit).where(known)).all())


def add(session: Session, *, name: str, parent_slug: str | None, by: Person | None) -> Unit:
    """A new unit, last among its siblings; raises BadRequest."""
    parent = unit(session, parent_slug) if parent_slug else None
    name = _checked_name(session, name, parent_slug)
    if parent and len(parent.slugs) >= _DEEPEST:
        raise BadRequest(N_("Units can lie at most %(number)s deep."), values={"number": _DEEPEST})
    slug = make_slug(name, lambda slug: session.get(Unit, slug) is not None)
    siblings = _beside(session, parent_slug)
    position = max((one.position for one in siblings), default=-1) + 1
    path = f"{parent.path if parent else ''}{slug}/"
    made = Unit(slug=slug, name=name, path=path, parent_slug=parent_slug, position=position)
    session.add(made)
    session.flush()
    note(session, by, "unit.added", on_id=slug, on_name=name, under=parent.name if parent else "")
    return made


def rename(session: Session, slug: str, name: str, *, by: Person | None) -> None:
    """Another name at the same address; raises BadRequest."""
    one = unit(session, slug)
    if one.name == " ".join(name.split()):
        return
    before, one.name = one.name, _checked_name(session, name, one.parent_slug)
    _tell_search(session, one.path)
    note(session, by, "unit.renamed", on_id=slug, on_name=one.name, before=before)


def _checked_name(session: Session, name: str, parent_slug: str | None) -> str:
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME or "/" in name:
        raise BadRequest(N_("A unit needs a name of at most 200 letters, without a slash."))
    if any(one.name == name for one in _beside(session, parent_slug)):
        raise BadRequest(N_("There is a unit with this name already, in the same place."))
    return name


def move(session: Session, slug: str, parent_slug: str | None, *, by: Person | None) -> None:
    """Put a unit with all below it under another one (None: to the top); raises BadRequest."""
    one = unit(session, slug)
    parent = unit(session, parent_slug) if parent_slug else None
    if parent_slug == one.parent_slug:
        return
    if parent and parent.path.startswith(one.path):
        raise BadRequest(N_("A unit cannot lie under itself or under one that belongs to it."))
    _checked_name(session, one.name, parent_slug)
    before, after = one.path, f"{parent.path if parent else ''}{slug}/"
    family = session.scalars(select(Unit).where(Unit.path.startswith(before))).all()
    if max(len(each.slugs) for each in family) - len(one.slugs) + len(after.rstrip("/").split("/")) > _DEEPEST:
        raise BadRequest(N_("Units can lie at most %(number)s deep."), values={"number": _DEEPEST})
    position = max((each.position for each in _beside(session, parent_slug)), default=-1) + 1
    for each in family:
        each.path = after + each.path.removeprefix(before)
    one.parent_slug, one.position = parent_slug, position
    session.flush()
    _tell_search(session, after)
    note(session, by, "unit.moved", on_id=slug, on_name=one.name, under=parent.name if parent else "")


def shift(session: Session, slug: str, steps: int, *, by: Person | None) -> None:
    """Move a unit among its siblings: -1 is one place up, 1 one place down; further than the end is the end."""
    one = unit(session, slug)
    place(session, slug, max(0, _beside(session, one.parent_slug).index(one) + steps), by=by)


def place(session: Session, slug: str, at: int, *, by: Person | None) -> None:
    """Let it stand at that place among its siblings, counted from 0, or at their end."""
    one = unit(session, slug)
    before = _beside(session, one.parent_slug)
    siblings = [each for each in before if each is not one]
    siblings.insert(at, one)
    if siblings == before:
        return
    for position, each in enumerate(siblings):
        each.position = position
    note(session, by, "unit.ordered", on_id=slug, on_name=one.name)


def _tell_search(session: Session, path: str) -> None:
    """The lessons of these units are indexed anew, as search knows their units by name and by what is above them."""
    below = select(Unit.slug).where(Unit.path.startswith(path))
    changed = update(Lesson).where(Lesson.unit_slug.in_(below)).values(revision=Lesson.revision + 1)
    session.execute(changed, execution_options={"synchronize_session": False})
