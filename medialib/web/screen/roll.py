"""The roll of screens: who each is, read anew every two seconds; what they say is written together, every few.

Hundreds of beats a minute would otherwise be as many transactions, each waiting for the disk.
"""

import threading
import time

import structlog
from flask import request
from sqlalchemy.exc import SQLAlchemyError

from medialib.catalogue import screen_edits, screen_lookups, tokens
from medialib.catalogue.screen_edits import Beat
from medialib.catalogue.screen_lookups import Known
from medialib.catalogue.screens import ScreenMessage
from medialib.services import Services

log = structlog.get_logger()

_FRESH_SECONDS = 2.0
_WRITE_SECONDS = 5.0
_MOST_WAITING = 50_000


class Roll:
    """The screens of one library as this process knows them."""

    def __init__(self, services: Services):
        self._services = services
        self._known: dict[str, Known] = {}
        self._messages: list[ScreenMessage] = []
        self._read_at = self._written_at = -_WRITE_SECONDS
        self._beats: list[Beat] = []
        self._writing = threading.Lock()

    def find(self, token: str) -> Known | None:
        """The screen of this token; one that was taken out of service is gone within seconds."""
        if not token:
            return None
        now = time.monotonic()
        if now - self._read_at >= _FRESH_SECONDS:
            self._read_at = now
            with self._services.database.read() as session:
                self._known = screen_lookups.known(session)
                self._messages = list(screen_lookups.messages(session))
        digest = tokens.digest(token)
        found = self._known.get(digest)
        if found is None:  # it may have been paired this very moment
            with self._services.database.read() as session:
                found = screen_lookups.known(session).get(digest) if screen_lookups.opens(session, token) else None
        return found

    def messages_for(self, one: Known) -> list[ScreenMessage]:
        now = time.time()
        return [
            message for message in self._messages
            if message.ends_at > now and screen_lookups.is_for(message, one)
        ]  # fmt: skip

    def note(self, beat: Beat) -> None:
        """Whoever said it may forget it: what cannot be written now is written with what comes later."""
        self._beats.append(beat)
        if time.monotonic() - self._written_at >= _WRITE_SECONDS and self._writing.acquire(blocking=False):
            try:
                self._written_at = time.monotonic()
                self._write()
            finally:
                self._writing.release()

    def _write(self) -> None:
        beats, self._beats = self._beats, []
        try:
            with self._services.database.begin() as session:
                screen_edits.note_beats(session, beats)
        except SQLAlchemyError:
            log.exception("what screens said could not be written, it waits", count=len(beats))
            self._beats = [*beats, *self._beats][-_MOST_WAITING:]


def presented() -> str:
    """The token that this request bears: in a header, in its path, or in a cookie."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Screen":
        return token
    in_path: str = request.environ.get("medialib.screen", "")
    # The name of before, which a set has that was on while the library was renewed, until its next beat.
    return in_path or request.cookies.get(cookie()) or request.cookies.get("screen", "")


def cookie() -> str:
    """Over TLS a name that browsers take only from this very host."""
    return "__Host-screen" if request.is_secure else "screen"
