"""Pictures of a lesson's own: taken from its film, or sent by people, or drawn anew. They outlast its plans."""

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import IO

from PIL import Image

from medialib.catalogue.lessons import Lesson
from medialib.catalogue.posters import Candidate, Origin, Posters
from medialib.errors import N_, BadRequest, NotReady, UnusableMedia
from medialib.files import entries, open_regular
from medialib.ingest import picture_commands, pictures
from medialib.ingest.errand import Errand
from medialib.ingest.recording import load
from medialib.ingest.workshop import Workshop
from medialib.store import Store

LARGEST_BYTES = 20_000_000
_MOST_MEGAPIXELS = 50
# Of more, those that were chosen longest ago go.
_MOST_KEPT = 30
# Drawings with earlier words stay for pages that are open.
_MOST_DRAWN = 3
_AWAY, _MOST_AWAY = "away-", 3
_FORMATS = ("JPEG", "PNG", "WEBP")
# Where the film has no picture just there, such as at its end.
_BACK_SECONDS = (0.0, 0.5, 3.0)


def new_number() -> int:
    """A number that no other picture of the lesson has borne: its address is kept for ever."""
    return secrets.randbelow(10**7 - 1) + 1


def read_candidates(store: Store, lesson_id: str, version: int) -> Posters | None:
    """What a plan's making has found, None until it has."""
    try:
        return Posters.from_json(json.loads(store.poster_list(lesson_id, version).read_bytes()))
    except FileNotFoundError:
        return None


def posters_of(store: Store, lesson: Lesson) -> Posters | None:
    """With the picture of its own by which the lesson is shown, if it is."""
    found = read_candidates(store, lesson.id, lesson.plan_version)
    if found is None or lesson.poster_choice >= 0:
        return found
    own = _read(store, lesson.id, -lesson.poster_choice)
    return Posters(candidates=found.candidates, own={lesson.poster_choice: own} if own else {})


def place_of(store: Store, lesson: Lesson, number: int, width: int) -> Path:
    """The JPEG of one of its pictures."""
    if number < 0:
        return store.own_picture(lesson.id, -number, width, "jpg")
    return store.poster(lesson.id, lesson.plan_version, number, width, "jpg")


def everything(store: Store, lesson_id: str) -> dict[int, Candidate]:
    """All that people wanted by their numbers, which are below 0; the latest first."""
    found = ((-number, _read(store, lesson_id, number)) for number in reversed(_numbers(store, lesson_id)))
    return {number: one for number, one in found if one and one.origin != "drawn"}


def send(workshop: Workshop, lesson: Lesson, file: IO[bytes]) -> int:
    """Keep a picture that somebody sent; returns its number. Raises BadRequest for what is none, and NoSpace."""
    megapixels = min(workshop.settings.limits.megapixels, _MOST_MEGAPIXELS)
    workshop.store.require_space(LARGEST_BYTES, workshop.settings.limits.reserve_bytes)
    try:
        picture = pictures.open_picture(file, megapixels=megapixels, formats=_FORMATS)
    except UnusableMedia as error:
        raise BadRequest(
            N_("This picture cannot be used. Please choose a JPEG, PNG or WebP of at most %(megapixels)s megapixels."),
            values={"megapixels": round(megapixels)},
            detail=error.detail,
        ) from error
    if pictures.is_a_mark(picture):
        raise BadRequest(N_("This picture is too small. Please choose a larger one."))
    shown = picture if lesson.kind == "video" else pictures.squared(picture)
    number = new_number()
    with workshop.leases.hold(f"picture:{lesson.id}:{number}") as lease:
        if lease is None:
            raise NotReady(N_("Please try again in a moment."), retry_seconds=5)
        try:
            _keep(workshop, workshop.store.workspace(lease.token), lesson.id, number, "sent", shown, None)
        finally:
            workshop.store.discard(lease.token)
    return number


def keep_drawn(
    workshop: Workshop, workspace: Path, lesson_id: str, picture: Image.Image, words: tuple[str, ...]
) -> int:
    """Keep a drawing with these words on it; returns its number."""
    number = new_number()
    _keep(workshop, workspace, lesson_id, number, "drawn", picture, None, words)
    for older in _drawn(workshop.store, lesson_id)[:-_MOST_DRAWN]:
        shutil.rmtree(workshop.store.own_pictures(lesson_id) / str(older), ignore_errors=True)
    return number


def _drawn(store: Store, lesson_id: str) -> list[int]:
    found = ((number, _read(store, lesson_id, number)) for number in _numbers(store, lesson_id))
    return [number for number, one in found if one and one.origin == "drawn"]


def take(workshop: Workshop, lesson_id: str, version: int, number: int, at_milliseconds: int) -> None:
    """Take the picture that a lesson's film shows at that time by the plan of that version. Raises ToolFailed."""
    with workshop.leases.hold(f"picture:{lesson_id}:{number}") as lease:
        if lease is None or workshop.store.own_picture_facts(lesson_id, number).exists():
            return
        recording = load(workshop, lesson_id, version)
        errand = Errand(workshop=workshop, recording=recording, lease=lease)
        at = at_milliseconds / 1000
        try:
            _keep(workshop, errand.workspace, lesson_id, number, "taken", _frame(errand, at), at)
        finally:
            errand.discard()


def adopt(workshop: Workshop, lesson: Lesson, folder: Path) -> int | None:
    """Make the candidate by which a lesson is shown one of its own, since another plan has other candidates.

    `folder` is in a workspace. Returns its number, None when there is nothing to keep.
    """
    store, choice = workshop.store, lesson.poster_choice
    found = read_candidates(store, lesson.id, lesson.plan_version)
    if found is None or choice <= 0 or found.chosen(choice) != choice:
        return None
    number = new_number()
    shutil.copytree(store.posters(lesson.id, lesson.plan_version) / str(choice), folder)
    _publish(store, folder, lesson.id, number, found.picture(choice))
    return number


def _frame(errand: Errand, at_seconds: float) -> Image.Image:
    plan, source = errand.recording.plan, errand.recording.source
    for back in _BACK_SECONDS:
        at = max(0.0, min(at_seconds, plan.source.video_end_seconds) - back)
        command = picture_commands.moment_command(errand.workshop.tools.ffmpeg, source, plan, at)
        folder = errand.run(command, reads=source, folder=f"at-{back}")
        for path in folder.glob("still-*.jpg"):
            with open_regular(path) as file:
                return pictures.open_picture(file, megapixels=errand.workshop.settings.limits.megapixels)
    raise UnusableMedia(N_("There is no picture at that time. Please choose another moment."))


def _keep(
    workshop: Workshop, workspace: Path, lesson_id: str, number: int, origin: Origin, picture: Image.Image,
    at_seconds: float | None, words: tuple[str, ...] = (),
) -> None:  # fmt: skip
    folder = workspace / "picture"
    widths = pictures.keep(picture, folder)
    width, height = picture.size
    one = Candidate(origin=origin, width=width, height=height, widths=widths, at_seconds=at_seconds, words=words)
    _publish(workshop.store, folder, lesson_id, number, one)


def _publish(store: Store, folder: Path, lesson_id: str, number: int, one: Candidate) -> None:
    (folder / store.own_picture_facts(lesson_id, number).name).write_text(json.dumps(asdict(one)), encoding="ascii")
    store.publish_folder(folder, store.own_pictures(lesson_id) / str(number))


def forget_old(store: Store, lesson: Lesson) -> None:
    """Remove the oldest of many; the one by which the lesson is shown stays."""
    for number in _numbers(store, lesson.id)[:-_MOST_KEPT]:
        if number != -lesson.poster_choice:
            shutil.rmtree(store.own_pictures(lesson.id) / str(number), ignore_errors=True)


def remove(store: Store, lesson: Lesson, number: int) -> None:
    """Put one away, so that it can be brought back while it is among the last; raises BadRequest."""
    if lesson.poster_choice == -number:
        raise BadRequest(N_("The lesson is shown by this picture. Please choose another one first."))
    folder = store.own_pictures(lesson.id)
    _move(folder / str(number), folder / f"{_AWAY}{number}")
    for one in _away(folder)[_MOST_AWAY:]:
        shutil.rmtree(one, ignore_errors=True)


def removed(store: Store, lesson_id: str) -> list[int]:
    """Numbers, below 0, of those that can be brought back, the last one first."""
    return [-int(one.name.removeprefix(_AWAY)) for one in _away(store.own_pictures(lesson_id))]


def _away(folder: Path) -> list[Path]:
    return _by_age(folder, lambda name: name.startswith(_AWAY))[::-1]


def bring_back(store: Store, lesson_id: str, number: int) -> None:
    """Raises BadRequest when it is gone."""
    folder = store.own_pictures(lesson_id)
    _move(folder / f"{_AWAY}{number}", folder / str(number))


def _move(folder: Path, to: Path) -> None:
    try:
        folder.rename(to)
    except FileNotFoundError as error:
        raise BadRequest(N_("There is no such picture."), detail=folder.name) from error
    os.utime(to)


def _numbers(store: Store, lesson_id: str) -> list[int]:
    """The oldest first."""
    return [int(one.name) for one in _by_age(store.own_pictures(lesson_id), str.isdigit)]


def _by_age(folder: Path, called: Callable[[str], bool]) -> list[Path]:
    """What is in the folder and called so, the oldest first; what goes while it is looked at is left out."""
    ages = {}
    for entry in entries(folder):
        if called(entry.name):
            with contextlib.suppress(FileNotFoundError):
                ages[Path(entry.path)] = entry.stat().st_mtime
    return sorted(ages, key=lambda one: ages[one])


def _read(store: Store, lesson_id: str, number: int) -> Candidate | None:
    try:
        return Candidate.from_json(json.loads(store.own_picture_facts(lesson_id, number).read_bytes()))
    except FileNotFoundError:
        return None
