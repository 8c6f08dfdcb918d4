"""A lesson as the engine sees it: its plan, its source, and what of it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import structlog

from medialib.catalogue import lookups, work_edits, work_lookups
from medialib.catalogue.cuts import Cuts
from medialib.catalogue.former_sources import FormerSource, source_of
from medialib.catalogue.lessons import Source
from medialib.catalogue.plans import Plan, Rendition, VideoRendition
from medialib.catalogue.renewing import version_at_work
from medialib.errors import MedialibError, NotFound
from medialib.ingest.measuring import measure
from medialib.ingest.steps import CHOOSE
from medialib.ingest.workshop import Workshop
from medialib.store import Store

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Recording:
    """`left_out` rungs are not made."""

    lesson_id: str
    plan: Plan
    source: Path
    left_out: frozenset[str] = frozenset()

    def missing(self, workshop: Workshop, name: str) -> list[int]:
        """Numbers of the segments of a rendition that do not exist yet."""
        there = workshop.store.segments(self.lesson_id, self.plan.version, name)
        return [number for number in range(self.plan.segment_count) if number not in there]

    def cuts(self, workshop: Workshop, name: str) -> Cuts | None:
        return Cuts.read(workshop.store.cuts(self.lesson_id, self.plan.version, name))

    def is_encoded(self, workshop: Workshop, name: str) -> bool:
        """Whether its segments are encoded on the grid: not those of rungs left out, nor of one that is copied."""
        rendition = self.plan.rendition(name)
        if rendition is None or name in self.left_out:
            return False
        if not isinstance(rendition, VideoRendition) or not rendition.copied:
            return True
        cuts = self.cuts(workshop, name)
        return cuts is not None and not cuts.copied

    def durations(self, workshop: Workshop, rendition: Rendition) -> Sequence[Fraction]:
        """Seconds of each segment."""
        if isinstance(rendition, VideoRendition) and rendition.copied:
            cuts = self.cuts(workshop, rendition.name)
            if cuts and cuts.copied:
                return cuts.durations
        return [frames * rendition.frame_seconds for frames in self.plan.frames(rendition)]


def load(workshop: Workshop, lesson_id: str, version: int | None = None) -> Recording:
    """The recording of a lesson in a plan's version (None: the current one); raises NotFound."""
    with workshop.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        plan = lookups.plan(session, lesson_id, version or lesson.plan_version)
        source = source_of(session, lesson_id, plan.version)
        left_out = work_lookups.left_out(session, lesson_id, plan.version)
    store = workshop.store
    return Recording(
        lesson_id=lesson_id,
        plan=plan,
        source=_file_of(store, source, mended=plan.source.mended),
        left_out=left_out,
    )


def load_at_work(workshop: Workshop, lesson_id: str) -> Recording:
    """The recording in the version that the steps left are about; raises NotFound."""
    with workshop.database.read() as session:
        version = version_at_work(lookups.lesson(session, lesson_id))
    return load(workshop, lesson_id, version)


def _file_of(store: Store, source: Source | FormerSource, *, mended: bool) -> Path:
    if mended:
        return store.mended(source.lesson_id, source.version)
    return store.source(source.lesson_id, source.extension, source.version)


def count(workshop: Workshop, recording: Recording, name: str) -> bool:
    """Count the finished segments of a rendition from the store; measure it when all are there and it is to stay."""
    plan = recording.plan
    rendition = plan.rendition(name)
    assert rendition is not None, name
    sizes = workshop.store.segments(recording.lesson_id, plan.version, name)
    durations = recording.durations(workshop, rendition)
    seconds = {number: float(lasts) for number, lasts in enumerate(durations) if number in sizes}
    complete = len(seconds) == len(durations) and _stays(workshop, recording, name)
    figures: dict[str, float | int | bool] = {
        "seconds_done": sum(seconds.values()), "size_bytes": sum(sizes[number] for number in seconds),
        "complete": complete,
    }  # fmt: skip
    if complete:
        figures |= measure(workshop, recording.lesson_id, plan, rendition, list(seconds.values()))
    with workshop.database.begin() as session:
        work_edits.record_progress(session, lesson_id=recording.lesson_id, version=plan.version, name=name, **figures)
        work_edits.forget_hot_failures(session, recording.lesson_id, name, sizes)
    return complete


def record_progress(
    workshop: Workshop, recording: Recording, names: Sequence[str], **figures: float | bool | str
) -> None:
    """Note the same of several renditions."""
    with workshop.database.begin() as session:
        for name in names:
            work_edits.record_progress(
                session, lesson_id=recording.lesson_id, version=recording.plan.version, name=name, **figures
            )


def recount(workshop: Workshop) -> None:
    """Count what is not said to be complete, though nothing is left to do for its lesson."""
    with workshop.database.read() as session:
        wrong = [(row.lesson_id, row.version, row.name) for row in work_lookups.miscounted(session)]
    for lesson_id, version, name in wrong:
        try:
            count(workshop, load(workshop, lesson_id, version), name)
        except (MedialibError, OSError) as error:
            log.warning("a rendition cannot be counted", lesson=lesson_id, rendition=name, error=str(error))


def _stays(workshop: Workshop, recording: Recording, name: str) -> bool:
    """Whether it is neither left out nor may still be: asked now, since `recording` was perhaps loaded long ago."""
    lesson_id, plan = recording.lesson_id, recording.plan
    with workshop.database.read() as session:
        # In this order: rungs are left out before the step is done.
        choosing = work_lookups.step_left(session, lesson_id, CHOOSE) is not None
        if name in work_lookups.left_out(session, lesson_id, plan.version):
            return False
        current = plan.version == version_at_work(lookups.lesson(session, lesson_id))
    others = (one.name for one in plan.video if one.name != plan.start_rung and not one.copied)
    return not (choosing and current and name in others)


def stop_if_gone(workshop: Workshop, recording: Recording) -> None:
    """When the lesson was removed meanwhile, take back what was made of it since, and raise NotFound.

    Its recording, if it is there all the same, stays: perhaps it is the catalogue that was lost.
    """
    try:
        with workshop.database.read() as session:
            lookups.lesson(session, recording.lesson_id)
    except NotFound:
        workshop.store.remove_version(recording.lesson_id, recording.plan.version)
        raise
