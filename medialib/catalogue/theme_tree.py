"""The tree of themes, in its order, and every change made to it; each can be undone."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import lookups, tagging
from medialib.catalogue.curated import CuratorChange
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.slugs import make_slug
from medialib.catalogue.themes import Theme, lesson_themes
from medialib.errors import N_, BadRequest, NotFound

_DEEPEST = 6
_LONGEST_NAME = 100
_MOST_WORDS = 200
_LONGEST_WORD = 40
_NOUN = "theme"
_MOST_MERGES = 20
"""So often a theme that is gone is followed to the next one."""
_AT_ONCE = 1000
"""So many ids in one question: databases take some ten thousands at most."""
_COLUMNS = ("slug", "zh", "en", "path", "words", "position", "parent_slug")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A theme, how deep it lies (0 at the top), and how many lessons have it or one below it."""

    theme: Theme
    depth: int
    lessons: int


def rows(session: Session) -> list[Row]:
    """All themes as a list to read, each under the one it belongs to."""
    return [Row(theme=one, depth=len(one.slugs) - 1, lessons=count) for one, count in tagging.tree(session)]


def theme(session: Session, slug: str) -> Theme:
    """Raises NotFound."""
    found = session.get(Theme, slug)
    if found is None:
        raise NotFound(N_("There is no such theme."), detail=slug)
    return found


def heirs(session: Session, slugs: Sequence[str]) -> tuple[str, ...]:
    """These themes as they are now: in place of one that was merged or taken away, the one that got its lessons."""
    return tuple(dict.fromkeys(slug for one in slugs if (slug := _heir(session, one))))


def _heir(session: Session, slug: str | None) -> str | None:
    for _ in range(_MOST_MERGES):
        if slug is None or session.get(Theme, slug) is not None:
            return slug
        gone = (CuratorChange.noun == _NOUN, CuratorChange.on_id == slug, CuratorChange.undone.is_(False))
        last = session.scalar(select(CuratorChange).where(*gone).order_by(CuratorChange.id.desc()).limit(1))
        slug = last.before.get("heir") if last else None
    return None


def add(session: Session, *, zh: str, en: str, parent_slug: str | None, by: Person | None) -> Theme:
    """A new theme, last among its siblings; raises BadRequest."""
    parent = theme(session, parent_slug) if parent_slug else None
    if parent and len(parent.slugs) >= _DEEPEST:
        raise BadRequest(N_("Themes can lie at most %(number)s deep."), values={"number": _DEEPEST})
    zh, en = _checked_names(session, zh, en)
    slug = make_slug(en or zh, lambda slug: session.get(Theme, slug) is not None)
    path = f"{parent.path if parent else ''}{slug}/"
    position = len(_beside(session, parent_slug))
    made = Theme(slug=slug, zh=zh, en=en, path=path, parent_slug=parent_slug, position=position)
    session.add(made)
    session.flush()
    _keep(session, "theme.added", made, {"added": slug}, by)
    return made


def change(session: Session, slug: str, *, zh: str, en: str, words: Sequence[str], by: Person | None) -> None:
    """Other names, and other words that speak for it, at the same address; raises BadRequest."""
    one = theme(session, slug)
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
    one = theme(session, slug)
    if not word.strip():
        raise BadRequest(N_("Please type a word first."))
    change(session, slug, zh=one.zh, en=one.en, words=[*one.words, word], by=by)


def unspoken(session: Session, words: Sequence[str]) -> list[str]:
    """Those of the words that speak for no theme yet, and are the name of none."""
    known = {word for one in session.scalars(select(Theme)) for word in (*one.words, one.zh, one.en)}
    return [word for word in words if word not in known]


def place(session: Session, slug: str, *, parent_slug: str | None, before: str | None, by: Person | None) -> None:
    """Under this theme (None: at the top), before that sibling (None: last), with all below it; raises BadRequest."""
    one = theme(session, slug)
    parent = theme(session, parent_slug) if parent_slug else None
    if parent and parent.path.startswith(one.path):
        raise BadRequest(N_("A theme cannot lie under itself or under one that belongs to it."))
    family = session.scalars(select(Theme).where(Theme.path.startswith(one.path))).all()
    deepest = max(len(each.slugs) for each in family) - len(one.slugs) + 1
    if deepest + (len(parent.slugs) if parent else 0) > _DEEPEST:
        raise BadRequest(N_("Themes can lie at most %(number)s deep."), values={"number": _DEEPEST})
    siblings = [each for each in _beside(session, parent_slug) if each.slug != slug]
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
    one, other = theme(session, slug), theme(session, into)
    if one is other or other.path.startswith(one.path):
        raise BadRequest(N_("A theme is merged into another one that does not lie below it."))
    below = _below(session, one)
    if below and max(len(each.slugs) for each in below) - len(one.slugs) + len(other.slugs) > _DEEPEST:
        raise BadRequest(N_("Themes can lie at most %(number)s deep."), values={"number": _DEEPEST})
    _keep(session, "theme.merged", one, _all_of(session, one, below, other), by)
    _hand_over(session, one, other)
    other.words = list(dict.fromkeys([*other.words, one.zh, *one.words]))[:_MOST_WORDS]
    _take_away(session, one, below, other)


def remove(session: Session, slug: str, *, by: Person | None) -> None:
    """Take a theme away: its lessons keep the one above it, which also gets what lies below it."""
    one = theme(session, slug)
    parent = theme(session, one.parent_slug) if one.parent_slug else None
    below = _below(session, one)
    _keep(session, "theme.removed", one, _all_of(session, one, below, parent), by)
    if parent:
        _hand_over(session, one, parent)
    else:
        _tell_search(session, one.path)
    _take_away(session, one, below, parent)


def undo(session: Session, *, only: int | None = None, by: Person | None) -> CuratorChange:
    """Take the last change to the tree back (only that of this number); raises NotFound, BadRequest."""
    last = last_change(session)
    if last is None:
        raise NotFound(N_("There is nothing to undo."))
    if only is not None and last.id != only:
        raise BadRequest(N_("Something else was changed since. Load the page again to see it."))
    if added := last.before.get("added"):
        made = theme(session, added)
        _tell_search(session, made.path)
        below = _below(session, made)
        parent = theme(session, made.parent_slug) if made.parent_slug else None
        _take_away(session, made, below, parent)
    else:
        _put_back(session, last.before)
    last.undone = True
    note(session, by, "theme.undone", on_id=last.on_id, on_name=last.on_name)
    session.flush()
    return last


def last_change(session: Session) -> CuratorChange | None:
    """What undoing would take back."""
    query = select(CuratorChange).where(CuratorChange.noun == _NOUN, CuratorChange.undone.is_(False))
    return session.scalar(query.order_by(CuratorChange.id.desc()).limit(1))


def _keep(session: Session, act: str, one: Theme, before: dict[str, Any], by: Person | None) -> None:
    """Into the log, and among what can be undone."""
    kept = CuratorChange(at=time.time(), noun=_NOUN, on_id=one.slug, on_name=one.zh, act=act, before=before)
    if by:
        kept.person_id, kept.person_name = by.id, by.name
    session.add(kept)
    note(session, by, act, on_id=one.slug, on_name=one.zh)
    session.flush()


def _told(one: Theme) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _COLUMNS}


def _all_of(session: Session, one: Theme, below: Sequence[Theme], heir: Theme | None) -> dict[str, Any]:
    """What it takes to have a theme again that goes away, and its lessons; those that get `heir` only by this."""
    mine, its = _lessons_of(session, one), _lessons_of(session, heir) if heir else set()
    themes = [_told(each) for each in (one, *below, *([heir] if heir else []))]
    handed = sorted(mine - its) if heir else []
    return {"themes": themes, "lessons": sorted(mine), "heir": heir.slug if heir else None, "handed": handed}


def _below(session: Session, one: Theme) -> list[Theme]:
    """All themes that lie below this one."""
    query = select(Theme).where(Theme.path.startswith(one.path), Theme.slug != one.slug)
    return list(session.scalars(query))


def _lessons_of(session: Session, one: Theme) -> set[str]:
    return set(session.scalars(select(lesson_themes.c.lesson_id).where(lesson_themes.c.theme_slug == one.slug)))


def _hand_over(session: Session, one: Theme, heir: Theme) -> None:
    _tell_search(session, one.path)
    missing = _lessons_of(session, one) - _lessons_of(session, heir)
    if missing:
        session.execute(insert(lesson_themes), [{"lesson_id": id, "theme_slug": heir.slug} for id in sorted(missing)])


def _take_away(session: Session, one: Theme, below: Sequence[Theme], heir: Theme | None) -> None:
    """Remove the theme; what lay below it lies below `heir`."""
    old, new = one.path, heir.path if heir else ""
    last = len(_beside(session, heir.slug if heir else None))
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


def _beside(session: Session, parent_slug: str | None) -> list[Theme]:
    known = Theme.parent_slug.is_(None) if parent_slug is None else Theme.parent_slug == parent_slug
    return list(session.scalars(select(Theme).where(known).order_by(Theme.position, Theme.slug)))


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
