"""The scenes of the demonstration's films, by the names that lessons.yaml calls them."""

from medialib.demo.scenes import care, farm, village
from medialib.demo.scenes.layers import Scene

SCENES: dict[str, Scene] = {
    "grove": farm.GROVE,
    "tea": farm.TEA,
    "yard": farm.YARD,
    "mat": farm.MAT,
    "bridge": village.BRIDGE,
    "meeting": village.MEETING,
    "market": village.MARKET,
    "accounts": village.ACCOUNTS,
    "rescue": care.RESCUE,
    "phone": care.PHONE,
}
