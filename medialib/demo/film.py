"""A film's parts, from the sheet at the bottom to the uppermost words, and what of them stands still."""

from collections.abc import Sequence

from medialib.demo.drawing import UNITS_HIGH, UNITS_WIDE, Pen
from medialib.demo.lessons import Demonstration
from medialib.demo.motion import Glide, Motion
from medialib.demo.scenes import SCENES
from medialib.demo.scenes.layers import Layer, Move
from medialib.demo.slides import Part, coming_and_going, slide_parts, stays

# The nearest layers give way by so much, which a panel that comes in has always covered.
_GIVES_WAY = -58.0


def film_parts(lesson: Demonstration) -> tuple[Part, ...]:
    """The sheet with every layer on it that never moves, then all that moves."""
    scene = SCENES[lesson.picture]
    layers = [Part(draw=layer.draw, motion=_motion(lesson, layer)) for layer in scene.layers]
    moving = next((place for place, part in enumerate(layers) if not part.motion.still), len(layers))
    return _sheet(scene.paper, layers[:moving]), *layers[moving:], *slide_parts(lesson)


def draw_scene(lesson: Demonstration, pen: Pen, seconds: float) -> None:
    """All of the scene at that moment, and nothing of what comes in over it."""
    for layer in SCENES[lesson.picture].layers:
        motion = _motion(lesson, layer)
        if motion.is_seen(seconds):
            pen.stand(*motion.place(seconds))
            layer.draw(pen)


def _sheet(paper: str, still: Sequence[Part]) -> Part:
    def draw(pen: Pen) -> None:
        pen.box(paper, -1, -1, UNITS_WIDE + 2, UNITS_HIGH + 2)
        for part in still:
            part.draw(pen)

    return Part(draw=draw)


def _motion(lesson: Demonstration, layer: Layer) -> Motion:
    glides = [_glide(lesson, move) for move in layer.moves]
    if any(layer.drift):
        glides.append(Glide(begin=0, end=lesson.seconds, by=layer.drift, even=True))
    if layer.depth:
        for stay in stays(lesson):
            glides += coming_and_going(stay, _GIVES_WAY * layer.depth)
    return Motion(
        start=layer.start,
        glides=tuple(glides),
        bob=layer.bob,
        bob_seconds=layer.bob_seconds,
        appears=None if layer.appears is None else lesson.at(layer.appears),
        vanishes=None if layer.vanishes is None else lesson.at(layer.vanishes),
    )


def _glide(lesson: Demonstration, move: Move) -> Glide:
    return Glide(begin=lesson.at(move.begin), end=lesson.at(move.end), by=move.by, even=move.even)
