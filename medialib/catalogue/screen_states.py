"""How screens are: alive, late or silent, by the town they stand in; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from medialib.catalogue.screens import Screen

State = Literal["alive", "late", "silent"]
STATES: tuple[State, ...] = ("alive", "late", "silent")
_TOGETHER_SECONDS = 900
_TOGETHER = 3


@dataclass(frozen=True, kw_only=True)
class Town:
    """The screens of a town, those in order first; `slug` is "" for screens without a unit."""

    slug: str
    name: str
    screens: Sequence[tuple[Screen, State]]

    def of(self, state: State) -> list[Screen]:
        return [one for one, its in self.screens if its == state]

    @property
    def together(self) -> int:
        """How many fell silent within a quarter of an hour: then the power or the network is gone. 0 when few did."""
        times = sorted(one.seen_at for one in self.of("silent") if one.seen_at)
        most = max((sum(at <= other < at + _TOGETHER_SECONDS for other in times) for at in times), default=0)
        return most if most >= _TOGETHER else 0


def state_of(screen: Screen, now: float, *, late_seconds: float, silent_seconds: float) -> State:
    """A screen that never said anything is silent."""
    gone = now - screen.seen_at if screen.seen_at else silent_seconds
    return "alive" if gone < late_seconds else "late" if gone < silent_seconds else "silent"


def towns(screens: Sequence[tuple[Screen, State]], names: dict[str, str], order: Sequence[str]) -> list[Town]:
    """By the unit below the highest one, in the order of units; `names` are the units' names by slug."""
    found: dict[str, list[tuple[Screen, State]]] = {}
    for one, state in screens:
        slugs = one.unit.slugs if one.unit else ("",)
        found.setdefault(slugs[1] if len(slugs) > 1 else slugs[0], []).append((one, state))
    places = {slug: place for place, slug in enumerate(order)}
    return [
        Town(slug=slug, name=names.get(slug, ""), screens=sorted(some, key=lambda two: STATES.index(two[1])))
        for slug, some in sorted(found.items(), key=lambda two: places.get(two[0], len(places)))
    ]
