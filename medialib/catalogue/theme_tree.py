"""Every change made to the tree of themes; each can be undone."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import lookups, theme_lookups, undoing
from medialib.catalogue.curated import CuratorChange
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person
from medialib.catalogue.slugs import make_slug
from medialib.catalogue.theme_lookups import NOUN
from medialib.catalogue.themes import Theme, lesson_themes
from medialib.errors import N_, BadRequest

_DEEPEST = 6
_LONGEST_NAME = 100
_MOST_WORDS = 200
_LONGEST_WORD = 40
_AT_ONCE = 1000
"""So many ids in one question: databases take some ten thousands at most."""
_COLUMNS = ("slug", "zh", "en", "path", "words", "position", "parent_slug")


def add(session: Session, *, zh: str, en: str, parent_slug: str | None, by: Person | None) -> Theme:
    """A new theme, last among its siblings; raises BadRequest."""
    parent = theme_lookups.theme(session, parent_slug) if parent_slug else None
    if parent and len(parent.slugs) >= _DEEPEST:
        raise BadRequest(N_("Themes can lie at most %(number)s deep."), values={"number": _DEEPEST})
    zh, en = _checked_names(session, zh, en)
    slug = make_slug(en or zh, lambda slug: session.get(Theme, slug) is not None)
    path = f"{parent.path if parent else ''}{slug}/"
    position = len(theme_lookups.beside(session, parent_slug))
    made = Theme(slug=slug, zh=zh, en=en, path=path, parent_slug=parent_slug, position=position)
    session.add(made)
    session.flush()
    _keep(session, "theme.added", made, {"added": slug}, by)
    return made


def change(session: Session, slug: str, *, zh: str, en: str, words: Sequence[str], by: Person | None) -> None:
    """Other names, and other words that speak for it, at the same address; raises BadRequest."""
    one = theme_lookups.theme(session, slug)
    zh, en = _checked_names(session, zh, en, besides=slug)
    words = list(dict.fromkeys(word for each in words if (word := " ".join(each.split()))))
    if len(words) > _MOST_WORDS or any(len(word) > _LONGEST_WORD for word in words):
        raise BadRequest(
            N_("At most %(number)s words, of at most %(length)s characters each."),
            values={"number": _MOST_WORDS, "length": _LONGEST_WORD},
        )
    if (one.zh, one.en, one.words) == (zh, en, words):
        return
    _keep(session, "theme.changed", one, {"themes": [_told(one)]}, by)
    renamed = (one.zh, one.en) != (zh, en)
    one.zh, one.en, one.words = zh, en, words
    session.flush()
    if renamed:
        _tell_search(session, one.path)


def add_word(session: Session, slug: str, word: str, *, by: Person | None) -> None:
    """One more word that speaks for the theme; raises BadRequest."""
    one = theme_lookups.theme(session, slug)
    if not word.strip():
        raise BadRequest(N_("Please type a word first."))
    change(session, slug, zh=one.zh, en=one.en, words=[*one.words, word], by=by)


def place(session: Session, slug: str, *, parent_slug: str | None, before: str | None, by: Person | None) -> None:
    """Under this theme (None: at the top), before that sibling (None: last), with all below it; raises BadRequest."""
    one = theme_lookups.theme(session, slug)
    parent = theme_lookups.theme(session, parent_slug) if parent_slug else None
    if parent and parent.path.startswith(one.path):
        raise BadRequest(N_("A theme cannot lie under itself or under one that belongs to it."))
    family = session.scalars(select(Theme).where(Theme.path.startswith(one.path))).all()
    deepest = max(len(each.slugs) for each in family) - len(one.slugs) + 1
    if deepest + (len(parent.slugs) if parent else 0) > _DEEPEST:
        raise BadRequest(N_("Themes can lie at most %(number)s deep."), values={"number": _DEEPEST})
    siblings = [each for each in theme_lookups.beside(session, parent_slug) if each.slug != slug]
    touched = {each.slug: each for each in (*family, *siblings)}
    _keep(session, "theme.moved", one, {"themes": [_told(each) for each in touched.values()]}, by)
    old, new = one.path, f"{parent.path if parent else ''}{slug}/"
    for each in family:
        each.path = new + each.path.removeprefix(old)
    one.parent_slug = parent_slug
    at = next((number for number, each in enumerate(siblings) if each.slug == before), len(siblings))
    siblings.insert(at, one)
    for position, each in enumerate(siblings):
        each.position = position
    session.flush()
    if old != new:
        _tell_search(session, new)


def merge(session: Session, slug: str, into: str, *, by: Person | None) -> None:
    """Let all lessons of a theme have another one instead; its words and what lies below it go there. BadRequest."""
    one, other = theme_lookups.theme(session, slug), theme_lookups.theme(session, into)
    if one is other or other.path.startswith(one.path):
        raise BadRequest(N_("A theme is merged into another one that does not lie below it."))
    below = theme_lookups.below(session, one)
    if below and max(len(each.slugs) for each in below) - len(one.slugs) + len(other.slugs) > _DEEPEST:
        raise BadRequest(N_("Themes can lie at most %(number)s deep."), values={"number": _DEEPEST})
    _keep(session, "theme.merged", one, _all_of(session, one, below, other), by)
    _hand_over(session, one, other)
    other.words = list(dict.fromkeys([*other.words, one.zh, *one.words]))[:_MOST_WORDS]
    _take_away(session, one, below, other)


def remove(session: Session, slug: str, *, by: Person | None) -> None:
    """Take a theme away: its lessons keep the one above it, which also gets what lies below it."""
    one = theme_lookups.theme(session, slug)
    parent = theme_lookups.theme(session, one.parent_slug) if one.parent_slug else None
    below = theme_lookups.below(session, one)
    _keep(session, "theme.removed", one, _all_of(session, one, below, parent), by)
    if parent:
        _hand_over(session, one, parent)
    else:
        _tell_search(session, one.path)
    _take_away(session, one, below, parent)


def last_change(session: Session) -> CuratorChange | None:
    """What undoing would take back."""
    return undoing.last(session, NOUN)


def undo(session: Session, *, only: int | None = None, by: Person | None) -> CuratorChange:
    """Take the last change to the tree back (only that of this number); raises NotFound, BadRequest."""
    last = undoing.to_undo(session, NOUN, only=only)
    if added := last.before.get("added"):
        made = theme_lookups.theme(session, added)
        _tell_search(session, made.path)
        below = theme_lookups.below(session, made)
        parent = theme_lookups.theme(session, made.parent_slug) if made.parent_slug else None
        _take_away(session, made, below, parent)
    else:
        _put_back(session, last.before)
    undoing.mark_undone(session, last, "theme.undone", by=by)
    return last


def _keep(session: Session, act: str, one: Theme, before: dict[str, Any], by: Person | None) -> None:
    undoing.keep(session, NOUN, act, on_id=one.slug, on_name=one.zh, before=before, by=by)


def _told(one: Theme) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _COLUMNS}


def _all_of(session: Session, one: Theme, below: Sequence[Theme], heir: Theme | None) -> dict[str, Any]:
    """What it takes to have a theme again that goes away, and its lessons; those that get `heir` only by this."""
    mine, its = theme_lookups.lessons_of(session, one), theme_lookups.lessons_of(session, heir) if heir else set()
    themes = [_told(each) for each in (one, *below, *([heir] if heir else []))]
    handed = sorted(mine - its) if heir else []
    return {"themes": themes, "lessons": sorted(mine), "heir": heir.slug if heir else None, "handed": handed}


def _hand_over(session: Session, one: Theme, heir: Theme) -> None:
    _tell_search(session, one.path)
    missing = theme_lookups.lessons_of(session, one) - theme_lookups.lessons_of(session, heir)
    if missing:
        session.execute(insert(lesson_themes), [{"lesson_id": id, "theme_slug": heir.slug} for id in sorted(missing)])


def _take_away(session: Session, one: Theme, below: Sequence[Theme], heir: Theme | None) -> None:
    """Remove the theme; what lay below it lies below `heir`."""
    old, new = one.path, heir.path if heir else ""
    last = len(theme_lookups.beside(session, heir.slug if heir else None))
    for each in below:
        if each.parent_slug == one.slug:
            each.parent_slug, each.position = heir.slug if heir else None, last + each.position
        each.path = new + each.path.removeprefix(old)
    session.flush()
    session.execute(delete(lesson_themes).where(lesson_themes.c.theme_slug == one.slug))
    session.delete(one)
    session.flush()
    session.expire_all()


def _put_back(session: Session, before: dict[str, Any]) -> None:
    for told in sorted(before["themes"], key=lambda one: str(one["path"]).count("/")):
        found = session.get(Theme, told["slug"])
        if found is None:
            session.add(Theme(**told))
        else:
            for name in _COLUMNS:
                setattr(found, name, told[name])
        session.flush()
    slug = before["themes"][0]["slug"]
    for ids in _parts(before.get("lessons", [])):
        known = session.scalars(select(Lesson.id).where(Lesson.id.in_(ids)).order_by(Lesson.id)).all()
        if known:
            session.execute(insert(lesson_themes), [{"lesson_id": id, "theme_slug": slug} for id in known])
    for ids in _parts(before.get("handed", [])):
        handed = (lesson_themes.c.theme_slug == before["heir"]) & lesson_themes.c.lesson_id.in_(ids)
        session.execute(delete(lesson_themes).where(handed))
    session.expire_all()
    for told in before["themes"]:
        _tell_search(session, str(told["path"]))


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))


def _checked_names(session: Session, zh: str, en: str, *, besides: str = "") -> tuple[str, str]:
    zh, en = " ".join(zh.split()), " ".join(en.split())
    if not zh or len(zh) > _LONGEST_NAME or len(en) > _LONGEST_NAME:
        raise BadRequest(N_("A theme needs a Chinese name of at most 100 characters."))
    for name in filter(None, (zh, en)):
        found = lookups.find_theme(session, name)
        if found is not None and found.slug != besides:
            raise BadRequest(N_("There is a theme called “%(name)s” already."), values={"name": name})
    return zh, en


def _tell_search(session: Session, path: str) -> None:
    """The lessons of these themes are indexed anew: search knows themes by name and by what is above them."""
    below = select(Theme.slug).where(Theme.path.startswith(path))
    tagged = select(lesson_themes.c.lesson_id).where(lesson_themes.c.theme_slug.in_(below))
    changed = update(Lesson).where(Lesson.id.in_(tagged)).values(revision=Lesson.revision + 1)
    session.execute(changed, execution_options={"synchronize_session": False})
