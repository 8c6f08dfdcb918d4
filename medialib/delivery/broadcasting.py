"""Which files a channel's segments are: the rung that is nearest to a stream's, and their addresses; pure."""

from fractions import Fraction

from medialib.catalogue.plans import SAMPLE_RATE, SAMPLES_PER_FRAME, first_audio_frame
from medialib.delivery.epochs import Slice
from medialib.delivery.joined import Stretch
from medialib.delivery.occasions import TICKS
from medialib.delivery.ordering import Item

SOUND = "sound"
SLATE_FOLDER = "/media/-/slate"
_FRAME = Fraction(SAMPLES_PER_FRAME, SAMPLE_RATE)
_WRAP = 1 << 33


def rung_of(item: Item, side: int) -> str:
    """The largest rung that is not larger than `side`, else the smallest; "" without a picture."""
    if not item.rungs:
        return ""
    fitting = [one for one in item.rungs if one[1] <= side]
    return max(fitting, key=lambda one: one[1])[0] if fitting else min(item.rungs, key=lambda one: one[1])[0]


def fmp4_stretch(one: Slice, stream: str) -> Stretch:
    """The segments of a picture (`stream` is its side) or of the sound."""
    item = one.aired.entry.item
    folder, durations = _fmp4_folder(item, stream), _picture_seconds(one)
    if stream == SOUND:
        durations = _sound_seconds(one)
    return Stretch(
        durations=durations,
        segments=[f"{folder}/{number}.m4s" for number in range(one.first, one.last)],
        init=f"{folder}/init.mp4",
    )


def _fmp4_folder(item: Item, stream: str) -> str:
    if not item.lesson_id:
        return f"{SLATE_FOLDER}/{item.segment_seconds}/{'sound' if stream == SOUND else 'picture'}"
    lesson = f"/media/{item.lesson_id}/v{item.version}"
    name = item.sound if stream == SOUND else rung_of(item, int(stream))
    if not name:
        return f"{lesson}/standin"
    return f"{lesson}/{name}" if stream == SOUND else f"{lesson}/{name}/joined"


def ts_stretch(one: Slice, stream: str, *, counted: bool = False) -> Stretch:
    """The same with the sound in every segment, on the channel's clock; `counted`: the tables' counters go on too."""
    item, clock = one.aired.entry.item, one.aired.clock % _WRAP
    if not item.lesson_id:
        folder = f"{SLATE_FOLDER}/{item.segment_seconds}/{clock}"
    else:
        rung = rung_of(item, int(stream))
        way = f"{rung}/joined" if rung and item.sound else f"standin/{rung or item.sound}"
        folder = f"/media/{item.lesson_id}/v{item.version}/{way}/{clock}"
    tables = one.aired.sequence % 16 if counted and item.lesson_id else 0
    ending = f".ts?tables={tables}" if tables else ".ts"
    numbers = range(one.first, one.last)
    return Stretch(durations=_picture_seconds(one), segments=[f"{folder}/{number}{ending}" for number in numbers])


def _picture_seconds(one: Slice) -> list[Fraction]:
    item = one.aired.entry.item
    seconds = [Fraction(item.segment_seconds)] * (one.last - one.first)
    if one.last == item.segments:
        seconds[-1] = Fraction(item.ticks, TICKS) - item.segment_seconds * (item.segments - 1)
    return seconds


def _sound_seconds(one: Slice) -> list[Fraction]:
    item = one.aired.entry.item

    def begin(number: int) -> Fraction:
        if number >= item.segments:
            return Fraction(item.ticks, TICKS)
        return first_audio_frame(number * item.segment_seconds) * _FRAME

    return [begin(number + 1) - begin(number) for number in range(one.first, one.last)]
