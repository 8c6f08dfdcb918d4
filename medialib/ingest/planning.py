"""A file looked at, planned and listened to: what is made of it by the present settings."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from medialib.catalogue.plans import Plan
from medialib.catalogue.trims import WHOLE, Trim
from medialib.errors import N_, NotReady
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
    seen = look(workshop, source)
    plan = _first_plan(workshop, seen, version=version, trim=trim)
    plan = replace(plan, source=replace(plan.source, mended=seen.is_mended(source)))
    # Of a part only encoded rungs: its segments do not begin and end where the recording's own packets do.
    if not plan.source.mended and trim == WHOLE:
        plan = copying_what_fits(workshop, source, seen.told, plan)
    plan, unheard = with_levels(workshop, seen.read, plan, seen.facts, clean=clean)
    return Planned(plan=plan, seen=seen, notices=(*seen.notices, *unheard))


def foresee(workshop: Workshop, path: Path) -> tuple[dict[str, Any], ...]:
    """What would be told of this file, which nobody has taken in; nothing is kept. Raises as plan_recording does."""
    with workshop.leases.hold(f"look:{uuid4().hex}") as lease:
        if lease is None:
            raise NotReady(N_("Please try again in a moment."), retry_seconds=1)
        source = workshop.store.workspace(lease.token) / "source"
        try:
            source.symlink_to(path.absolute())  # beside it there may be no room for what is made meanwhile
            seen = look(workshop, source)
            _first_plan(workshop, seen, version=1, trim=WHOLE)
        finally:
            workshop.store.discard(lease.token)
    return seen.notices


def _first_plan(workshop: Workshop, seen: Look, *, version: int, trim: Trim) -> Plan:
    """Before it was looked for what can be copied, and before anything was heard."""
    settings = workshop.settings
    return make_plan(seen.facts, seen.ends, ladder=settings.ladder, limits=settings.limits, version=version, trim=trim)
