"""What a moving picture is made of: layers from the farthest to the nearest, and how each moves with the lesson."""

from dataclasses import dataclass

from medialib.demo.drawing import Drawing
from medialib.demo.motion import Place


@dataclass(frozen=True, kw_only=True)
class Move:
    """Going by `by` between two places of the lesson, counted in beats; gently at both ends, or `even`."""

    begin: float
    end: float
    by: Place
    even: bool = False


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A drawing that drifts by `drift` within the lesson, moves at its beats and hops by `bob` on its way.

    When a panel comes in, the scene gives way to the left: by `depth` as much as its nearest layers. It is there
    from one place of the lesson to another, counted in beats.
    """

    draw: Drawing
    depth: float = 1
    start: Place = (0, 0)
    drift: Place = (0, 0)
    moves: tuple[Move, ...] = ()
    bob: float = 0
    bob_seconds: float = 4
    appears: float | None = None
    vanishes: float | None = None


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Layers from the farthest to the nearest, on a sheet of one colour; on which side the last card hides least."""

    paper: str
    layers: tuple[Layer, ...]
    card_right: bool = False
