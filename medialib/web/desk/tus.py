"""The tus protocol (1.0.0, tus.io): files are sent in parts, and go on from the last byte that is on disk."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import ClientDisconnected, MethodNotAllowed, PreconditionFailed, UnsupportedMediaType

from medialib import arrivals
from medialib.arrivals import Wish
from medialib.catalogue import upload_lookups
from medialib.catalogue.uploads import Upload
from medialib.errors import N_, MedialibError, NoSpace, OutOfStep, TooLarge
from medialib.ingest.receiving import Desk, receive, writing
from medialib.services import Services
from medialib.web import access
from medialib.web.bearers import needs
from medialib.web.desk.shell import me
from medialib.web.errors import answer
from medialib.web.i18n import gettext
from medialib.web.syncing import sync_elsewhere
from medialib.web.tus_headers import (
    ALGORITHMS,
    BODY_TYPE,
    EXTENSIONS,
    MISMATCH,
    VERSION,
    Checksum,
    http_date,
    read_checksum,
    read_count,
    read_metadata,
    require_one_whole,
)

_BLOCK_BYTES = 64 * 1024
_PATIENCE_SECONDS = 20
"""A phone that was silent for so long has gone; it would keep its next attempt out."""

_MORE = N_("More was sent than this file was said to be long. Please choose the file again.")
_DAMAGED = N_("A part of this file was damaged on the way. Please send it once more.")
_ENDPOINTS = {"desk.uploads", "desk.upload_bytes", "api_desk.tus", "api_desk.tus_upload"}


class _Mismatch(MedialibError):
    """The bytes are not those that were sent."""


def add_to(blueprint: Blueprint, services: Services) -> None:
    """For the desk's page."""
    _add(blueprint, _Tus(services, one="desk.upload_bytes"), "/uploads", ("uploads", "upload_bytes"))


def add_to_api(blueprint: Blueprint, services: Services) -> None:
    """The same for programs with a token, which may change lessons."""
    _add(blueprint, _Tus(services, one="api_desk.tus_upload"), "/tus", ("tus", "tus_upload"))


def _add(blueprint: Blueprint, tus: "_Tus", path: str, endpoints: tuple[str, str]) -> None:
    def add(path: str, endpoint: str, view: access.View, *methods: str) -> None:
        marked = needs("edit")(access.at_least("editor")(view))
        blueprint.add_url_rule(path, endpoint, marked, methods=["OPTIONS", *methods], provide_automatic_options=False)

    add(path, endpoints[0], lambda: tus.all(), "POST")
    add(f"{path}/<upload_id>", endpoints[1], lambda upload_id: tus.one(upload_id), "HEAD", "PATCH", "DELETE", "POST")
    blueprint.after_request(_add_version)


def let_bodies_in(services: Services) -> None:
    """Raise the limit of bodies for uploads, and for nothing else; to be called before every request."""
    if request.endpoint in _ENDPOINTS and request.headers.get("Content-Type") == BODY_TYPE:
        request.max_content_length = int(services.settings.limits.file_gigabytes * 10**9)
    elif request.endpoint == "desk.upload" and request.method == "POST":
        request.max_content_length = services.settings.uploads.form_megabytes * 10**6


def _add_version(response: Response) -> Response:
    if request.endpoint in _ENDPOINTS:
        response.headers["Tus-Resumable"] = VERSION
        response.headers["Cache-Control"] = "no-store"
        if response.status_code == 412:
            response.headers["Tus-Version"] = VERSION
    return response


class _Tus:
    """`one` is the endpoint of a single upload."""

    def __init__(self, services: Services, *, one: str):
        self._services = services
        self._one = one
        self._days = services.settings.uploads.unfinished_days
        self._desk = Desk(store=services.store, database=services.database, days=self._days, sync=sync_elsewhere)

    def all(self) -> ResponseReturnValue:
        return self._options() if request.method == "OPTIONS" else self._create()

    def one(self, upload_id: str) -> ResponseReturnValue:
        method = request.headers.get("X-HTTP-Method-Override", request.method).upper()
        if method == "OPTIONS":
            return self._options()
        _require_version()
        if method == "HEAD":
            return self._tell(upload_id)
        if method == "PATCH":
            return self._go_on(upload_id)
        if method == "DELETE":
            return self._end(upload_id)
        raise MethodNotAllowed(["OPTIONS", "HEAD", "PATCH", "DELETE"])

    def _options(self) -> Response:
        response = Response(status=204)
        response.headers["Tus-Version"] = VERSION
        response.headers["Tus-Extension"] = EXTENSIONS
        response.headers["Tus-Max-Size"] = str(int(self._services.settings.limits.file_gigabytes * 10**9))
        response.headers["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
        return response

    def _create(self) -> Response:
        _require_version()
        require_one_whole([name for name, _ in request.headers])
        size_bytes = read_count("Upload-Length", request.headers.get("Upload-Length"))
        line = request.headers.get("Upload-Metadata", "")
        told = read_metadata(line)
        has_body = request.headers.get("Content-Type") == BODY_TYPE
        checksum = read_checksum(request.headers.get("Upload-Checksum")) if has_body else None
        wish = Wish(
            name=told.get("filename", ""), size_bytes=size_bytes, unit_slug=told.get("unit") or None,
            fingerprint=told.get("fingerprint", ""), instead=told.get("instead", ""),
            replaces=told.get("replaces", ""), metadata_line=line,
        )  # fmt: skip
        if "again" in told and not has_body:
            upload, is_new = arrivals.go_on_or_begin(self._services, me(self._services), wish)
        else:
            upload, is_new = arrivals.begin(self._services, me(self._services), wish), True
        response = Response(status=201 if is_new else 200)
        response.headers["Location"] = url_for(self._one, upload_id=upload.id)
        if has_body and size_bytes:
            try:
                self._receive(upload, 0, checksum)
            except NoSpace:
                pass  # what fitted is kept, as Upload-Offset tells; the next request hears of the rest
            except _Mismatch:
                self._forget(upload)
                return _mismatch()
            except TooLarge:
                self._forget(upload)
                raise
        if not size_bytes:
            self._services.store.upload(upload.id).touch()  # nothing will come, and the worker says what that is
            arrivals.tell_worker(self._services, upload.id)
        return self._told(response, upload.id)

    def _tell(self, upload_id: str) -> Response:
        with self._services.database.read() as session:
            upload = self._mine(session, upload_id)
        response = self._told(Response(status=200), upload_id)
        response.headers["Upload-Length"] = str(upload.size_bytes)
        if upload.metadata_line:
            response.headers["Upload-Metadata"] = upload.metadata_line
        return response

    def _go_on(self, upload_id: str) -> Response:
        if request.headers.get("Content-Type") != BODY_TYPE:
            raise UnsupportedMediaType
        offset = read_count("Upload-Offset", request.headers.get("Upload-Offset"))
        checksum = read_checksum(request.headers.get("Upload-Checksum"))
        with self._services.database.read() as session:
            upload = self._mine(session, upload_id)
        if upload.received_bytes != offset:
            raise OutOfStep(N_("This upload stands elsewhere: go on from where the server says."))
        if (request.content_length or 0) > upload.size_bytes - offset:
            raise TooLarge(_MORE)
        if not upload.is_whole:
            try:
                self._receive(upload, offset, checksum)
            except _Mismatch:
                return _mismatch()
        return self._told(Response(status=204), upload_id)

    def _end(self, upload_id: str) -> Response:
        with self._services.database.read() as session:
            upload = self._mine(session, upload_id)
        self._forget(upload)
        return Response(status=204)

    def _forget(self, upload: Upload) -> None:
        """For good: the page cancels in another way, which can be taken back."""
        with self._services.database.begin() as session:
            session.delete(session.merge(upload))
        self._services.store.upload(upload.id).unlink(missing_ok=True)

    def _mine(self, session: Session, upload_id: str) -> Upload:
        return upload_lookups.upload(session, upload_id, of=me(self._services))

    def _told(self, response: Response, upload_id: str) -> Response:
        """With how far the upload is, as the catalogue says."""
        with self._services.database.read() as session:
            upload = self._mine(session, upload_id)
        response.headers["Upload-Offset"] = str(upload.received_bytes)
        if upload.state == "sending":
            response.headers["Upload-Expires"] = http_date(upload.expires_at)
        return response

    def _receive(self, upload: Upload, offset: int, checksum: Checksum | None) -> None:
        """Raises what `writing` and `receive` do, and _Mismatch."""

        def verify() -> None:
            if checksum and not checksum.holds():
                raise _Mismatch("")

        left = upload.size_bytes - offset
        expected = min(left, request.content_length or left)
        self._services.store.require_space(min(expected, upload.size_bytes - offset), 0)
        with writing(self._desk, upload.id, offset) as writer, _patience():
            receive(writer, _body(left, checksum), verify=verify if checksum else None)
        if writer.whole:
            arrivals.tell_worker(self._services, upload.id)


def _mismatch() -> Response:
    response = answer(460, gettext(_DAMAGED))
    response.status = MISMATCH
    return response


def _require_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise PreconditionFailed


def _body(most: int, checksum: Checksum | None) -> Iterator[bytes]:
    """What is sent, until it ends or breaks off; raises TooLarge behind `most` bytes, as of a body whose length was not
    told.
    """
    while True:
        try:
            block = request.stream.read(min(_BLOCK_BYTES, most + 1))
        except (ClientDisconnected, OSError):
            return
        if not block:
            return
        if len(block) > most:
            raise TooLarge(_MORE)
        if checksum:
            checksum.hash.update(block)
        most -= len(block)
        yield block


@contextmanager
def _patience() -> Iterator[None]:
    """Reading from a phone that says nothing for a while ends, where the server lends us its socket."""
    socket = request.environ.get("gunicorn.socket")
    if socket is None:
        yield
        return
    before = socket.gettimeout()
    socket.settimeout(_PATIENCE_SECONDS)
    try:
        yield
    finally:
        socket.settimeout(before)
