"""The step that finds the pictures a lesson is shown by: frames of the film, a cover, or a drawing.

A picture that lay beside the recording was put there on purpose and comes first; then the best frames of the film;
then the cover inside the file. Where there is none of them, one is drawn. All of them appear at once, as a folder.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import structlog
from PIL import Image

from medialib.catalogue import edits, lookups
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.posters import Candidate, Origin, Posters
from medialib.errors import Stopped, ToolFailed, ToolKilled, UnusableMedia
from medialib.files import open_regular
from medialib.ingest import own_pictures, picture_commands, pictures, redrawing, scoring
from medialib.ingest.damage import tells_of_damage
from medialib.ingest.errand import Errand
from medialib.ingest.scoring import Look

log = structlog.get_logger()

_KEPT_FRAMES = 4
_VISITS = 12
# Visits end after so many, or this long, once there are so many different pictures.
_ROUND, _PATIENCE_SECONDS, _ENOUGH = 6, 5.0, 4
# A film of so few lines has no pictures that could be shown on a card.
_SMALLEST_SIDE = 32
# After so many visits that failed, and none that did not, the others would fail too.
_HOPELESS = 3


@dataclass(frozen=True, kw_only=True)
class Still:
    """A picture of the film in a file, and what it looks like; `damaged` when it was decoded beside broken data."""

    look: Look
    path: Path
    damaged: bool


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A picture that may stand for the lesson."""

    origin: Origin
    picture: Image.Image
    at_seconds: float | None = None
    words: tuple[str, ...] = ()


def make_posters(errand: Errand) -> None:
    """Make the pictures of a lesson; raises ToolFailed, Stopped."""
    workshop, recording = errand.workshop, errand.recording
    store, lesson_id, version = workshop.store, recording.lesson_id, recording.plan.version
    if store.poster_list(lesson_id, version).exists():
        return
    with workshop.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
    try:
        finished = errand.workspace / "posters"
        finished.mkdir()
        candidates = [_keep(finished, number, one) for number, one in enumerate(_found(errand, lesson))]
        text = json.dumps(Posters(candidates=tuple(candidates)).to_json())
        (finished / store.poster_list(lesson_id, version).name).write_text(text, encoding="utf-8")
        store.publish_folder(finished, store.posters(lesson_id, version))
        if version != lesson.plan_version:
            keep_what_was_chosen(errand, lesson)
    finally:
        errand.discard()
    redrawing.redraw(workshop, lesson_id)  # it was perhaps given its title meanwhile


def keep_what_was_chosen(errand: Errand, lesson: Lesson) -> None:
    """Before this plan takes the other's place: under its number is another picture there."""
    number = own_pictures.adopt(errand.workshop, lesson, errand.workspace / "chosen")
    with errand.workshop.database.begin() as session:
        now = lookups.lesson_to_change(session, lesson.id)
        if number is not None and now.poster_choice == lesson.poster_choice:
            now.poster_choice = -number


def _keep(folder: Path, number: int, found: _Found) -> Candidate:
    widths = pictures.keep(found.picture, folder / str(number))
    width, height = found.picture.size
    return Candidate(
        origin=found.origin, width=width, height=height, widths=widths, at_seconds=found.at_seconds, words=found.words
    )  # fmt: skip


def _found(errand: Errand, lesson: Lesson) -> list[_Found]:
    found = _beside(errand)
    try:
        found += _frames(errand)
    except ToolKilled:
        raise
    except ToolFailed as error:
        if not found:
            raise
        log.info("no picture could be taken of a recording", lesson=lesson.id, detail=error.detail)
    return [*found, *_attached(errand)] or [_drawn(lesson)]


def _drawn(lesson: Lesson) -> _Found:
    return _Found(origin="drawn", picture=redrawing.draw(lesson), words=redrawing.words_of(lesson))


def _beside(errand: Errand) -> list[_Found]:
    """The picture that lay beside the recording; one that cannot be used is told of on the lesson."""
    try:
        with open_regular(errand.workshop.store.cover(errand.recording.lesson_id)) as file:
            picture = pictures.open_picture(file, megapixels=errand.workshop.settings.limits.megapixels)
    except FileNotFoundError:
        return []
    except UnusableMedia as error:
        lesson_id = errand.recording.lesson_id
        log.info("the picture beside a recording cannot be used", lesson=lesson_id, detail=error.detail)
        with errand.workshop.database.begin() as session:
            edits.add_notices(session, lesson_id, [{"message": error.message, "values": {}}])
        return []
    return [_Found(origin="beside", picture=picture if errand.recording.plan.video else pictures.squared(picture))]


def _attached(errand: Errand) -> list[_Found]:
    """The cover inside the file, when it is one."""
    plan = errand.recording.plan
    if plan.source.cover_index is None:
        return []
    command = picture_commands.cover_command(errand.workshop.tools.ffmpeg, errand.recording.source, plan)
    try:
        folder = errand.run(command, reads=errand.recording.source, folder="cover")
        with open_regular(folder / "cover") as file:
            picture = pictures.open_picture(file, megapixels=errand.workshop.settings.limits.megapixels)
    except ToolKilled:
        raise
    except (ToolFailed, UnusableMedia, FileNotFoundError) as error:
        detail = str(error) if isinstance(error, OSError) else error.detail
        log.info("the cover in a recording cannot be used", lesson=errand.recording.lesson_id, detail=detail)
        return []
    if pictures.is_a_mark(picture):
        return []
    return [_Found(origin="cover", picture=picture if plan.video else pictures.squared(picture))]


def _frames(errand: Errand) -> list[_Found]:
    """The best frames of the film; raises ToolFailed when none can be read at all."""
    plan = errand.recording.plan
    if not plan.video or min(picture_commands.picture_size(plan)) < _SMALLEST_SIDE:
        return []
    stills = find_stills(errand)
    best = scoring.rank([one.look for one in stills], seconds=plan.source.video_end_seconds, keep=_KEPT_FRAMES)
    return [
        _Found(
            origin="frame",
            picture=_read(stills[place].path, errand, side=pictures.LARGEST_SIDE),
            at_seconds=stills[place].look.at_seconds,
        )
        for place in best
    ]


def _read(path: Path, errand: Errand, *, side: int) -> Image.Image:
    with open_regular(path) as file:
        return pictures.open_picture(file, megapixels=errand.workshop.settings.limits.megapixels, side=side)


def find_stills(errand: Errand) -> list[Still]:
    """Pictures from all over the film, in the order of their times."""
    plan, program = errand.recording.plan, errand.workshop.tools.ffmpeg
    stills: dict[float, Still] = {}
    short = picture_commands.is_short(plan)
    failures = [] if short else _visit(errand, stills)
    # Where there is hardly a keyframe, all visits see the same few pictures.
    if len(stills) < _VISITS or not _different(stills, plan.source.video_end_seconds):
        command = picture_commands.sweep_command(program, errand.recording.source, plan, _VISITS)
        failures += _collect(errand, command, "sweep", stills)
    # Of a sweep nobody knows which pictures are broken: each visit tells of its own.
    if short and all(still.damaged for still in stills.values()):
        failures += _visit(errand, stills)
    if failures and not stills:
        raise failures[0]
    whole = {at: still for at, still in stills.items() if not still.damaged}
    return [still for _, still in sorted((whole or stills).items())]


def _visit(errand: Errand, stills: dict[float, Still]) -> list[ToolFailed]:
    """Put what is seen at places all over the film into `stills`; returns what failed."""
    plan, program = errand.recording.plan, errand.workshop.tools.ffmpeg
    seconds, began = plan.source.video_end_seconds, time.monotonic()
    failures: list[ToolFailed] = []
    for number, at in enumerate(_spread(seconds)):
        command = picture_commands.visit_command(program, errand.recording.source, plan, at)
        failures += _collect(errand, command, str(number), stills)
        hopeless = not stills and len(failures) == _HOPELESS
        long = number + 1 == _ROUND or time.monotonic() - began > _PATIENCE_SECONDS
        if hopeless or (long and _different(stills, seconds) >= _ENOUGH):
            break
    return failures


def _collect(errand: Errand, command: list[str], name: str, stills: dict[float, Still]) -> list[ToolFailed]:
    """Put the pictures that a command makes into `stills`; returns its failure, since others may do better."""
    complaints: list[str] = []
    try:
        folder = errand.run(command, reads=errand.recording.source, folder=name, complained=complaints.append)
    except Stopped:
        raise
    except ToolFailed as error:
        return [error]
    damaged = any(tells_of_damage(said, least=1) for said in complaints)
    for path in folder.glob("still-*.jpg"):
        at_seconds = int(path.stem.partition("-")[2]) / 1000
        if at_seconds not in stills or (stills[at_seconds].damaged and not damaged):
            picture = _read(path, errand, side=scoring.LOOK_WIDTH)
            stills[at_seconds] = Still(look=scoring.look_at(picture, at_seconds), path=path, damaged=damaged)
    return []


def _different(stills: dict[float, Still], seconds: float) -> int:
    looks = [still.look for _, still in sorted(stills.items()) if not still.damaged]
    return len(scoring.rank(looks, seconds=seconds, keep=_ENOUGH))


def _spread(seconds: float) -> list[float]:
    """Places all over the film, first a few far apart, then those between."""
    order = sorted(range(_VISITS), key=lambda number: int(f"{number:04b}"[::-1], 2))
    return [seconds * (number + 0.5) / _VISITS for number in order]
