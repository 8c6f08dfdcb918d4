"""Other packagings of finished segments, made when somebody asks for them: MPEG-TS, one MP4, one M4A.

They are remuxed, never encoded, and kept in the store's cache. Two that ask for the same make it once.
"""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from medialib.catalogue import lookups
from medialib.catalogue.plans import AudioRendition, Plan, Rendition, VideoRendition
from medialib.errors import N_, Stopped
from medialib.files import open_regular
from medialib.ingest import cache, ffmpeg, transmux
from medialib.ingest.labels import label_of, write_label
from medialib.ingest.workshop import Workshop
from medialib.jobs.leases import Lease
from medialib.store import Store

FILM_STEP, RECORDING_STEP = "file:film", "file:sound"

# The joined input, the output, and what a moov and a cover take.
_WORK_SPACE = 2.2


def ts_step(name: str, number: int) -> str:
    """Under which step a failure to make a TS segment is kept."""
    return f"ts:{name}:{number}"


def make_ts(workshop: Workshop, lesson_id: str, version: int, name: str, number: int) -> None:
    """Make a TS segment from finished ones, and the next few, which the same player will ask for."""
    plan = _plan(workshop, lesson_id, version)
    for one in range(number, min(number + workshop.settings.runs.hot_segments, plan.segment_count)):
        packing = _TsSegment(workshop, lesson_id, plan, name, one)
        if packing.place.exists():
            continue
        if not packing.parts_are_there or not cache.make_once(workshop, lesson_id, ts_step(name, one), packing.make):
            return


def make_film(workshop: Workshop, lesson_id: str, version: int) -> None:
    """Make the MP4 of the start rung with its sound; nothing while they are incomplete."""
    plan = _plan(workshop, lesson_id, version)
    picture = plan.rendition(plan.start_rung or "")
    place = workshop.store.film(lesson_id, version)
    parts = {transmux.VIDEO: picture, transmux.AUDIO: usual_sound(plan)}
    wanted = {file: one for file, one in parts.items() if one}
    if picture is None or place.exists() or not _complete(workshop, lesson_id, plan, *wanted.values()):
        return

    def make(lease: Lease) -> None:
        folder = _joined(workshop, lease, lesson_id, plan, wanted)
        command = transmux.film_command(workshop.tools.ffmpeg, sound=transmux.AUDIO in wanted)
        _run(workshop, lease, command, folder)
        workshop.store.publish(folder / transmux.FILM, place)

    cache.make_once(workshop, lesson_id, FILM_STEP, make)


def make_recording(workshop: Workshop, lesson_id: str) -> None:
    """Make the M4A of the sound, labelled as the lesson is called now; nothing while the sound is incomplete."""
    with workshop.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        plan = lookups.current_plan(session, lesson)
        label = label_of(workshop.store, lesson)
    sound = usual_sound(plan)
    place = workshop.store.recording(lesson_id, plan.version, label.stamp)
    if sound is None or place.exists() or not _complete(workshop, lesson_id, plan, sound):
        return

    def make(lease: Lease) -> None:
        folder = _joined(workshop, lease, lesson_id, plan, {transmux.AUDIO: sound})
        if label.chapters:
            text = transmux.chapters_text(label.chapters, float(sound.seconds))
            (folder / transmux.CHAPTERS).write_text(text, encoding="utf-8")
        _run(workshop, lease, transmux.recording_command(workshop.tools.ffmpeg, chapters=bool(label.chapters)), folder)
        with open_regular(folder / transmux.RECORDING):
            write_label(folder / transmux.RECORDING, label)
        size_bytes = (folder / transmux.RECORDING).stat().st_size
        _note_size(workshop, lesson_id, plan.version, label.stamp, size_bytes)
        workshop.store.publish(folder / transmux.RECORDING, place)
        for older in (one for one in place.parent.iterdir() if one != place):
            older.unlink(missing_ok=True)

    cache.make_once(workshop, lesson_id, RECORDING_STEP, make)


def recording_size(store: Store, lesson_id: str, version: int, stamp: str) -> int | None:
    """How long the M4A with this label is in bytes; None until it was made once.

    It is the same whenever it is made: the same samples, the same label, no dates.
    """
    try:
        return int(store.recording(lesson_id, version, stamp).stat().st_size)
    except FileNotFoundError:
        return _known_sizes(store, lesson_id, version).get(stamp)


def _known_sizes(store: Store, lesson_id: str, version: int) -> dict[str, int]:
    try:
        known: dict[str, int] = json.loads(store.recording_sizes(lesson_id, version).read_bytes())
    except FileNotFoundError:
        return {}
    return known


def _note_size(workshop: Workshop, lesson_id: str, version: int, stamp: str, size_bytes: int) -> None:
    """Only that of the present label is kept: nobody asks for another."""
    workshop.store.replace_text(workshop.store.recording_sizes(lesson_id, version), json.dumps({stamp: size_bytes}))


def usual_sound(plan: Plan) -> AudioRendition | None:
    """The sound that is packed with every picture: the best encoding of the usual track, which comes last."""
    return plan.audio[-1] if plan.audio else None


class _TsSegment:
    """A TS segment of a rung with the usual sound, or of a sound alone."""

    def __init__(self, workshop: Workshop, lesson_id: str, plan: Plan, name: str, number: int):
        self._workshop = workshop
        self._picture, self._sound = ts_parts(plan, name)
        self._lesson_id, self._version = lesson_id, plan.version
        self._number = number
        self.place = workshop.store.ts_segment(lesson_id, plan.version, name, number)

    @property
    def _parts(self) -> dict[str, list[Path]]:
        store = self._workshop.store
        named = {transmux.VIDEO: self._picture, transmux.AUDIO: self._sound}
        return {
            file: [
                store.init(self._lesson_id, self._version, one.name),
                store.segment(self._lesson_id, self._version, one.name, self._number),
            ]
            for file, one in named.items()
            if one
        }

    @property
    def parts_are_there(self) -> bool:
        return all(path.exists() for paths in self._parts.values() for path in paths)

    def make(self, lease: Lease) -> None:
        workshop = self._workshop
        folder = workshop.store.workspace(lease.token)
        cache.make_room(workshop, _WORK_SPACE * sum(_size(paths) for paths in self._parts.values()), reserve_bytes=0)
        for file, paths in self._parts.items():
            _join(folder / file, paths)
        picture, sound = self._picture is not None, self._sound is not None
        _run(workshop, lease, transmux.ts_command(workshop.tools.ffmpeg, picture=picture, sound=sound), folder)
        publish_ts(workshop.store, folder, self._number, self.place)


def publish_ts(store: Store, folder: Path, number: int, place: Path) -> None:
    """Move the TS segment that ffmpeg has written into `folder` to its place, as segment `number` of its stream."""
    with open_regular(folder / transmux.SEGMENT) as written:
        segment = bytearray(written.read())
    transmux.count_tables(segment, number)
    transmux.fill_up(segment)
    counted = folder / "counted.ts"
    counted.write_bytes(segment)
    store.publish(counted, place)


def ts_parts(plan: Plan, name: str) -> tuple[VideoRendition | None, AudioRendition | None]:
    """What the TS segments called `name` are made of."""
    one = plan.rendition(name)
    if isinstance(one, VideoRendition):
        return one, usual_sound(plan)
    return None, one


def _plan(workshop: Workshop, lesson_id: str, version: int) -> Plan:
    with workshop.database.read() as session:
        return lookups.plan(session, lesson_id, version)


def _complete(workshop: Workshop, lesson_id: str, plan: Plan, *renditions: Rendition) -> bool:
    wanted = set(range(plan.segment_count))
    return all(wanted <= workshop.store.segments(lesson_id, plan.version, one.name).keys() for one in renditions)


def _joined(workshop: Workshop, lease: Lease, lesson_id: str, plan: Plan, wanted: dict[str, Rendition]) -> Path:
    """A workspace in which each file of `wanted` holds all of that rendition."""
    store, version = workshop.store, plan.version
    paths = {
        file: [
            store.init(lesson_id, version, one.name),
            *(store.segment(lesson_id, version, one.name, number) for number in range(plan.segment_count)),
        ]
        for file, one in wanted.items()
    }
    reserve = workshop.settings.limits.reserve_bytes
    cache.make_room(workshop, _WORK_SPACE * sum(map(_size, paths.values())), reserve_bytes=reserve)
    folder = store.workspace(lease.token)
    for file, parts in paths.items():
        _join(folder / file, parts)
    return folder


def _join(target: Path, paths: list[Path]) -> None:
    with target.open("wb") as joined:
        for path in paths:
            with open_regular(path) as part:
                shutil.copyfileobj(part, joined)


def _size(paths: list[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def _run(workshop: Workshop, lease: Lease, command: list[str], folder: Path) -> None:
    def tick() -> None:
        if lease.lost.is_set():
            raise Stopped(N_("This work goes on later."))

    largest = _size(list(folder.iterdir())) * 2
    usual = workshop.limits(hot=True)
    ffmpeg.run(
        command,
        reach=ffmpeg.Reach(reads=None, writes=folder),
        limits=replace(usual, file_bytes=max(usual.file_bytes, largest)),
        tick=tick,
        tick_seconds=0.03,
    )
