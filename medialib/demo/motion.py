"""How a part of a demonstration's picture moves, as a value and as ffmpeg's expression of it (pure)."""

from dataclasses import dataclass

Place = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Glide:
    """Going by `by` between two moments: gently at both ends, or `even`."""

    begin: float
    end: float
    by: Place
    even: bool = False


@dataclass(frozen=True, kw_only=True)
class Motion:
    """Places in units; `bob` is how far it hops up within `bob_seconds`. Seen from `appears` until `vanishes`."""

    start: Place = (0, 0)
    glides: tuple[Glide, ...] = ()
    bob: float = 0
    bob_seconds: float = 1
    appears: float | None = None
    vanishes: float | None = None

    @property
    def still(self) -> bool:
        return not self.glides and not self.bob and self.appears is None and self.vanishes is None

    def place(self, seconds: float) -> Place:
        """Where it is at that moment; without its hops."""
        x, y = self.start
        for glide in self.glides:
            far = min(max((seconds - glide.begin) / (glide.end - glide.begin), 0), 1)
            gone = far if glide.even else far * far * (3 - 2 * far)
            x, y = x + glide.by[0] * gone, y + glide.by[1] * gone
        return x, y

    def is_seen(self, seconds: float) -> bool:
        return (self.appears or 0) <= seconds and (self.vanishes is None or seconds < self.vanishes)

    def expression(self, axis: int, origin: int, pixels_per_unit: float) -> str:
        """The place in pixels as a function of `t`, counted from `origin`."""
        terms = [f"{origin + self.start[axis] * pixels_per_unit:.2f}"]
        for glide in self.glides:
            if pixels := glide.by[axis] * pixels_per_unit:
                far = f"clip((t-{glide.begin:.3f})/{glide.end - glide.begin:.3f},0,1)"
                gone = far if glide.even else f"st(0,{far})*ld(0)*(3-2*ld(0))"
                terms.append(f"{pixels:.2f}*{gone}")
        if axis == 1 and self.bob:
            terms.append(f"{-self.bob * pixels_per_unit:.2f}*abs(sin(PI*t/{self.bob_seconds}))")
        return "+".join(terms)

    @property
    def shown(self) -> str | None:
        """When it is seen, as an expression; None means always."""
        if self.appears is None and self.vanishes is None:
            return None
        return f"between(t,{self.appears or 0:.3f},{1e6 if self.vanishes is None else self.vanishes:.3f})"


STILL = Motion()
