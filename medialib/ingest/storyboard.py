"""Small pictures of a whole film on sheets, for those who look for a place in it: where each is; pure.

A thumbnail track is WebVTT whose cues name a sheet and a rectangle on it by a media fragment (W3C Media Fragments
URI 1.0, 4.2.2: #xywh=).
"""

from dataclasses import dataclass

from medialib.catalogue.plans import Plan

COLUMNS = ROWS = 10
_MOST_TILES = 200
_TILE_SIDE = 160
# Below this length every second counts, and the film is short enough to be decoded whole.
_SHORT_SECONDS, _SHORT_TILES = 200, 100


@dataclass(frozen=True, kw_only=True)
class Storyboard:
    """`tiles` pictures, one every `interval_seconds`, each `width` x `height`, in rows on sheets of 10 x 10."""

    interval_seconds: int
    tiles: int
    width: int
    height: int

    @property
    def sheets(self) -> int:
        return -(-self.tiles // (COLUMNS * ROWS))

    def on_sheet(self, sheet: int) -> range:
        """The numbers of the tiles of a sheet."""
        return range(sheet * COLUMNS * ROWS, min((sheet + 1) * COLUMNS * ROWS, self.tiles))

    def rows_of(self, sheet: int) -> int:
        return -(-len(self.on_sheet(sheet)) // COLUMNS)


def make_storyboard(plan: Plan) -> Storyboard:
    """The storyboard of a plan that has a picture.

    A long film has a tile where every so many segments begin, since a segment begins with a whole picture; a short
    one has up to 100 between.
    """
    rung = plan.video[0]
    scale = min(1.0, _TILE_SIDE / max(rung.width, rung.height))
    interval = _interval(plan.seconds, plan.segment_seconds)
    return Storyboard(
        interval_seconds=interval,
        tiles=max(1, -(-round(plan.seconds * 1000) // (interval * 1000))),
        width=max(2, round(rung.width * scale / 2) * 2),
        height=max(2, round(rung.height * scale / 2) * 2),
    )


def _interval(seconds: float, segment_seconds: int) -> int:
    if seconds <= _SHORT_SECONDS:
        return min(max(1, -(-round(seconds) // _SHORT_TILES)), segment_seconds)
    return segment_seconds * max(1, -(-round(seconds) // (segment_seconds * _MOST_TILES)))


def render_thumbnails(board: Storyboard, seconds: float) -> str:
    """The thumbnail track; sheets are named as they lie beside it."""
    lines = ["WEBVTT", ""]
    for tile in range(board.tiles):
        sheet, place = divmod(tile, COLUMNS * ROWS)
        row, column = divmod(place, COLUMNS)
        begin = tile * board.interval_seconds
        end = min(begin + board.interval_seconds, seconds)
        where = f"{column * board.width},{row * board.height},{board.width},{board.height}"
        lines += [f"{_clock(begin)} --> {_clock(end)}", f"{sheet}.jpg#xywh={where}", ""]
    return "\n".join(lines)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
