"""Where the bars, lines and words of a chart stand; the templates draw them as SVG (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

_LEFT = 48
_TOP = 24
_BELOW = 24
_GAP_SHARE = 0.28
_HALF_A_NOTE = 70
_STEPS = (1, 2, 5)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bar of one or two parts: the lower one in the stronger colour."""

    x: float
    width: float
    lower: float
    upper: float
    base: float

    @property
    def lower_y(self) -> float:
        return round(self.base - self.lower, 1)

    @property
    def upper_y(self) -> float:
        """Two units of paper lie between the parts."""
        return round(self.lower_y - self.upper - (2 if self.lower else 0), 1)


@dataclass(frozen=True, kw_only=True)
class Label:
    """Words at a place; `anchor` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, kw_only=True)
class BarChart:
    """Bars over their labels, with lines at round numbers; `top` is the place over the highest bar."""

    width: int
    height: int
    left: int
    base: float
    bars: Sequence[Bar]
    lines: Sequence[Label]
    labels: Sequence[Label]
    highest: int | None
    top: Label | None


def round_lines(highest: float, *, most: int = 3) -> list[int]:
    """At most so many round numbers that fit under the highest value: 500 and 1,000 under 1,352."""
    step = next(one * 10**power for power in range(12) for one in _STEPS if highest // (one * 10**power) <= most)
    return [step * number for number in range(1, int(highest // step) + 1)]


def bar_chart(
    pairs: Sequence[tuple[int, int]],
    labels: Sequence[str],
    *,
    width: int,
    height: int,
    lines: bool = True,
    every: int = 1,
) -> BarChart:
    """A chart of (lower, upper) parts; of the labels each `every`-th is written, and the last one."""
    left = _LEFT if lines else 0
    base = float(height - _BELOW)
    totals = [sum(pair) for pair in pairs]
    highest = max(totals, default=0)
    room, slot = base - _TOP, (width - left) / max(1, len(pairs))
    scale = room / highest if highest else 0.0
    bar_width = round(slot * (1 - _GAP_SHARE), 1)
    bars = [
        Bar(
            x=round(left + slot * place + slot * _GAP_SHARE / 2, 1),
            width=bar_width,
            lower=round(lower * scale, 1),
            upper=round(upper * scale, 1),
            base=base,
        )
        for place, (lower, upper) in enumerate(pairs)
    ]
    at = totals.index(highest) if highest else None
    return BarChart(
        width=width,
        height=height,
        left=left,
        base=base,
        bars=bars,
        lines=[
            Label(x=left - 10, y=round(base - value * scale, 1), text=f"{value:,}", anchor="end")
            for value in (round_lines(highest) if lines and highest else ())
        ],
        labels=_labels(labels, bars, height, width, every),
        highest=at,
        top=_over(bars[at], width) if at is not None else None,
    )


def _labels(labels: Sequence[str], bars: Sequence[Bar], height: int, width: int, every: int) -> list[Label]:
    """The last one always, and none that would stand in its way."""
    last = len(labels) - 1
    shown = [place for place in range(0, len(labels), every) if place == last or last - place >= every * 0.6]
    return [
        Label(x=width, y=height - 4, text=labels[place], anchor="end")
        if place == last and every > 1
        else Label(x=round(bars[place].x + bars[place].width / 2, 1), y=height - 4, text=labels[place])
        for place in sorted({*shown, *([last] if last >= 0 else [])})
    ]


def _over(bar: Bar, width: int) -> Label:
    """Words over the highest bar, within the chart."""
    middle, edge = bar.x + bar.width / 2, _HALF_A_NOTE
    anchor = "start" if middle < edge else "end" if middle > width - edge else "middle"
    at = {"start": bar.x, "middle": middle, "end": bar.x + bar.width}[anchor]
    return Label(x=round(at, 1), y=_TOP - 8, text="", anchor=anchor)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A chapter under a curve."""

    x: float
    end: float
    title: str


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A line through the shares, the area under it, the chapters below, the place many go back to and the end."""

    width: int
    height: int
    base: float
    full: float
    half: float
    line: str
    area: str
    chapters: Sequence[Stretch]
    again: Label | None
    again_part: int | None
    end: Label


def curve(shares: Sequence[float], chapters: Sequence[tuple[float, str]], *, width: int, height: int) -> Curve:
    """Shares of 1 by equal parts; chapters begin at shares of the whole length."""
    base, top = height - 36.0, 17.0
    highest = max(1.0, *shares)
    scale = (base - top) / highest
    step = width / len(shares)
    points = [(round(step * (place + 0.5), 1), round(base - share * scale, 1)) for place, share in enumerate(shares)]
    points = [(0.0, points[0][1]), *points, (float(width), points[-1][1])]
    line = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
    again = _gone_back_to(shares)
    begins = [(round(share * width, 1), title) for share, title in chapters]
    ends = [*(begin for begin, _ in begins[1:]), float(width)][: len(begins)]
    return Curve(
        width=width,
        height=height,
        base=base,
        full=round(base - scale, 1),
        half=round(base - scale / 2, 1),
        line=line,
        area=f"{line}V{base:g}H0z",
        chapters=[
            Stretch(x=begin, end=max(begin, end - 4), title=_fitting(title, end - begin))
            for (begin, title), end in zip(begins, ends, strict=True)
        ],
        again=_at(points[again + 1], width) if again is not None else None,
        again_part=again,
        end=Label(x=width, y=max(12.0, min(y for x, y in points if x > width * 0.7) - 10), text="", anchor="end"),
    )


def _gone_back_to(shares: Sequence[float]) -> int | None:
    """The part that stands out most over what is before and after it, if any does by a twentieth."""
    rises = [
        (min(shares[place] - shares[place - 1], shares[place] - min(shares[place + 1 :])), place)
        for place in range(1, len(shares) - 1)
    ]
    rise, place = max(rises, default=(0.0, 0))
    return place if rise >= 0.05 else None


def _at(point: tuple[float, float], width: int) -> Label:
    x, y = point
    return Label(x=x, y=y, text="", anchor="start" if x < width / 2 else "end")


def _fitting(title: str, room: float) -> str:
    """As much of a title as fits in so many units, a letter taking about thirteen."""
    letters = int(room // 13)
    return title if len(title) <= letters else title[: letters - 1] + "…" if letters >= 3 else ""
