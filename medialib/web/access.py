"""Who may call which address: nobody, unless its view says so with one of the marks below.

public          everyone, also in a library that is for signed-in people only
members         whoever the library is for; where the address names a lesson, whoever may watch that lesson
signed_in       people with an account
at_least(role)  people with this role or one with more rights
lesson_editors  those who may change the lesson that the address names
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue

from medialib.catalogue import people_lookups, rights, screen_lookups
from medialib.catalogue.people import Role
from medialib.catalogue.rights import Viewer, viewer_of
from medialib.errors import N_, NotAllowed, NotFound, SignInNeeded
from medialib.services import Services
from medialib.web import bearers, keys, signing
from medialib.web.screen import roll

_REFRESH_SECONDS = 1.0
"""So long a segment of a lesson that was just narrowed may still be sent; its playlists are refused at once."""
_MOST_REMEMBERED = 10_000
CLOSED = N_("This library is for people with an account. Please sign in.")
NARROWED = N_("This lesson is not for everyone. Sign in, or open the link that you were sent.")

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Mark:
    """What a view says of its askers; `role` is the least that is needed, "" for none."""

    name: str
    role: str = ""


PUBLIC = Mark("public")
MEMBERS = Mark("members")
LESSON_EDITORS = Mark("lesson editors", role="editor")


def public(view: View) -> View:
    return _marked(view, PUBLIC)


def members(view: View) -> View:
    return _marked(view, MEMBERS)


def signed_in(view: View) -> View:
    return _marked(view, Mark("signed in", role="viewer"))


def lesson_editors(view: View) -> View:
    return _marked(view, LESSON_EDITORS)


def at_least(role: Role) -> Callable[[View], View]:
    return lambda view: _marked(view, Mark(f"at least {role}", role=role))


def bodies_up_to(size_bytes: int, view: View) -> View:
    """Let more be sent to the view than a usual form is."""
    view.most_bytes = size_bytes  # type: ignore[attr-defined]
    return view


def _marked(view: View, mark: Mark) -> View:
    view.access_mark = mark  # type: ignore[attr-defined]
    return view


def mark_of(view: Callable[..., Any]) -> Mark | None:
    """What the view says of its askers, None when it forgot to: then it answers nobody."""
    found: Mark | None = getattr(view, "access_mark", None)
    return found


def role_of(view: Callable[..., Any]) -> str:
    """The least role that the view asks for, "" for none."""
    mark = mark_of(view)
    return mark.role if mark else ""


def install(app: Flask, services: Services) -> None:
    """Ask before every request; to be called before anything else that asks."""
    rights.hide_from_viewers(services.database.sessions)
    guard = _Guard(app, services)
    app.before_request(guard.check)
    app.after_request(_keep_private)
    app.teardown_request(_forget_viewer)


class _Guard:
    def __init__(self, app: Flask, services: Services):
        self._app = app
        self._services = services
        self._closed = services.settings.access.library == "signed-in"
        self._open: dict[str, tuple[bool, float]] = {}

    def check(self) -> ResponseReturnValue | None:
        """Answers None when the view may be called; raises SignInNeeded or NotAllowed."""
        rights.looking.set(Viewer())
        if request.endpoint is None:
            return None  # there is nothing at this address: its answer says so
        mark = mark_of(self._app.view_functions[request.endpoint])
        if mark is None:
            raise NotAllowed(N_("This page is not for everyone."), detail=f"{request.endpoint} bears no mark")
        if most := getattr(self._app.view_functions[request.endpoint], "most_bytes", 0):
            request.max_content_length = most
        bearers.check(self._services, self._app.view_functions[request.endpoint])
        lesson_id = (request.view_args or {}).get("lesson_id")
        if mark.role:
            self._check_role(mark, lesson_id)
        elif mark is MEMBERS and lesson_id is not None:
            return self._check_lesson(lesson_id)
        elif mark is MEMBERS:
            self._check_library()
        return None

    def _check_role(self, mark: Mark, lesson_id: str | None) -> None:
        viewer = self._look()
        if not viewer.role:
            raise SignInNeeded(N_("Please sign in first."))
        if not viewer.at_least(mark.role):
            raise NotAllowed(N_("Your account does not have the right to do this."))
        if mark is LESSON_EDITORS and lesson_id is not None:
            with self._services.database.read() as session:
                if not rights.may_edit(session, viewer, lesson_id) and self._is_there(lesson_id):
                    raise NotAllowed(N_("This lesson belongs to another unit."))

    def _check_library(self) -> None:
        if not self._look(only_out=True).role and self._closed and not self._is_screen():
            raise SignInNeeded(CLOSED)
        g.private = self._closed

    def _check_lesson(self, lesson_id: str) -> ResponseReturnValue | None:
        """One check for the page, playlists, segments, pictures, captions, files and JSON of a lesson."""
        if not self._closed and self._is_open(lesson_id):
            if not request.path.startswith("/media/"):
                self._look(only_out=True, at=lesson_id)  # a page lists other lessons too
            return None
        g.private = True
        key, opened = keys.presented(lesson_id), False
        with self._services.database.read() as session:
            opened = bool(key) and people_lookups.opens(session, key, lesson_id)
        if keys.is_in_path() and not opened:
            raise NotAllowed(N_("This link does not open this lesson, or no longer."))
        viewer = self._look(key_to=lesson_id if opened else "", only_out=True, at=lesson_id)
        if self._closed and not viewer.role and not opened and not self._is_screen():
            raise SignInNeeded(CLOSED)
        with self._services.database.read() as session:
            seen = rights.may_see(session, viewer, lesson_id)
        if not seen and self._is_there(lesson_id):
            if not self._is_there(lesson_id, out=True):
                raise NotFound(N_("This lesson is not published yet, or it was taken down."), detail=lesson_id)
            if viewer.role:
                raise NotAllowed(N_("This lesson is for others: people of its unit, or those who were sent a link."))
            raise SignInNeeded(NARROWED)
        return keys.move_into_cookie(lesson_id, key) if opened else None

    def _is_screen(self) -> bool:
        """A paired television sees what everyone may see, also in a library that is for signed-in people."""
        token = roll.presented()
        if not token or request.method != "GET":
            return False
        with self._services.database.read() as session:
            return screen_lookups.opens(session, token)

    def _look(self, *, key_to: str = "", only_out: bool = False, at: str = "") -> Viewer:
        viewer = viewer_of(signing.current(self._services), key_to=key_to, only_out=only_out, at=at)
        rights.looking.set(viewer)
        return viewer

    def _is_there(self, lesson_id: str, *, out: bool = False) -> bool:
        """Whether the lesson exists at all: what does not is answered with 404 by its view."""
        return rights.exists(self._services.database, lesson_id, out=out)

    def _is_open(self, lesson_id: str) -> bool:
        """Whether everyone may watch it, asked of the catalogue once a second for each lesson that is watched."""
        now = time.monotonic()
        is_open, read_at = self._open.get(lesson_id, (False, -_REFRESH_SECONDS))
        if now - read_at >= _REFRESH_SECONDS:
            if len(self._open) >= _MOST_REMEMBERED:
                self._open.clear()
            is_open = not rights.is_restricted(self._services.database, lesson_id)
            self._open[lesson_id] = is_open, now
        return is_open


def _keep_private(response: Response) -> Response:
    """What is not for everyone, or was put together for somebody who sees more, is kept by no proxy."""
    viewer = rights.looking.get()
    narrow = response.headers.get("Cache-Control", "").startswith(("private", "no-store"))
    more = viewer is not None and viewer.sees_more and not narrow
    if (more or g.get("private")) and response.status_code < 400:
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def _forget_viewer(_error: BaseException | None) -> None:
    rights.looking.set(None)
