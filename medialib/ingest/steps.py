"""The steps of a lesson's making, their order among all lessons, and which of them a plan needs."""

from medialib.catalogue.plans import Plan
from medialib.catalogue.renewing import PLAN
from medialib.ingest.rungs import made_at_once

CAPTIONS = "captions"
COPY = "copy"
CHOOSE = "choose"
"""The step that leaves rungs out: while it is to be done, no rung but the first is offered."""
STEPS = (PLAN, "init", "poster", CAPTIONS, "audio", "start", "sheets", "peaks", COPY, CHOOSE, "rungs")
RANKS = {step: rank for rank, step in enumerate(STEPS)}


def steps_of(plan: Plan, *, texts: bool = False) -> tuple[str, ...]:
    """What is to be done for a plan, in order; `texts`: there are captions inside the source."""
    making = (step for step, names in renditions_of_steps(plan).items() if names)
    wanted = {"init", "poster", "sheets" if plan.video else "peaks", *making}
    if texts:
        wanted.add(CAPTIONS)
    return tuple(step for step in STEPS if step in wanted)


def renditions_of_steps(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Which renditions each step makes, in order."""
    others = tuple(one.name for one in plan.video if one.name != plan.start_rung)
    first = tuple(one.name for one in plan.video if one.name == plan.start_rung)
    return {
        "audio": tuple(one.name for one in plan.audio),
        "start": tuple(one.name for one in plan.video if not one.copied) if made_at_once(plan) else first,
        COPY: tuple(one.name for one in plan.video if one.copied),
        CHOOSE: others,
        "rungs": others,
    }
