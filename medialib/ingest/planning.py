"""A file looked at, planned and listened to: what is made of it by the present settings."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from medialib.catalogue.plans import Plan
from medialib.catalogue.trims import WHOLE, Trim
from medialib.ingest.listening import with_levels
from medialib.ingest.plan import make_plan
from medialib.ingest.probing import Look, copying_what_fits, look
from medialib.ingest.workshop import Workshop


@dataclass(frozen=True, kw_only=True)
class Planned:
    """`notices` are sentences about the recording, as Lesson says."""

    plan: Plan
    seen: Look
    notices: tuple[dict[str, Any], ...]


def plan_recording(workshop: Workshop, source: Path, *, clean: bool, version: int = 1, trim: Trim = WHOLE) -> Planned:
    """Beside `source` there is room for what is made meanwhile. Raises UnusableMedia, ToolFailed, NoSpace."""
    settings = workshop.settings
    seen = look(workshop, source)
    asked: dict[str, Any] = {"ladder": settings.ladder, "limits": settings.limits, "version": version, "trim": trim}
    plan = make_plan(seen.facts, seen.ends, **asked)
    plan = replace(plan, source=replace(plan.source, mended=seen.is_mended(source)))
    # Of a part only encoded rungs: its segments do not begin and end where the recording's own packets do.
    if not plan.source.mended and trim == WHOLE:
        plan = copying_what_fits(workshop, source, seen.told, plan)
    plan, unheard = with_levels(workshop, seen.read, plan, seen.facts, clean=clean)
    return Planned(plan=plan, seen=seen, notices=(*seen.notices, *unheard))
