"""What stopped the making of a lesson, in words for who looks after it: which parts, why, and what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass

from medialib.catalogue.lessons import StepLeft
from medialib.errors import MedialibError
from medialib.ingest.failures import advice
from medialib.ingest.steps import name_of
from medialib.web.i18n import gettext, sentence


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """The same reason for all these `parts`."""

    parts: tuple[str, ...]
    reason: str
    advice: str


def troubles_of(steps: Sequence[StepLeft]) -> list[Trouble]:
    """Each reason once, with the parts of the lesson that it stopped, in the order of their making."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for one in steps:
        reason = sentence(MedialibError(one.message, values=one.message_values))
        by_reason.setdefault((reason, one.message), []).append(gettext(name_of(one.step)))
    return [
        Trouble(parts=tuple(dict.fromkeys(parts)), reason=reason, advice=_translated(advice(message)))
        for (reason, message), parts in by_reason.items()
    ]


def _translated(message: str) -> str:
    return gettext(message) if message else ""
