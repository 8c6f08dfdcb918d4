"""The slate: a dark picture and silence for when a channel shows nothing; two templates, and TS segments of them.

Every segment of it is the same samples at another time. In TS there are as many different ones as it takes until
picture and sound begin together again.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path

from medialib.catalogue.plans import SAMPLE_RATE, SAMPLES_PER_FRAME, first_audio_frame
from medialib.catalogue.standins import FRAMES_PER_SECOND
from medialib.ingest import cache, transmux
from medialib.ingest import ffmpeg as runner
from medialib.ingest.fragments import Template
from medialib.ingest.packaging import publish_ts
from medialib.ingest.standins import picture_command, silence_command
from medialib.ingest.workshop import Workshop
from medialib.jobs.leases import Lease
from medialib.store import Store

STEP = "slate"
PICTURE, SOUND = "picture", "sound"
_FILE = "standin.mp4"
_WORK_BYTES = 2_000_000


def place_of(store: Store, name: str) -> Path:
    """Where a template is kept."""
    return store.slate / f"{name}.mp4"


def ts_place(store: Store, segment_seconds: int, number: int) -> Path:
    return store.slate / str(segment_seconds) / f"{number % period(segment_seconds)}.ts"


def period(segment_seconds: int) -> int:
    """After so many segments picture and sound begin together again."""
    count = 1
    while count * segment_seconds * SAMPLE_RATE % SAMPLES_PER_FRAME:
        count += 1
    return count


def read(store: Store, name: str) -> Template:
    return Template.read(place_of(store, name).read_bytes(), all_sync=name == SOUND)


def segment_of(template: Template, name: str, segment_seconds: int, number: int) -> bytes:
    """Segment `number` of the picture or of the silence, counted from where the slate began."""
    seconds = number * segment_seconds
    if name == PICTURE:
        frame = template.timescale // FRAMES_PER_SECOND
        durations = [frame] * (segment_seconds * FRAMES_PER_SECOND)
        return template.segment(number, begin=seconds * template.timescale, durations=durations)
    first, behind = first_audio_frame(seconds), first_audio_frame(seconds + segment_seconds)
    frame = int(Fraction(SAMPLES_PER_FRAME, SAMPLE_RATE) * template.timescale)
    return template.segment(number, begin=first * frame, durations=[frame] * (behind - first))


def make(workshop: Workshop, segment_seconds: int) -> None:
    """Make whatever of it is not there yet."""
    for name, command in ((PICTURE, picture_command(workshop.tools.ffmpeg, cover=False)),
                          (SOUND, silence_command(workshop.tools.ffmpeg))):  # fmt: skip
        if not place_of(workshop.store, name).exists():
            _once(workshop, name, partial(_template, workshop, name, command))
    for number in range(period(segment_seconds)):
        if not ts_place(workshop.store, segment_seconds, number).exists():
            _once(workshop, f"ts{number}", partial(_ts, workshop, segment_seconds, number))


def _once(workshop: Workshop, what: str, work: Callable[[Lease], None]) -> None:
    with workshop.leases.hold(f"make:slate:{what}") as lease:
        if lease is None:
            return
        try:
            cache.make_room(workshop, _WORK_BYTES, reserve_bytes=0)
            work(lease)
        finally:
            workshop.store.discard(lease.token)


def _template(workshop: Workshop, name: str, command: list[str], lease: Lease) -> None:
    folder = workshop.store.workspace(lease.token)
    runner.run(command, reach=runner.Reach(reads=None, writes=folder), limits=workshop.limits(hot=True))
    workshop.store.publish(folder / _FILE, place_of(workshop.store, name))


def _ts(workshop: Workshop, segment_seconds: int, number: int, lease: Lease) -> None:
    store, folder = workshop.store, workshop.store.workspace(lease.token)
    if not all(place_of(store, name).exists() for name in (PICTURE, SOUND)):
        return
    for name, file in ((PICTURE, transmux.VIDEO), (SOUND, transmux.AUDIO)):
        template = read(store, name)
        (folder / file).write_bytes(template.init + segment_of(template, name, segment_seconds, number))
    command = transmux.ts_command(workshop.tools.ffmpeg, picture=True, sound=True)
    runner.run(command, reach=runner.Reach(reads=None, writes=folder), limits=workshop.limits(hot=True))
    publish_ts(store, folder, number, ts_place(store, segment_seconds, number))
