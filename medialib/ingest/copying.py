"""The rung that is copied: made whole, looked over, and only then put in place; or given up, to be encoded."""

from pathlib import Path

import structlog

from medialib.catalogue.cuts import ENCODED, Cuts
from medialib.catalogue.plans import Plan, VideoRendition
from medialib.errors import ToolFailed, ToolKilled
from medialib.ingest import commands, ffmpeg
from medialib.ingest.bitstream import Fragment, read_clock, read_codecs, read_fragment
from medialib.ingest.damage import tells_of_damage
from medialib.ingest.errand import Errand
from medialib.ingest.failures import failed
from medialib.ingest.originals import LATEST_SECONDS
from medialib.ingest.publishing import read_whole, record_codecs
from medialib.ingest.recording import count

log = structlog.get_logger()

# A copy may end this much before or after the lesson.
_END_SECONDS = 0.3


def make_copy(errand: Errand, rung: VideoRendition) -> None:
    """Copy the recording's packets as segments of `rung`, or decide that it is encoded, as the grid of the plan says.

    The decision is one file, which is never replaced: from then on it holds, whoever does the work again after a
    kill. It is made in one go: for what is more urgent `meanwhile` it is held still.
    Raises Stopped, ToolKilled, DiskFull, and ToolFailed when a copy that was good once cannot be made again.
    """
    decided = errand.recording.cuts(errand.workshop, rung.name)
    if decided and (not decided.copied or not _lacks_any(errand, rung)):
        _count_if_copied(errand, rung, decided)
        return
    try:
        cuts = _copy(errand, rung) if decided else _copy_or_give_up(errand, rung)
        _put_in_place(errand, rung, cuts)
    finally:
        errand.discard()


def _lacks_any(errand: Errand, rung: VideoRendition) -> bool:
    workshop, recording = errand.workshop, errand.recording
    init = workshop.store.init(recording.lesson_id, recording.plan.version, rung.name)
    return bool(recording.missing(workshop, rung.name)) or not init.exists()


def _copy_or_give_up(errand: Errand, rung: VideoRendition) -> Cuts:
    try:
        return _copy(errand, rung)
    except ToolKilled:
        raise
    except ToolFailed as error:
        lesson_id = errand.recording.lesson_id
        log.info("not copied, but encoded", lesson=lesson_id, rendition=rung.name, detail=error.detail)
        return ENCODED


def _copy(errand: Errand, rung: VideoRendition) -> Cuts:
    """The copy in the workspace, and where its segments begin; raises ToolFailed when it is not fit to be offered."""
    workshop, recording, folder = errand.workshop, errand.recording, errand.workspace
    (folder / rung.name).mkdir(exist_ok=True)
    with errand.minding_the_disk():
        ffmpeg.run(
            commands.copy_command(workshop.tools.ffmpeg, recording.source, recording.plan, rung),
            reach=ffmpeg.Reach(reads=recording.source, writes=folder),
            limits=workshop.limits(hot=False),
            tick=errand.give_way,
            meanwhile=errand.meanwhile,
            complained=_refuse_damage,
        )
        return _looked_over(recording.plan, rung, folder / rung.name)


def _refuse_damage(complaints: str) -> None:
    """By a picture that it can conceal ffmpeg does not end: it is told of by a line."""
    if tells_of_damage(complaints, least=1):
        raise failed(complaints)


def _looked_over(plan: Plan, rung: VideoRendition, made: Path) -> Cuts:
    found = len(list(made.glob("*.m4s")))
    if found != plan.segment_count:
        raise failed(f"{found} segments where the grid has {plan.segment_count}")
    clock = read_clock(read_whole(made / "init.mp4"))
    fragments = [read_fragment(read_whole(made / f"{number}.m4s")) for number in range(found)]
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
        raise failed("the pictures change their size or kind on the way")
    for number, (one, begin) in enumerate(zip(fragments, cuts.begins, strict=True)):
        if not one.independent:
            raise failed(f"segment {number} does not begin with an IDR picture")
        if not -LATEST_SECONDS <= begin / cuts.timescale - grid[number] <= LATEST_SECONDS:
            raise failed(f"segment {number} begins at {begin / cuts.timescale:.3f} s")
    for number, (one, lasts) in enumerate(zip(fragments, cuts.durations, strict=True)):
        if abs(one.duration / cuts.timescale - lasts) > LATEST_SECONDS:
            raise failed(f"segment {number} holds {one.duration / cuts.timescale:.3f} of {float(lasts):.3f} s")
    if abs(cuts.end / cuts.timescale - seconds) > _END_SECONDS:
        raise failed(f"the copy ends at {cuts.end / cuts.timescale:.3f} s")


def _put_in_place(errand: Errand, rung: VideoRendition, cuts: Cuts) -> None:
    workshop, recording = errand.workshop, errand.recording
    store, lesson_id, version = workshop.store, recording.lesson_id, recording.plan.version
    written = errand.workspace / "cuts.json"
    written.write_text(cuts.to_text(), encoding="ascii")
    store.publish(written, store.cuts(lesson_id, version, rung.name))
    decided = recording.cuts(workshop, rung.name)
    if decided != cuts:  # another worker was first, with another decision or another ffmpeg's clock
        if decided and decided.copied:
            raise failed("another copy is being put in place")
        return
    if cuts.copied:
        made = errand.workspace / rung.name
        codecs = read_codecs(read_whole(made / "init.mp4"))
        store.publish(made / "init.mp4", store.init(lesson_id, version, rung.name))
        record_codecs(workshop, recording, rung.name, codecs)
        for number in range(len(cuts.begins)):
            store.publish(made / f"{number}.m4s", store.segment(lesson_id, version, rung.name, number))
        _count_if_copied(errand, rung, cuts)


def _count_if_copied(errand: Errand, rung: VideoRendition, cuts: Cuts) -> None:
    if cuts.copied:
        count(errand.workshop, errand.recording, rung.name)
