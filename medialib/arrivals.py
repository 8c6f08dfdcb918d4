"""Uploads from their first byte to the lesson that is made of them, and what goes when nobody comes back for it."""

import traceback
from dataclasses import dataclass, replace
from functools import partial

import structlog
from sqlalchemy.orm import Session

from medialib.catalogue import rights, theme_lookups, upload_edits, upload_lookups, upload_typing
from medialib.catalogue.edits import Arrival, Details
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import Person
from medialib.catalogue.people_edits import note
from medialib.catalogue.units import Unit
from medialib.catalogue.uploads import Upload
from medialib.errors import N_, BadRequest, MedialibError, NotAllowed, TooLarge, ToolFailed, UnusableMedia
from medialib.ingest.intake import Receipt, take_in
from medialib.ingest.replacing import replace_recording
from medialib.ingest.tags import describe
from medialib.jobs.queue import HOT
from medialib.services import Services

log = structlog.get_logger()

_GIGABYTE = 10**9
# More than anybody looks after; each takes a row and a line of the page.
_MOST_AT_ONCE = 200
# A file is there a moment before its row could be read.
_ORPHAN_SECONDS = 7 * 86_400


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants to send. `instead` is an upload whose place it takes, with what was typed there; `replaces`
    a lesson whose recording it is to be.
    """

    name: str
    size_bytes: int
    unit_slug: str | None = None
    fingerprint: str = ""
    instead: str = ""
    replaces: str = ""
    metadata_line: str = ""


def begin(services: Services, person: Person, wish: Wish) -> Upload:
    """A new upload, after all that could be in its way was asked.

    Raises TooLarge, NoSpace, BadRequest, NotAllowed and NotFound: before the first byte.
    """
    with services.database.begin() as session:
        return _begin(services, session, person, wish)


def go_on_or_begin(services: Services, person: Person, wish: Wish) -> tuple[Upload, bool]:
    """The same, but with one that is under way already when it is of the same file; and whether it is a new one.

    So two pages that choose a file at the same moment make one upload of it.
    """
    same = {"fingerprint": wish.fingerprint[:100], "size_bytes": wish.size_bytes, "replaces": wish.replaces or None}
    with services.database.begin() as session:
        known = None
        if wish.fingerprint and not wish.instead:
            known = upload_lookups.under_way(session, person, **same)
        return known or _begin(services, session, person, wish), known is None


def _begin(services: Services, session: Session, person: Person, wish: Wish) -> Upload:
    limits, days = services.settings.limits, services.settings.uploads.unfinished_days
    if wish.size_bytes > limits.file_gigabytes * _GIGABYTE:
        raise TooLarge(
            N_("This file is larger than %(gigabytes)s GB. Please export it smaller, or cut it into parts."),
            values={"gigabytes": f"{limits.file_gigabytes:g}"},
        )
    _require_few(session, person)
    kept = _taken_over(session, wish.instead, person)
    replaces = kept.replaces if kept else wish.replaces or None
    if replaces and not rights.may_edit(session, rights.viewer_of(person), replaces):
        raise NotAllowed(N_("This lesson belongs to another unit."))
    unit_slug = _unit_of(session, person, wish, kept, replaces)
    _require_room(services, session, unit_slug, wish.size_bytes, missing_bytes=wish.size_bytes)
    return upload_edits.begin(
        session, name=wish.name, size_bytes=wish.size_bytes, unit_slug=unit_slug, days=days, by=person,
        fingerprint=wish.fingerprint[:100], metadata_line=wish.metadata_line, replaces=replaces,
        typed=dict(kept.typed) if kept else {}, submits=bool(kept and kept.submits),
    )  # fmt: skip


def restore(services: Services, session: Session, upload: Upload, person: Person) -> None:
    """Take the cancelling of an upload back, as far as there is still room for it; raises TooLarge, NoSpace."""
    if not upload.cancelled:
        return
    _require_few(session, person)
    _require_room(
        services, session, upload.unit_slug, upload.size_bytes, missing_bytes=upload.size_bytes - upload.received_bytes
    )
    upload_edits.restore(upload, days=services.settings.uploads.unfinished_days)


def _require_room(
    services: Services, session: Session, unit_slug: str | None, size_bytes: int, *, missing_bytes: int
) -> None:
    """For a file of which so many bytes are still to come; raises TooLarge, NoSpace."""
    uploads = services.settings.uploads
    upload_edits.require_quota(
        session, unit_slug, size_bytes, gigabytes=uploads.unit_gigabytes, files=uploads.unit_files
    )
    wanted = missing_bytes + upload_lookups.missing_bytes(session)
    services.store.require_space(wanted, services.settings.limits.reserve_bytes)


def _require_few(session: Session, person: Person) -> None:
    if upload_lookups.count_under_way(session, person) >= _MOST_AT_ONCE:
        raise TooLarge(
            N_("You have %(number)s files under way. Please finish or cancel some of them first."),
            values={"number": _MOST_AT_ONCE},
        )


def _taken_over(session: Session, upload_id: str, person: Person) -> Upload | None:
    """The upload whose place another file takes."""
    if not upload_id:
        return None
    before = upload_lookups.upload(session, upload_id, of=person)
    if before.state == "made":
        raise BadRequest(N_("This file is a lesson already. Please change that one."))
    upload_edits.cancel(session, before, by=person)
    session.flush()
    return before


def _unit_of(session: Session, person: Person, wish: Wish, kept: Upload | None, replaces: str | None) -> str | None:
    if replaces:
        lesson = session.get(Lesson, replaces)
        return lesson.unit_slug if lesson else None
    unit_slug = kept.unit_slug if kept else wish.unit_slug or person.unit_slug
    upload_lookups.require_own_unit(session, person, unit_slug)
    return unit_slug


def finish(services: Services, upload_id: str) -> str | None:
    """Make a lesson of an upload that is whole: its id, or None when none was made.

    Only what can be no recording is deleted: details that cannot be stored say nothing against the file.
    """
    with services.leases.hold(f"upload:{upload_id}") as lease:
        if lease is None:
            return None
        with services.database.read() as session:
            upload = session.get(Upload, upload_id)
            if upload is None or upload.state != "whole" or upload.cancelled:
                return None
            themes = theme_lookups.heirs(session, upload.typed.get("themes", ()))
            person = session.get(Person, upload.person_id)
            unit = session.get(Unit, upload.unit_slug) if upload.unit_slug else None
        if _is_cut_off(services, upload):
            return None
        try:
            receipt = _take_in(services, upload, unit, person, themes)
        except UnusableMedia as error:
            _give_up(services, upload, error, for_ever=True)
        except MedialibError as error:
            _give_up(services, upload, error, for_ever=False)
        except Exception:  # noqa: BLE001  whatever happens, this upload waits for a person, and others go on
            unforeseen = ToolFailed(
                N_("Something unforeseen stopped this work. Please try again."), detail=traceback.format_exc()
            )
            _give_up(services, upload, unforeseen, for_ever=False)
        else:
            return _settle(services, upload, receipt)
    return None


def _is_cut_off(services: Services, upload: Upload) -> bool:
    """Whether fewer bytes are on disk than were acknowledged: they are asked for again, from where it ends."""
    path = services.store.upload(upload.id)
    there_bytes = path.stat().st_size if path.exists() else 0
    if there_bytes >= upload.size_bytes:
        return False
    log.warning("an upload that was whole is cut off", upload=upload.id, bytes=there_bytes, of=upload.size_bytes)
    with services.database.begin() as session:
        upload_edits.step_back(session, upload.id, there_bytes)
    return True


def _take_in(
    services: Services, upload: Upload, unit: Unit | None, person: Person | None, themes: tuple[str, ...]
) -> Receipt:
    path = services.store.upload(upload.id)
    also = partial(_become, upload, person)
    if upload.replaces:
        return replace_recording(services.workshop, path, upload.replaces, name=upload.name, by=person, also=also)
    details = _details(describe(services.workshop, path, upload.name), upload, unit, themes)
    arrival = Arrival(stage="draft", by=person, also=also)
    return take_in(services.workshop, path, details, name=upload.name, arrival=arrival, in_store=True)


def _details(found: Details, upload: Upload, unit: Unit | None, themes: tuple[str, ...]) -> Details:
    """What was typed comes before what the recording says of itself."""
    typed = {**upload.typed, "themes": themes if "themes" in upload.typed else found.themes}
    return replace(found, unit="/".join(unit.slugs) if unit else "", **typed)


def _give_up(services: Services, upload: Upload, error: MedialibError, *, for_ever: bool) -> None:
    log.info("an upload became no lesson", upload=upload.id, error=str(error), detail=error.detail)
    with services.database.begin() as session:
        upload_edits.fail(session, upload.id, error, for_ever=for_ever)
    if for_ever:
        services.store.upload(upload.id).unlink(missing_ok=True)


def _become(before: Upload, person: Person | None, session: Session, lesson: Lesson) -> None:
    """In the transaction that stores the lesson: whoever is killed between the two would find it there as another's.

    With what was typed and pressed while it was being made.
    """
    now = session.get_one(Upload, before.id, populate_existing=True, with_for_update={"of": Upload})
    upload_edits.become(session, before.id, "made", lesson.id)
    if before.replaces:
        return
    note(session, person, "lesson.uploaded", on_id=lesson.id, on_name=lesson.title)
    upload_edits.pass_on(session, lesson.id, upload_typing.all_typed(before), upload_typing.all_typed(now), by=person)
    if now.submits:
        upload_typing.submit(session, now, wanted=True, by=person)


def _settle(services: Services, upload: Upload, receipt: Receipt) -> str | None:
    """The lesson is stored, or was there before; nobody needs the bytes here any more."""
    lesson = receipt.lesson
    if receipt.duplicate:
        with services.database.begin() as session:
            upload_edits.become(session, upload.id, "duplicate", lesson.id)
    services.store.upload(upload.id).unlink(missing_ok=True)
    return None if receipt.duplicate else lesson.id


def tell_worker(services: Services, upload_id: str) -> None:
    """That an upload is whole."""
    services.queues.send(HOT, "upload", upload_id)


def sweep(services: Services) -> None:
    """Let go of uploads whose time is over, and of files that no upload has known for days."""
    with services.database.begin() as session:
        for upload in upload_lookups.over(session):
            services.store.upload(upload.id).unlink(missing_ok=True)
            session.delete(upload)
    old = services.store.upload_files(older_than_seconds=_ORPHAN_SECONDS)
    with services.database.read() as session:
        known = upload_lookups.ids(session) if old else set()
    for upload_id in set(old) - known:
        log.warning("a file that belongs to no upload is removed", upload=upload_id)
        services.store.upload(upload_id).unlink(missing_ok=True)
