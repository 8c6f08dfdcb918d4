"""What stands in for a lesson's missing picture or sound where lessons are joined: templates, and segments of them.

A template is encoded once, in well under a second; every segment is the same samples at another time.
"""

import hashlib
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from medialib.catalogue import lookups, standins
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.plans import SAMPLE_RATE, SAMPLES_PER_FRAME, Plan, VideoRendition
from medialib.errors import N_, NotFound
from medialib.ingest import cache, transmux
from medialib.ingest import ffmpeg as runner
from medialib.ingest.fragments import Template
from medialib.ingest.labels import cover_of
from medialib.ingest.packaging import publish_ts
from medialib.ingest.workshop import Workshop
from medialib.jobs.leases import Lease
from medialib.store import Store

STEP = "standin"
_FILE, _COVER = "standin.mp4", "cover.jpg"
_TIMESCALE = 90_000
_FRAGMENTED = {"movflags": "+frag_keyframe+empty_moov+default_base_moof", "use_editlist": 0, "map_metadata": -1}
# What TS takes of the disk for a moment: a poster's picture, sound, and both together.
_WORK_BYTES = 4_000_000


def ts_step(name: str, number: int) -> str:
    """Under which step a failure to make a filled TS segment is kept."""
    return f"standin:{name}:{number}"


def template_place(store: Store, lesson: Lesson, plan: Plan) -> Path:
    """Where the lesson's template is, or will be: another picture of the lesson has another place."""
    if plan.video:
        return store.standin(lesson.id, plan.version, "silence")
    cover = cover_of(store, lesson)
    if cover is None:
        return store.standin(lesson.id, plan.version, "dark")
    known = cover.stat()
    told = f"{cover.parts[-2:]} {known.st_size} {known.st_mtime_ns}"
    return store.standin(lesson.id, plan.version, hashlib.sha256(told.encode()).hexdigest()[:16])


def make_template(workshop: Workshop, lesson_id: str) -> None:
    """Encode the template of a lesson that lacks picture or sound; nothing for one that has both."""
    with workshop.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        plan = lookups.current_plan(session, lesson)
        cover = cover_of(workshop.store, lesson)
        place = template_place(workshop.store, lesson, plan)
    if (plan.video and plan.audio) or place.exists():
        return

    def make(lease: Lease) -> None:
        folder = workshop.store.workspace(lease.token)
        cache.make_room(workshop, _WORK_BYTES, reserve_bytes=0)
        if plan.video:
            command = silence_command(workshop.tools.ffmpeg)
        else:
            if cover:
                shutil.copyfile(cover, folder / _COVER)
            command = picture_command(workshop.tools.ffmpeg, cover=cover is not None)
        runner.run(command, reach=runner.Reach(reads=None, writes=folder), limits=workshop.limits(hot=True))
        workshop.store.publish(folder / _FILE, place)

    cache.make_once(workshop, lesson_id, STEP, make)


def picture_command(program: str, *, cover: bool) -> list[str]:
    """A still picture for as long as the longest segment, the poster in the middle of a dark ground."""
    rate, seconds = standins.FRAMES_PER_SECOND, standins.LONGEST_SEGMENT_SECONDS
    if cover:
        opened = ffmpeg.input(f"file:{_COVER}", loop=1, framerate=rate, f="image2", protocol_whitelist="file")["v"]
        picture = opened.filter(
            "scale", standins.WIDTH, standins.HEIGHT, force_original_aspect_ratio="decrease", force_divisible_by=2
        )
        picture = picture.filter("pad", standins.WIDTH, standins.HEIGHT, "(ow-iw)/2", "(oh-ih)/2", color="0x14110E")
    else:
        dark = f"color=c=0x14110E:s={standins.WIDTH}x{standins.HEIGHT}:r={rate}"
        picture = ffmpeg.input(dark, f="lavfi")["v"]
    picture = picture.filter("setsar", 1).filter("format", "yuv420p")
    frames = rate * seconds
    encoding: dict[str, Any] = {
        "c:v": "libx264", "preset": "veryfast", "tune": "stillimage", "crf": 24, "maxrate": 250_000,
        "bufsize": 250_000, "profile:v": "high", "level": "3.1", "bf": 0, "g": frames, "keyint_min": frames,
        # Parameter sets in the band as in every rung: a player comes here from another lesson.
        "x264-params": "repeat-headers=1:scenecut=0", "frames:v": frames, "video_track_timescale": _TIMESCALE,
    }  # fmt: skip
    return _command(program, picture.output(_FILE, format="mp4", **encoding, **_FRAGMENTED))


def silence_command(program: str) -> list[str]:
    """Silence for as long as the longest segment."""
    quiet = ffmpeg.input(f"anullsrc=r={SAMPLE_RATE}:cl=stereo", f="lavfi", t=standins.LONGEST_SEGMENT_SECONDS + 1)["a"]
    encoding = {"c:a": "aac", "b:a": standins.SILENCE_BITS_PER_SECOND}
    # One fragment for all: without it sound gets a fragment for each frame.
    whole = _FRAGMENTED | {"movflags": "+empty_moov+default_base_moof", "frag_duration": 60_000_000}
    return _command(program, quiet.output(_FILE, format="mp4", **encoding, **whole))


def _command(program: str, output: Any) -> list[str]:
    quiet = ("-v", "error", "-progress", "pipe:1", "-stats_period", "1")
    return [program, "-nostdin", "-hide_banner", "-y", *quiet, *ffmpeg.get_args(output)]


def read_template(place: Path, plan: Plan) -> Template:
    return Template.read(place.read_bytes(), all_sync=bool(plan.video))


def segment_of(template: Template, plan: Plan, number: int) -> bytes:
    """Segment `number` of what stands in for the lesson's missing picture or sound; raises NotFound."""
    if not 0 <= number < plan.segment_count:
        raise NotFound(N_("The recording is not that long."))
    if plan.video:
        sound = standins.silence(plan)
        starts = int(plan.start(sound, number) * template.timescale)
        frame = int(Fraction(SAMPLES_PER_FRAME, SAMPLE_RATE) * template.timescale)
        return template.segment(number, begin=starts, durations=[frame] * plan.samples(sound, number))
    begin = number * plan.segment_seconds * template.timescale
    lasts = int(standins.picture_durations(plan)[number] * template.timescale)
    each = template.timescale // standins.FRAMES_PER_SECOND
    frames = -(-lasts // each)
    return template.segment(number, begin=begin, durations=[each] * (frames - 1) + [lasts - each * (frames - 1)])


def make_filled_ts(workshop: Workshop, lesson_id: str, version: int, name: str, number: int) -> None:
    """Make TS segments of a rendition with what stands in for the other track; nothing while a part is missing."""
    with workshop.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        plan = lookups.plan(session, lesson_id, version)
        template = template_place(workshop.store, lesson, plan)
    rendition = plan.rendition(name)
    if rendition is None or (plan.video and plan.audio):
        return
    if not template.exists():
        make_template(workshop, lesson_id)
    for one in range(number, min(number + workshop.settings.runs.hot_segments, plan.segment_count)):
        packing = _FilledSegment(workshop, lesson_id, plan, name, one)
        if packing.place.exists():
            continue
        if not template.exists() or not packing.is_possible:
            return
        packing.template = template
        if not cache.make_once(workshop, lesson_id, ts_step(name, one), packing.make):
            return


class _FilledSegment:
    """One TS segment: the lesson's own track, and the one that stands in."""

    def __init__(self, workshop: Workshop, lesson_id: str, plan: Plan, name: str, number: int):
        store = workshop.store
        self._workshop, self._plan, self._number = workshop, plan, number
        self._is_video = isinstance(plan.rendition(name), VideoRendition)
        self._own = [store.init(lesson_id, plan.version, name), store.segment(lesson_id, plan.version, name, number)]
        self.place = store.filled_ts_segment(lesson_id, plan.version, name, number)
        self.template: Path | None = None

    @property
    def is_possible(self) -> bool:
        return all(path.exists() for path in self._own)

    def make(self, lease: Lease) -> None:
        assert self.template
        workshop = self._workshop
        folder = workshop.store.workspace(lease.token)
        cache.make_room(workshop, _WORK_BYTES, reserve_bytes=0)
        own, other = (transmux.VIDEO, transmux.AUDIO) if self._is_video else (transmux.AUDIO, transmux.VIDEO)
        (folder / own).write_bytes(b"".join(path.read_bytes() for path in self._own))
        template = read_template(self.template, self._plan)
        (folder / other).write_bytes(template.init + segment_of(template, self._plan, self._number))
        command = transmux.ts_command(workshop.tools.ffmpeg, picture=True, sound=True)
        runner.run(command, reach=runner.Reach(reads=None, writes=folder), limits=workshop.limits(hot=True))
        publish_ts(workshop.store, folder, self._number, self.place)
