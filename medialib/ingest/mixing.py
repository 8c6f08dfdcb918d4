"""From a sound track of the source to the samples of a rendition, as ffmpeg-python values; pure.

Everything is computed in floats, so that nothing clips before the limiter. The limiter, the denoiser and the AAC
encoder remember what came before: a run therefore begins WARM_UP_FRAMES early, goes on for TAIL_FRAMES, and throws
those away. So runs made one by one join like one (tests/ingest/test_sound.py compares them).
"""

from collections.abc import Sequence
from typing import Any

from medialib.catalogue.plans import SAMPLE_RATE, AudioRendition
from medialib.catalogue.source_uses import SoundUse

# Half a second: the limiter lets go within 50 ms, the denoiser smooths over about 300 ms.
WARM_UP_FRAMES = 24
# An AAC frame is half of what the next one says too, and the encoder looks ahead: it must hear what comes after a run,
# or every join clicks.
TAIL_FRAMES = 4
# AAC at 32 kbit/s (mono) and 64 (stereo) peaks so much higher than what went in (measured: docs/decisions.md). Where
# the limiter has much to do it is more, and measured for each recording (overshoot.py).
_CODER_OVERSHOOT_DB = {1: 5.0, 2: 3.3}
# A cough or another burst that the limiter cuts off is noise: no excerpt tells how high it will peak the next time.
BURST_ROOM_DB = 1.0
# What was coded is so much louder than what went in, in the middle of many recordings.
CODER_ADDS_DB = {1: 0.4, 2: 0.2}
# The same of what the limiter holds down: speech gets more, coughs and other bursts get hardly any in mono.
CODER_ADDS_TO_HELD_DB = {1: 1.0, 2: 0.4}
CODER_ADDS_TO_BURSTS_DB = {1: 0.1, 2: 0.4}
# And so much more where all peaks were cut off: it gives them back.
CODER_ADDS_TO_CLIPPED_DB = {1: 1.0, 2: 0.3}
_LAYOUTS = {1: "mono", 2: "stereo"}
_RUMBLE_HERTZ = 80
# A hole of this many seconds in the sound (two lost packets) is filled, what is as much too early cut: by itself
# aresample lets up to 0.1 s pass, and all that follows runs ahead of the picture. Less is left: phones' clocks tremble.
_LEAST_HOLE_SECONDS = 0.04
# What cheap recorders add to every sample is not heard, but the limiter takes it for a peak.
_STANDING_HERTZ = 10
# Enough to tell a dead channel: that of a telephone.
_LEVEL_RATE = 8_000
_NOISE_REDUCTION_DB = 12
# Samples at 48 kHz by which afftdn's output is late, and does not say so (ffmpeg 5.1 and 9.0 alike).
_DENOISER_DELAY = 1_200


def stereo(sound: Any, use: SoundUse) -> Any:
    """Left and right: of many channels the centre is kept and the low-frequency one left out (ITU-R BS.775-3)."""
    if use.channels:
        left, right = use.channels
        sound = sound.filter("pan", args=f"stereo|c0=c{left}|c1=c{right}")
    # One pole: at 192 kHz two of so low a frequency would be noise themselves.
    return in_channels(sound, 2).filter("highpass", f=_STANDING_HERTZ, p=1)


def in_channels(sound: Any, channels: int) -> Any:
    """To be said after every aresample and before every split, or ffmpeg lets the mono encoding make the other mono."""
    return sound.filter("aformat", channel_layouts=_LAYOUTS[channels], sample_fmts="fltp")


def on_the_grid(sound: Any, use: SoundUse, start_seconds: float, first: int, last: int) -> Any:
    """The samples first .. last-1 of the lesson's clock, silence where the source has none, cleaned if so planned.

    What comes before `first` is cut by atrim, since aresample's first_pts is only exact where it adds silence.
    """
    delay = 0 if use.noise_db is None else _DENOISER_DELAY
    if start_seconds:
        sound = sound.filter("asetpts", f"PTS-({start_seconds:.6f})/TB")
    sound = sound.filter("aresample", SAMPLE_RATE).filter("apad").filter("atrim", start_pts=first)
    settings = {"async": 1, "min_hard_comp": _LEAST_HOLE_SECONDS, "first_pts": first}
    sound = sound.filter("aresample", SAMPLE_RATE, **settings)
    sound = cleaned(in_channels(sound.filter("atrim", end_pts=last + delay), 2), use)
    return sound.filter("asetpts", f"PTS-{delay}").filter("atrim", start_pts=first) if delay else sound


def cleaned(sound: Any, use: SoundUse) -> Any:
    """Without rumble and steady noise, where the plan says so; what comes out is _DENOISER_DELAY late."""
    if use.noise_db is None:
        return sound
    sound = sound.filter("highpass", f=_RUMBLE_HERTZ)
    return sound.filter("afftdn", nr=_NOISE_REDUCTION_DB, nf=round(use.noise_db, 1))


def levelled(sound: Any, use: SoundUse, channels: int) -> Any:
    """At the lesson's loudness in so many channels, no peak above the ceiling."""
    gain_db = use.gain_db + (use.mono_gain_db if channels == 1 else 0.0)
    sound = in_channels(sound, channels)
    if gain_db:
        sound = sound.filter("volume", f"{gain_db - CODER_ADDS_DB[channels]:.2f}dB")
    if use.ceiling_dbtp is not None:
        # level: no gain of its own. latency: what comes out is not delayed.
        limit = f"{limit_db(use, channels=channels):.2f}dB"
        sound = sound.filter("alimiter", limit=limit, attack=5, release=50, level=0, latency=1)
    return sound


def limit_db(use: SoundUse, *, channels: int) -> float:
    """The highest sample that the limiter lets through.

    Peaks between the samples are 0.1 dB above them in speech and music; what the encoder adds is far more.
    """
    overshoot = use.overshoots_db[channels - 1] if use.overshoots_db else _CODER_OVERSHOOT_DB[channels]
    return min(0.0, (use.ceiling_dbtp or 0.0) - overshoot)


def peaks_measured(sound: Any, file: str) -> Any:
    """The sound with its true peaks, every 100 ms or so, written into a file (ITU-R BS.1770-5, annex 2)."""
    sound = sound.filter("aresample", 4 * SAMPLE_RATE).filter("asetnsamples", 4 * SAMPLE_RATE // 10)
    sound = sound.filter("astats", metadata=1, reset=1, measure_overall="Peak_level", measure_perchannel="none")
    return _printed(sound, "astats.Overall.Peak_level", file)


def measured(sound: Any, loudness: str, peaks: str, channels: Sequence[str]) -> Any:
    """The sound with its figures written into files: loudness and peak every 100 ms, then the level of each channel."""
    sound = _printed(sound.filter("ebur128", metadata=1), "r128.M", loudness)
    sound = sound.filter("astats", metadata=1, reset=1, measure_overall="Peak_level", measure_perchannel="none")
    sound = _printed(sound, "astats.Overall.Peak_level", peaks)
    sound = in_channels(sound, 2).filter("pan", args="3c|c0=c0|c1=c1|c2=0.5*c0+0.5*c1")
    sound = sound.filter("aresample", _LEVEL_RATE).filter("asetnsamples", _LEVEL_RATE)
    sound = sound.filter("astats", metadata=1, measure_overall="none", measure_perchannel="RMS_level")
    for number, file in enumerate(channels, start=1):
        sound = _printed(sound, f"astats.{number}.RMS_level", file)
    return sound


def _printed(sound: Any, key: str, file: str) -> Any:
    return sound.filter("ametadata", mode="print", key=f"lavfi.{key}", file=file)


def layout(track: AudioRendition) -> str:
    return _LAYOUTS[track.channels]
