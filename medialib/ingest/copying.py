"""The rung that is copied: made whole, looked over, and only then put in place; or given up, to be encoded."""

from collections.abc import Callable
from pathlib import Path

import structlog

from medialib.catalogue.cuts import ENCODED, Cuts
from medialib.catalogue.plans import VideoRendition
from medialib.errors import N_, Stopped, ToolFailed, ToolKilled
from medialib.ingest import commands, ffmpeg, runs
from medialib.ingest.bitstream import Fragment, read_clock, read_codecs, read_fragment
from medialib.ingest.damage import tells_of_damage
from medialib.ingest.originals import LATEST_SECONDS
from medialib.ingest.recording import Recording, count
from medialib.ingest.workshop import Workshop
from medialib.jobs.leases import Lease

log = structlog.get_logger()

# A copy may end this much before or after the lesson.
_END_SECONDS = 0.3


def make_copy(
    workshop: Workshop,
    recording: Recording,
    rung: VideoRendition,
    lease: Lease,
    keep_going: Callable[[], bool],
    meanwhile: Callable[[], Callable[[], None] | None] = lambda: None,
) -> None:
    """Copy the recording's packets as segments of `rung`, or decide that it is encoded, as the grid of the plan says.

    The decision is one file, which is never replaced: from then on it holds, whoever does the work again after a
    kill. It is made in one go: `meanwhile` hands out what is more urgent, for which it is held still.
    Raises Stopped, ToolKilled, DiskFull, and ToolFailed when a copy that was good once cannot be made again.
    """
    decided = recording.cuts(workshop, rung.name)
    if decided and (not decided.copied or not _lacks_any(workshop, recording, rung)):
        _count_if_copied(workshop, recording, rung, decided)
        return
    folder = workshop.store.workspace(lease.token)
    try:
        (folder / rung.name).mkdir(exist_ok=True)
        cuts = _copy(workshop, recording, rung, folder, lease, keep_going, meanwhile)
    except (Stopped, ToolKilled):
        workshop.store.discard(lease.token)
        raise
    except ToolFailed as error:
        if workshop.store.is_full:
            workshop.store.discard(lease.token)
            raise ffmpeg.no_room(error.detail) from error
        if decided:
            workshop.store.discard(lease.token)
            raise
        log.info("not copied, but encoded", lesson=recording.lesson_id, rendition=rung.name, detail=error.detail)
        cuts = ENCODED
    try:
        _put_in_place(workshop, recording, rung, folder, cuts)
    finally:
        workshop.store.discard(lease.token)


def _lacks_any(workshop: Workshop, recording: Recording, rung: VideoRendition) -> bool:
    init = workshop.store.init(recording.lesson_id, recording.plan.version, rung.name)
    return bool(recording.missing(workshop, rung.name)) or not init.exists()


def _copy(
    workshop: Workshop,
    recording: Recording,
    rung: VideoRendition,
    folder: Path,
    lease: Lease,
    keep_going: Callable[[], bool],
    meanwhile: Callable[[], Callable[[], None] | None],
) -> Cuts:
    """The copy in `folder`, and where its segments begin; raises ToolFailed when it is not fit to be offered."""

    def tick() -> None:
        if lease.lost.is_set() or not keep_going():
            raise Stopped(N_("This work goes on later."))

    def heard(complaints: str) -> None:
        """By a picture that it can conceal ffmpeg does not end: it is told of by a line."""
        if tells_of_damage(complaints, least=1):
            raise _unfit(complaints)

    ffmpeg.run(
        commands.copy_command(workshop.tools.ffmpeg, recording.source, recording.plan, rung),
        reach=ffmpeg.Reach(reads=recording.source, writes=folder),
        limits=workshop.limits(hot=False),
        tick=tick,
        meanwhile=meanwhile,
        complained=heard,
    )
    plan = recording.plan
    found = len(list((folder / rung.name).glob("*.m4s")))
    if found != plan.segment_count:
        raise _unfit(f"{found} segments where the grid has {plan.segment_count}")
    clock = read_clock(runs.read_whole(folder / rung.name / "init.mp4"))
    fragments = [read_fragment(runs.read_whole(folder / rung.name / f"{number}.m4s")) for number in range(found)]
    begins = tuple(one.begin + clock.shift for one in fragments)
    cuts = Cuts(timescale=clock.timescale, begins=begins, end=begins[-1] + fragments[-1].duration)
    check(cuts, fragments, [float(plan.start(rung, number)) for number in range(found)], plan.seconds)
    return cuts


def check(cuts: Cuts, fragments: list[Fragment], grid: list[float], seconds: float) -> None:
    """Raise ToolFailed unless the segments begin with IDR pictures, on the grid, leave no hole, and are all of a kind.

    A keyframe that is not an IDR picture (an open GOP's) needs pictures before it: no player could switch there. Of
    pictures whose size changes on the way the playlist would tell one size, and televisions stop.
    """
    if len(frozenset().union(*(one.sequences for one in fragments))) > 1:
        raise _unfit("the pictures change their size or kind on the way")
    for number, (one, begin) in enumerate(zip(fragments, cuts.begins, strict=True)):
        if not one.independent:
            raise _unfit(f"segment {number} does not begin with an IDR picture")
        if not -LATEST_SECONDS <= begin / cuts.timescale - grid[number] <= LATEST_SECONDS:
            raise _unfit(f"segment {number} begins at {begin / cuts.timescale:.3f} s")
    for number, (one, lasts) in enumerate(zip(fragments, cuts.durations, strict=True)):
        if abs(one.duration / cuts.timescale - lasts) > LATEST_SECONDS:
            raise _unfit(f"segment {number} holds {one.duration / cuts.timescale:.3f} of {float(lasts):.3f} s")
    if abs(cuts.end / cuts.timescale - seconds) > _END_SECONDS:
        raise _unfit(f"the copy ends at {cuts.end / cuts.timescale:.3f} s")


def _put_in_place(workshop: Workshop, recording: Recording, rung: VideoRendition, folder: Path, cuts: Cuts) -> None:
    store, lesson_id, version = workshop.store, recording.lesson_id, recording.plan.version
    written = folder / "cuts.json"
    written.write_text(cuts.to_text(), encoding="ascii")
    store.publish(written, store.cuts(lesson_id, version, rung.name))
    decided = recording.cuts(workshop, rung.name)
    if decided != cuts:  # another worker was first, with another decision or another ffmpeg's clock
        if decided and decided.copied:
            raise _unfit("another copy is being put in place")
        return
    if cuts.copied:
        init = folder / rung.name / "init.mp4"
        codecs = read_codecs(runs.read_whole(init))
        store.publish(init, store.init(lesson_id, version, rung.name))
        runs.record_codecs(workshop, recording, rung.name, codecs)
        for number in range(len(cuts.begins)):
            place = store.segment(lesson_id, version, rung.name, number)
            store.publish(folder / rung.name / f"{number}.m4s", place)
        _count_if_copied(workshop, recording, rung, cuts)


def _count_if_copied(workshop: Workshop, recording: Recording, rung: VideoRendition, cuts: Cuts) -> None:
    if cuts.copied:
        count(workshop, recording, rung.name)


def _unfit(detail: str) -> ToolFailed:
    return ToolFailed(N_("This part of the recording could not be converted."), detail=detail)
