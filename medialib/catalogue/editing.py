"""Changing the details of one lesson or of many: what people typed is checked, what differs is recorded."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from medialib.catalogue import lookups
from medialib.catalogue.changing import present, record, to_change
from medialib.catalogue.collections import Collection
from medialib.catalogue.dates import check_date
from medialib.catalogue.history import LessonChange
from medialib.catalogue.lessons import Lesson, names_of
from medialib.catalogue.lookups import lesson_to_change
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.places import PLACES
from medialib.catalogue.themes import Theme
from medialib.catalogue.units import Unit
from medialib.errors import N_, BadRequest

LONGEST = {"title": 200, "description": 5000, "speaker": 200, "licence": 200, "consent": 1000}
MOST_TAGS, LONGEST_TAG = 20, 30
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def change(session: Session, lesson_id: str, told: Mapping[str, Any], *, by: Person | None) -> LessonChange | None:
    """Give the lesson these details; None when they are as they were. Raises NotFound, BadRequest.

    `told` may hold any of title, description, speaker, licence, consent, tags (list), themes (slugs), unit_slug,
    series_slug, number, place, recorded, language.
    """
    lesson = lesson_to_change(session, lesson_id)
    wanted = checked(session, lesson, told)
    differs = {name: value for name, value in wanted.items() if present(lesson, [name])[name] != value}
    if not differs:
        return None
    made = record(session, lesson, "details", differs, by=by)
    note(session, by, "lesson.changed", on_id=lesson_id, on_name=lesson.title, fields=sorted(differs))
    session.flush()
    return made


def change_many(
    session: Session, lesson_ids: Sequence[str], change_of: Callable[[Lesson], Mapping[str, Any]], *,
    by: Person | None, batch: str,
) -> int:  # fmt: skip
    """Give each lesson the details that `change_of` says, which are right; returns how many changed."""
    done = 0
    for lesson in to_change(session, lesson_ids):
        wanted = change_of(lesson)
        if present(lesson, wanted) == dict(wanted):
            continue
        record(session, lesson, "details", wanted, by=by, batch=batch)
        note(session, by, "lesson.changed", on_id=lesson.id, on_name=lesson.title, fields=sorted(wanted))
        done += 1
    session.flush()
    return done


def checked(session: Session, lesson: Lesson | None, told: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, as it is stored; raises BadRequest. What stays as it is may be what nobody may type: sidecars
    allow longer texts and a number 0.
    """
    now = present(lesson, told) if lesson else {}
    found = {
        name: now[name] if _stays(now.get(name), value) else _CHECKS[name](session, value)
        for name, value in told.items()
    }
    if lesson and lesson.access == "unit" and not found.get("unit_slug", lesson.unit_slug):
        raise BadRequest(N_("Only its unit may watch this lesson, so it needs one. Please choose a unit."))
    return found


def _stays(now: Any, value: Any) -> bool:
    """Whether a field bears what the lesson has; fields are text."""
    return now is not None and (value == now or value == str(now))


def tags_of(typed: str) -> list[str]:
    """The tags of a field, each once."""
    return list(dict.fromkeys(names_of(typed)))


def _line(name: str) -> Callable[[Session, str], str]:
    return lambda _, value: _short(name, " ".join(value.split()))


def _short(name: str, value: str) -> str:
    if len(value) > LONGEST[name]:
        raise BadRequest(N_("That is too long: at most %(number)s characters."), values={"number": LONGEST[name]})
    return value


def _title(_: Session, value: str) -> str:
    title = _short("title", " ".join(value.split()))
    if not title:
        raise BadRequest(N_("A lesson needs a title."))
    return title


def _text(name: str) -> Callable[[Session, str], str]:
    return lambda _, value: _short(name, value.replace("\r\n", "\n").strip())


def _speaker(_: Session, value: str) -> str:
    return _short("speaker", "、".join(names_of(value)))


def _tags(_: Session, value: Sequence[str]) -> list[str]:
    if len(value) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in value):
        raise BadRequest(
            N_("At most %(number)s tags of at most %(letters)s characters."),
            values={"number": MOST_TAGS, "letters": LONGEST_TAG},
        )
    return list(value)


def themes_of(session: Session, value: Sequence[str]) -> list[str]:
    """In the order of the tree, as a lesson has them; raises BadRequest for one that there is not."""
    known = {theme.slug: (theme.position, theme.slug) for theme in lookups.themes(session)}
    if any(slug not in known for slug in value):
        raise BadRequest(N_("There is no such theme."))
    return sorted(dict.fromkeys(value), key=lambda slug: known[slug])


def _known(noun: type[Unit | Collection | Theme], sentence: str) -> Callable[[Session, str | None], str | None]:
    def check(session: Session, value: str | None) -> str | None:
        if value and session.get(noun, value) is None:
            raise BadRequest(sentence)
        return value or None

    return check


def _number(_: Session, value: str | int | None) -> int | None:
    if value in (None, ""):
        return None
    try:
        number = int(str(value))
    except ValueError:
        number = 0
    if not 1 <= number <= 9999:
        raise BadRequest(N_("The number in a series is from 1 to 9999."))
    return number


def _place(_: Session, value: str | None) -> str | None:
    if value and value not in {place.slug for place in PLACES}:
        raise BadRequest(N_("There is no such place."))
    return value or None


def _recorded(_: Session, value: str | None) -> str | None:
    check_date(value or None)
    return value or None


def _language(_: Session, value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise BadRequest(N_("Please choose a language."))
    return value


_CHECKS: Mapping[str, Callable[[Session, Any], Any]] = {
    "title": _title,
    "description": _text("description"),
    "speaker": _speaker,
    "licence": _line("licence"),
    "consent": _text("consent"),
    "tags": _tags,
    "themes": themes_of,
    "unit_slug": _known(Unit, N_("There is no such unit.")),
    "series_slug": _known(Collection, N_("There is no such collection.")),
    "number": _number,
    "place": _place,
    "recorded": _recorded,
    "language": _language,
}
