"""The tree of themes on the desk: add, rename, words, move, merge, remove, undo."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib.catalogue import statistics, theme_lookups, theme_tree
from medialib.catalogue.statistics import Missed
from medialib.errors import N_, BadRequest, NotFound
from medialib.jobs.queue import HOT
from medialib.services import Services
from medialib.web import access
from medialib.web.desk.shell import me, page, typed
from medialib.web.i18n import sentence

_DAYS, _MOST_VAIN = 90, 20


def add_to(blueprint: Blueprint, services: Services) -> None:
    def add(path: str, endpoint: str, view: Callable[..., Any], *methods: str) -> None:
        blueprint.add_url_rule(f"/themes{path}", endpoint, access.at_least("curator")(view), methods=methods)

    add("", "themes", lambda: _tree(services), "GET")
    add("", "new_theme", lambda: _new(services), "POST")
    add("/words", "add_theme_word", lambda: _add_word(services), "POST")
    add("/undo", "undo_theme", lambda: _undo(services), "POST")
    add("/<slug:slug>", "theme", lambda slug: _theme(services, slug), "GET")
    add("/<slug:slug>", "change_theme", lambda slug: _change(services, slug), "POST")
    add("/<slug:slug>/place", "place_theme", lambda slug: _place(services, slug), "POST")
    add("/<slug:slug>/merge", "merge_theme", lambda slug: _merge(services, slug), "POST")
    add("/<slug:slug>/remove", "remove_theme", lambda slug: _remove(services, slug), "POST")


def _tree(services: Services, status: int = 200, **told: Any) -> ResponseReturnValue:
    number = request.args.get("said", 0, type=int)
    with services.database.read() as session:
        rows, last, vain = theme_lookups.rows(session), theme_tree.last_change(session), _vain(session)
    said = last if last is not None and last.id == number else None
    return page(services, "themes.html", status, section="themes", rows=rows, last=last, said=said, vain=vain, **told)


def _theme(services: Services, slug: str, status: int = 200, **told: Any) -> ResponseReturnValue:
    with services.database.read() as session:
        rows, one, vain = theme_lookups.rows(session), theme_lookups.theme(session, slug), _vain(session)
    others = [row for row in rows if not row.theme.path.startswith(one.path)]
    count = next(row.lessons for row in rows if row.theme.slug == slug)
    return page(
        services, "theme.html", status, section="themes", theme=one, others=others, count=count, vain=vain, **told
    )  # fmt: skip


def _vain(session: Session) -> list[Missed]:
    """What was looked for and not found lately, and speaks for no theme yet; the most wanted first."""
    today = date.today()
    missed = statistics.missed(session, first=(today - timedelta(days=_DAYS)).isoformat(), last=today.isoformat())
    fitting = theme_lookups.unspoken(session, [one.words for one in missed])
    return [one for one in missed if one.words in fitting][:_MOST_VAIN]


def _add_word(services: Services) -> ResponseReturnValue:
    """A word that was looked for in vain, one press: from the tree, or from the page of a theme."""
    slug, word = typed("theme", most=64), typed("word", most=40)
    if not slug:
        return _tree(services, 400, problem=sentence(BadRequest(N_("Please choose the theme."))))
    if request.form.get("back") != "theme":
        return _do(services, lambda session: theme_tree.add_word(session, slug, word, by=me(services)))
    try:
        with services.database.begin() as session:
            theme_tree.add_word(session, slug, word, by=me(services))
    except BadRequest as error:
        return _theme(services, slug, 400, problem=sentence(error))
    services.queues.send(HOT, "index")
    return redirect(url_for("desk.theme", slug=slug, saved=1))


def _new(services: Services) -> ResponseReturnValue:
    zh, en, parent = typed("zh"), typed("en"), typed("parent", most=64) or None
    return _do(services, lambda session: theme_tree.add(session, zh=zh, en=en, parent_slug=parent, by=me(services)))


def _change(services: Services, slug: str) -> ResponseReturnValue:
    try:
        words = request.form.get("words", "").replace("，", ",").replace("、", ",").replace("\n", ",").split(",")
        with services.database.begin() as session:
            theme_tree.change(session, slug, zh=typed("zh"), en=typed("en"), words=words, by=me(services))
    except BadRequest as error:
        return _theme(services, slug, 400, problem=sentence(error), typed=request.form)
    services.queues.send(HOT, "index")
    return redirect(url_for("desk.theme", slug=slug, saved=1))


def _place(services: Services, slug: str) -> ResponseReturnValue:
    parent, before = typed("parent", most=64) or None, typed("before", most=64) or None
    return _do(
        services,
        lambda session: theme_tree.place(session, slug, parent_slug=parent, before=before, by=me(services)),
    )


def _merge(services: Services, slug: str) -> ResponseReturnValue:
    into = typed("into", most=64)
    if not into:
        return _theme(services, slug, 400, problem=sentence(BadRequest(N_("Please choose the other theme."))))
    return _do(services, lambda session: theme_tree.merge(session, slug, into, by=me(services)))


def _remove(services: Services, slug: str) -> ResponseReturnValue:
    return _do(services, lambda session: theme_tree.remove(session, slug, by=me(services)))


def _undo(services: Services) -> ResponseReturnValue:
    only = request.form.get("change", type=int)
    try:
        with services.database.begin() as session:
            theme_tree.undo(session, only=only, by=me(services))
    except (BadRequest, NotFound) as error:
        return _tree(services, 400, problem=sentence(error))
    services.queues.send(HOT, "index")
    return redirect(url_for("desk.themes"))


def _do(services: Services, act: Callable[[Session], object]) -> ResponseReturnValue:
    try:
        with services.database.begin() as session:
            act(session)
            last = theme_tree.last_change(session)
    except BadRequest as error:
        return _tree(services, 400, problem=sentence(error), typed=request.form)
    services.queues.send(HOT, "index")
    return redirect(url_for("desk.themes", said=last.id if last else None))
