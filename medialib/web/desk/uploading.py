"""The page on which recordings are sent, and what its script asks beside the bytes themselves (those: tus.py)."""

from collections.abc import Iterator
from typing import IO, Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib import arrivals, theming
from medialib.arrivals import Wish
from medialib.catalogue import lookups, rights, upload_edits, upload_lookups
from medialib.catalogue.people import Person
from medialib.catalogue.upload_details import LONGEST
from medialib.errors import N_, BadRequest, MedialibError
from medialib.ingest.endings import ENDINGS
from medialib.ingest.receiving import Desk, receive, writing
from medialib.services import Services
from medialib.web import access
from medialib.web.desk import upload_acts, upload_words
from medialib.web.desk.shell import me, own_units, page, typed
from medialib.web.desk.upload_rows import row_of, rows_of
from medialib.web.i18n import sentence
from medialib.web.phone.formats import theme_name
from medialib.web.syncing import sync_elsewhere

_BLOCK_BYTES = 1 << 20
_LEAST_CONFIDENCE = 0.2
_MOST_PROPOSALS = 4
# By their names too: office computers take some recordings for neither picture nor sound.
_KINDS = ",".join(("video/*", "audio/*", *sorted(ENDINGS)))


def add_to(blueprint: Blueprint, services: Services) -> None:
    uploading = _Uploading(services)
    editors = access.at_least("editor")

    def add(path: str, endpoint: str, view: access.View, *methods: str) -> None:
        blueprint.add_url_rule(path, endpoint, editors(view), methods=methods)

    add("/upload", "upload", lambda: uploading.page(), "GET", "POST")
    add("/uploads", "upload_list", lambda: uploading.rows(), "GET")
    add("/uploads/themes", "upload_themes", lambda: uploading.themes(), "POST")
    add("/uploads/<upload_id>/details", "upload_details", lambda upload_id: uploading.details(upload_id), "POST")
    for name in upload_acts.ACTS:
        add(
            f"/uploads/<upload_id>/{name}", f"upload_{name}",
            lambda upload_id, name=name: uploading.act(upload_id, name), "POST",
        )  # fmt: skip


class _Uploading:
    def __init__(self, services: Services):
        self._services = services
        self._days = services.settings.uploads.unfinished_days

    def page(self) -> ResponseReturnValue:
        problem = ""
        if request.method == "POST":
            try:
                self._take_form()
                return redirect(url_for("desk.upload", sent=1))
            except MedialibError as error:
                problem = sentence(error)
        person = me(self._services)
        with self._services.database.read() as session:
            rows = rows_of(self._services, session, person)
            units = own_units(session, person)
            themes = [{"slug": one.slug, "name": theme_name(one)} for one in lookups.themes(session)]
            replaced = self._replaced(session, person)
        return page(
            self._services, "upload.html", 400 if problem else 200, section="lessons", rows=rows, units=units,
            themes=themes, own_unit=person.unit_slug, longest=LONGEST, problem=problem, sent="sent" in request.args,
            uploads=self._services.settings.uploads, replaced=replaced,
            words=upload_words.sentences(), kinds=_KINDS,
        )  # fmt: skip

    def _replaced(self, session: Session, person: Person) -> Any:
        """The lesson that another recording is chosen for."""
        lesson_id = request.args.get("replaces", "")
        if lesson_id and rights.may_edit(session, rights.viewer_of(person), lesson_id):
            return lookups.lesson(session, lesson_id)
        return None

    def _take_form(self) -> None:
        """A whole file in one form, for browsers without JavaScript."""
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise BadRequest(N_("Please choose a file first."))
        size_bytes = sent.stream.seek(0, 2)
        sent.stream.seek(0)
        person = me(self._services)
        details = upload_acts.checked(self._services, request.form.to_dict())
        name = "".join(one for one in sent.filename if one.isprintable())
        unit_slug, replaces = typed("unit", most=64) or None, typed("replaces", most=16)
        wish = Wish(name=name, size_bytes=size_bytes, unit_slug=unit_slug, replaces=replaces)
        upload = arrivals.begin(self._services, person, wish)
        with self._services.database.begin() as session:
            upload_edits.type_details(session, session.merge(upload), details, upload.unit_slug)
        store, database = self._services.store, self._services.database
        desk = Desk(store=store, database=database, days=self._days, sync=sync_elsewhere)
        if size_bytes:
            with writing(desk, upload.id, 0) as writer:
                receive(writer, _blocks(sent.stream))
        arrivals.tell_worker(self._services, upload.id)

    def rows(self) -> ResponseReturnValue:
        with self._services.database.read() as session:
            found = rows_of(self._services, session, me(self._services))
        return _fresh(jsonify({"uploads": found}))

    def themes(self) -> ResponseReturnValue:
        """Which themes fit what was typed so far."""
        given = _given()
        text = {name: str(given.get(name) or "")[: LONGEST[name]] for name in ("title", "description")}
        with self._services.database.read() as session:
            found = theming.propose_for(self._services, session, **text) if any(text.values()) else []
            likely = [one for one in found if one.confidence >= _LEAST_CONFIDENCE][:_MOST_PROPOSALS]
            proposed = [{"slug": one.theme.slug, "name": theme_name(one.theme)} for one in likely]
        return _fresh(jsonify({"themes": proposed}))

    def details(self, upload_id: str) -> ResponseReturnValue:
        """Keep what was typed, from the first letter on."""
        given = _given()
        unit_slug, cover = str(given.get("unit") or "") or None, given.get("cover")
        upload_acts.type_details(
            self._services, upload_id, given, unit_slug=unit_slug, cover=cover if isinstance(cover, int) else None
        )
        return self._told(upload_id)

    def act(self, upload_id: str, name: str) -> ResponseReturnValue:
        upload_acts.act(self._services, upload_id, name)
        return self._told(upload_id, is_cancelled=name == "cancel")

    def _told(self, upload_id: str, *, is_cancelled: bool = False) -> Response:
        find = upload_lookups.cancelled if is_cancelled else upload_lookups.upload
        with self._services.database.read() as session:
            upload = find(session, upload_id, of=me(self._services))
            return _fresh(jsonify(row_of(self._services, session, upload)))


def _given() -> dict[str, Any]:
    """The JSON that the script sent; raises BadRequest."""
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise BadRequest(N_("This was sent in a form that the server does not take."))
    return given


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(_BLOCK_BYTES):
        yield block


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
