"""The steps of a lesson's making, their order among all lessons, and which of them a plan needs."""

from medialib.catalogue.plans import Plan
from medialib.catalogue.renewing import PLAN
from medialib.errors import N_
from medialib.ingest.rungs import made_at_once

CAPTIONS = "captions"
COPY = "copy"
CHOOSE = "choose"
"""The step that leaves rungs out: while it is to be done, no rung but the first is offered."""
STEPS = (PLAN, "init", "poster", CAPTIONS, "audio", "start", "sheets", "peaks", COPY, CHOOSE, "rungs")
# What a step, or the first part of one's name, makes; as people call it.
_NAMES = {
    PLAN: N_("the new version"), "init": N_("the beginning"), "poster": N_("cover pictures"),
    CAPTIONS: N_("captions"), "audio": N_("sound"), "start": N_("the picture that players begin with"),
    "sheets": N_("small pictures for seeking"), "peaks": N_("the curve of the sound"),
    COPY: N_("the picture of the original"), CHOOSE: N_("further picture sizes"), "rungs": N_("further picture sizes"),
    "hot": N_("what a player waits for"), "file": N_("the file for downloading"),
    "ts": N_("the form for old televisions"),
}  # fmt: skip
RANKS = {step: rank for rank, step in enumerate(STEPS)}


def name_of(step: str) -> str:
    """What a step makes, for people, as a msgid; of one that a player hurried, too."""
    return _NAMES.get(step.split(":")[0], _NAMES["hot"])


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
