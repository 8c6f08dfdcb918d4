"""How loud a recording is (ITU-R BS.1770-5, EBU R 128), and the one gain that brings it to the target; pure.

The blocks are BS.1770's: momentary loudness of 400 ms, one every 100 ms, in LUFS.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from medialib.settings import Sound

# Recordings up to this length are heard whole, longer ones in windows spread over them.
_WHOLE_SECONDS = 300
_WINDOWS = 16
_WINDOW_SECONDS = 15.0

# BS.1770-5, annex 1: what is fainter than this, or so much fainter than the rest, does not count.
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = 10.0
_BLOCKS_PER_SECOND = 10
# ebur128 begins with an empty window of 400 ms.
_FILLING_BLOCKS = 3

# A cough, a clap, a slammed door: above what three quarters of the blocks stay below by so much, and soon over.
_BURST_LU = 8.0
_BURST_QUANTILE = 0.75
_LONGEST_BURST_BLOCKS = 20

# A channel so much fainter than the other one is a cable that was not plugged in.
_DEAD_CHANNEL_DB = 30.0
# Left and right so far below themselves when they are added are one microphone with a twisted cable.
_CANCELLED_DB = 12.0
_MOST_MONO_GAIN_DB = 6.0

# The limiter is heard in the loudness when it takes this much from more than this share of the blocks.
_BITE_DB = 2.0
_BITTEN_SHARE = 0.01
_MOST_CORRECTION_DB = 6.0

# What the encoder adds to the peaks is measured where they are highest, in so many excerpts of this length.
_EXCERPTS, _EXCERPT_SECONDS = 3, 5.0
# It comes out between these, with so much room for what was not heard.
_LEAST_OVERSHOOT_DB, _MOST_OVERSHOOT_DB, _OVERSHOOT_ROOM_DB = 1.5, 10.0, 0.5

# Peaks at full scale (of one channel on both sides: 3 dB less), and this little above the loudness, were cut off: those
# of speech and music are 10 dB and more above it.
_FULL_SCALE_DB, _CLIPPED_CREST_DB = -3.2, 3.0

_QUIET_QUANTILE = 0.1
_FAINT_LUFS = -50.0


@dataclass(frozen=True, kw_only=True)
class Channels:
    """The level (RMS, in dB) of left, right, and of half of both together."""

    left_db: float
    right_db: float
    middle_db: float


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What was measured of a sound track: `peaks_db` are the highest samples of each 100 ms."""

    blocks: tuple[float, ...]
    peaks_db: tuple[float, ...]
    channels: Channels | None


def windows(seconds: float) -> list[tuple[float, float]]:
    """(begin, length) of what is listened to, in seconds: all of it, or four minutes spread over it."""
    if seconds <= _WHOLE_SECONDS:
        return [(0.0, seconds)]
    step = seconds / _WINDOWS
    return [(number * step + (step - _WINDOW_SECONDS) / 2, _WINDOW_SECONDS) for number in range(_WINDOWS)]


def read_figures(text: str) -> tuple[float, ...]:
    """The values of one key that ffmpeg's ametadata has printed; what is not a number is silence."""
    values = (float(line.partition("=")[2]) for line in text.splitlines() if line.startswith("lavfi."))
    return tuple(-math.inf if math.isnan(value) else value for value in values)


def read_blocks(text: str) -> tuple[float, ...]:
    return read_figures(text)[_FILLING_BLOCKS:]


def integrated(blocks: Sequence[float]) -> float | None:
    """Gated loudness in LUFS; None when there is nothing but silence."""
    heard = [block for block in blocks if block > _ABSOLUTE_GATE_LUFS]
    if not heard:
        return None
    gate = _mean(heard) - _RELATIVE_GATE_LU
    return _mean([block for block in heard if block > gate])


def without_bursts(blocks: Sequence[float]) -> list[float]:
    """The blocks without short outbursts, which would hold down all the rest.

    They are left out before the gates: a loud cough would otherwise lift the relative gate above the speech.
    """
    heard = sorted(block for block in blocks if block > _ABSOLUTE_GATE_LUFS)
    if not heard:
        return []
    top = heard[int(_BURST_QUANTILE * (len(heard) - 1))] + _BURST_LU
    stretches = (list(found) for _, found in groupby(blocks, key=lambda block: block > top))
    return [
        block for found in stretches if found[0] <= top or len(found) > _LONGEST_BURST_BLOCKS for block in found
    ]  # fmt: skip


def has_bursts(blocks: Sequence[float]) -> bool:
    kept = without_bursts(blocks)
    return 0 < len(kept) < len(blocks)


def choose_gain(blocks: Sequence[float], sound: Sound, *, offset_db: float = 0.0) -> float:
    """Towards the target, by at most what the settings allow; 0 where nothing can be heard.

    `offset_db` is what other changes than the gain add to the loudness.
    """
    loudness = integrated(without_bursts(blocks))
    if loudness is None:
        return 0.0
    wanted = sound.loudness_lufs - loudness - offset_db
    return round(min(wanted, _most_gain(loudness, sound)), 2)


def _most_gain(loudness: float, sound: Sound) -> float:
    """The fainter a recording, the likelier it is nothing but noise, which is not to become a din."""
    return max(0.0, sound.most_gain_db - 2 * max(0.0, _FAINT_LUFS - loudness))


def is_held_down(heard: Heard, gain_db: float, limit_db: float) -> bool:
    """Whether the limiter, or what was not counted, changes the loudness so that it must be measured again."""
    bitten = sum(peak + gain_db > limit_db + _BITE_DB for peak in heard.peaks_db)
    return bitten > _BITTEN_SHARE * len(heard.peaks_db) or has_bursts(heard.blocks)


def is_clipped(heard: Heard) -> bool:
    """Whether the recording was so loud that all its peaks were cut off."""
    loudness, peak = integrated(heard.blocks), max(heard.peaks_db, default=-math.inf)
    return loudness is not None and peak > _FULL_SCALE_DB and peak - loudness < _CLIPPED_CREST_DB


def correct_gain(gain_db: float, limited: Sequence[float], sound: Sound) -> float:
    """The gain anew, from the loudness that came out with it behind the limiter."""
    loudness = integrated(limited)
    if loudness is None:
        return gain_db
    correction = max(-_MOST_CORRECTION_DB, min(sound.loudness_lufs - loudness, _MOST_CORRECTION_DB))
    return round(min(gain_db + correction, sound.most_gain_db), 2)


def correct_mono_gain(mono_gain_db: float, limited: Sequence[float], sound: Sound) -> float:
    """The same for the mix to one channel, which peaks higher, and so loses more."""
    loudness = integrated(limited)
    if loudness is None:
        return mono_gain_db
    correction = max(-_MOST_CORRECTION_DB, min(sound.loudness_lufs - loudness, _MOST_CORRECTION_DB))
    return round(mono_gain_db + correction, 2)


def loudest(heard: Heard, seconds: float) -> list[tuple[float, float]]:
    """(begin, length) in seconds of the excerpts with the highest peaks, apart from each other."""
    spans, moments = windows(seconds), []
    for number, peak in enumerate(heard.peaks_db):
        span, within = divmod(number / _BLOCKS_PER_SECOND, spans[0][1])
        if span < len(spans):
            moments.append((peak, spans[int(span)][0] + within))
    found: list[tuple[float, float]] = []
    for _, moment in sorted(moments, key=lambda one: -one[0]):
        begin = max(0.0, min(moment - _EXCERPT_SECONDS / 2, seconds - _EXCERPT_SECONDS))
        if all(abs(begin - other) >= _EXCERPT_SECONDS for other, _ in found):
            found.append((begin, min(_EXCERPT_SECONDS, seconds)))
        if len(found) == _EXCERPTS:
            break
    return sorted(found)


def overshoot_db(peaks_db: Sequence[float], limit_db: float) -> float:
    """What is left free above the limiter, from the true peaks that came out of the encoder."""
    over = max(peaks_db, default=-math.inf) - limit_db + _OVERSHOOT_ROOM_DB
    return round(max(_LEAST_OVERSHOOT_DB, min(over, _MOST_OVERSHOOT_DB)), 2)


def choose_channels(channels: Channels) -> tuple[int, ...]:
    """The channel that both sides get, twice, when the other is dead or its opposite; else nothing."""
    if abs(channels.left_db - channels.right_db) > _DEAD_CHANNEL_DB:
        return (0, 0) if channels.left_db > channels.right_db else (1, 1)
    louder = max(channels.left_db, channels.right_db)
    return (0, 0) if channels.middle_db < louder - _CANCELLED_DB else ()


def doubling_db(channels: Channels, chosen: tuple[int, ...]) -> float:
    """What it adds to the loudness when both sides get the chosen channel."""
    if not chosen:
        return 0.0
    both = _power(channels.left_db) + _power(channels.right_db)
    one = _power((channels.left_db, channels.right_db)[chosen[0]])
    return 10 * math.log10(2 * one / both) if both else 0.0


def mono_gain_db(channels: Channels) -> float:
    """What wide stereo loses when it is mixed to one channel (by sqrt(1/2) of each side)."""
    mono = 2 * _power(channels.middle_db)
    if not mono:
        return 0.0
    lost = 10 * math.log10((_power(channels.left_db) + _power(channels.right_db)) / mono)
    return round(max(0.0, min(lost, _MOST_MONO_GAIN_DB)), 2)


def noise_db(blocks: Sequence[float]) -> float | None:
    """How loud it is where nobody speaks; None when the recording is silent there, and nothing is to be cleaned."""
    quiet = sorted(blocks)[: max(1, int(_QUIET_QUANTILE * len(blocks)))]
    return quiet[-1] if quiet and quiet[-1] > _ABSOLUTE_GATE_LUFS else None


def _mean(blocks: Sequence[float]) -> float:
    return 10 * math.log10(sum(map(_power, blocks)) / len(blocks))


def _power(level_db: float) -> float:
    return float(10 ** (level_db / 10))
