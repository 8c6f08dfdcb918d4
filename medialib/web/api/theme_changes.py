"""The tree of themes over the API: added, changed, moved, merged, removed, with the checks and the undo of the desk."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.orm import Session

from medialib import theming
from medialib.catalogue import tagging, theme_lookups, theme_tree
from medialib.errors import N_
from medialib.jobs.queue import HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.api.answers import ThemeNode, ThemeTree
from medialib.web.api.operations import Api, Body
from medialib.web.api.texts import Line, Slug
from medialib.web.desk.shell import me

Name = Annotated[Line, Field(min_length=1, max_length=100)]
Word = Annotated[Line, Field(min_length=1, max_length=40)]


class NewTheme(Body):
    zh: Name
    en: Annotated[Line, Field(max_length=100)] = ""
    under: Slug | None = None


class ThemeChange(Body):
    """What is not named stays as it is. `words` are all that speak for the theme."""

    zh: Name | None = None
    en: Annotated[Line, Field(max_length=100)] | None = None
    words: Annotated[list[Word], Field(max_length=200)] | None = None


class Place(Body):
    """Under another theme (null: at the top), before one of those that lie there (null: last)."""

    under: Slug | None = None
    before: Slug | None = None


class Into(Body):
    into: Slug


def add_to(api: Api) -> None:
    office = api.family(access.at_least("curator"), below="/themes", writes="publish", group="themes", answer=ThemeTree)

    def change(method: Any, path: str, summary: str, make: Callable[..., object], **more: Any) -> None:
        office(_changing(make), method, path, summary, **more)

    office(_add, "POST", "", N_("Adds a theme"), body=NewTheme, answer=ThemeNode, status=201, refusals=(404,))
    change("PATCH", "/<slug>", N_("Changes the names or words of a theme"), _change, body=ThemeChange)
    change("POST", "/<slug>/place", N_("Moves a theme in the tree"), _place, body=Place)
    change("POST", "/<slug>/merge", N_("Merges a theme into another"), _merge, body=Into)
    change("DELETE", "/<slug>", N_("Removes a theme; its lessons keep the one above it"), _remove)
    change("POST", "/undo", N_("Takes the last change of the themes back"), _undo, refusals=(404,))


def _add(services: Services, body: NewTheme) -> ThemeNode:
    with services.database.begin() as session:
        made = theme_tree.add(session, zh=body.zh, en=body.en, parent_slug=body.under, by=me(services))
        session.flush()
        return ThemeNode(**theming.described_theme(made, 0))


def _changing(make: Callable[..., object]) -> Callable[..., ThemeTree]:
    """Answers with the tree as it is afterwards."""

    def view(services: Services, slug: str = "", body: Any = None) -> ThemeTree:
        with services.database.begin() as session:
            make(session, slug, body, me(services))
            session.flush()
            tree = [ThemeNode(**theming.described_theme(*one)) for one in tagging.tree(session)]
        services.queues.send(HOT, "index")
        return ThemeTree(themes=tree)

    return view


def _change(session: Session, slug: str, body: ThemeChange, by: Any) -> None:
    one = theme_lookups.theme(session, slug)
    zh, en, words = body.zh or one.zh, one.en if body.en is None else body.en, body.words
    theme_tree.change(session, slug, zh=zh, en=en, words=one.words if words is None else words, by=by)


def _place(session: Session, slug: str, body: Place, by: Any) -> None:
    theme_tree.place(session, slug, parent_slug=body.under, before=body.before, by=by)


def _merge(session: Session, slug: str, body: Into, by: Any) -> None:
    theme_tree.merge(session, slug, body.into, by=by)


def _remove(session: Session, slug: str, _: None, by: Any) -> None:
    theme_tree.remove(session, slug, by=by)


def _undo(session: Session, _slug: str, _: None, by: Any) -> None:
    theme_tree.undo(session, by=by)
