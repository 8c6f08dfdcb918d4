"""A town's screens as marks of a small drawing: squares are alive, diamonds late, hollow squares silent; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from medialib.catalogue.screen_states import State, Town

_IN_ROW, _PITCH = 10, 13


@dataclass(frozen=True, kw_only=True)
class Dots:
    """The paths of an SVG, and its height."""

    alive: str
    late: str
    silent: str
    height: int


def dots_of(town: Town) -> Dots:
    states = [state for _, state in town.screens]
    rows = -(-len(states) // _IN_ROW)
    return Dots(
        alive=_path(states, "alive", "M{x} {y}h10v10h-10z", 0, 0),
        late=_path(states, "late", "M{x} {y}l5.5 5.5-5.5 5.5-5.5-5.5z", 5, -0.5),
        silent=_path(states, "silent", "M{x} {y}h8v8h-8z", 1, 1),
        height=max(1, rows) * _PITCH - 1,
    )


def _path(states: Sequence[State], wanted: State, mark: str, right: float, down: float) -> str:
    return "".join(
        mark.format(x=f"{place % _IN_ROW * _PITCH + right:g}", y=f"{place // _IN_ROW * _PITCH + down:g}")
        for place, state in enumerate(states)
        if state == wanted
    )
