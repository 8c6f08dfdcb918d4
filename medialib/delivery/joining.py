"""Lessons joined into one stream: which rendition of each every variant takes.

All variants have the same tracks and the same joins. Where a lesson has not a variant's size, its nearest one is
taken; where it has no picture or no sound at all, something stands in for it (catalogue/standins.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from medialib.catalogue import standins
from medialib.delivery import hls, joined_captions, offer
from medialib.delivery.hls import Sound, Subtitles, Variant
from medialib.delivery.joinable import Choice, Joinable

STAND_IN = "standin"
"""In place of a rendition's name: what stands in for the picture or the sound."""

_GROUP = "sound"
_SOUND, _SMALL_SOUND = "sound", "sound-small"

Row = tuple[str, int, str, bool]
"""Lesson id, version, rendition, and whether something that stands in is packed with it (MPEG-TS only)."""


@dataclass(frozen=True, kw_only=True)
class Joined:
    """`streams` are, by name, a row for every lesson; the rest is the multivariant playlist.

    `ts` has picture and sound in the same segments.
    """

    ts: bool
    streams: dict[str, list[Row]]
    variants: tuple[Variant, ...]
    sounds: tuple[Sound, ...] = ()
    subtitles: tuple[Subtitles, ...] = ()

    def recipe(self) -> dict[str, Any]:
        """What its media playlists are made of, as JSON."""
        return {"ts": self.ts, "streams": {name: [list(one) for one in rows] for name, rows in self.streams.items()}}


def first_ones(lessons: Sequence[Joinable], *, most_segments: int) -> list[Joinable]:
    """As many from the beginning as fit; one at least."""
    taken: list[Joinable] = []
    for one in lessons:
        if taken and sum(other.segments for other in taken) + one.segments > most_segments:
            break
        taken.append(one)
    return taken


def join(lessons: Sequence[Joinable], *, ts: bool, only_sound: bool = False) -> Joined | None:
    """The stream of these lessons; None when there is nothing to play. `only_sound` leaves out silent lessons."""
    if only_sound or not any(one.rungs for one in lessons):
        lessons = [one for one in lessons if one.sounds]
        return _captioned(_heard(lessons, ts=ts), lessons) if lessons else None
    return _captioned(_seen(lessons, ts=ts), lessons)


def _captioned(joined: Joined, lessons: Sequence[Joinable]) -> Joined:
    """The same with the captions in every language: their rows have language/revision for a rendition, or nothing."""
    streams, subtitles = joined_captions.tracks([(one.language, one.captions) for one in lessons])
    rows: dict[str, list[Row]] = {
        name: [
            (one.lesson_id, one.version, f"{language}/{revision}" if language else "", False)
            for one, (language, revision) in zip(lessons, tracks, strict=True)
        ]
        for name, tracks in streams.items()
    }
    variants = offer.with_subtitles(joined.variants, subtitles)
    return replace(joined, streams=joined.streams | rows, variants=variants, subtitles=subtitles)


def _heard(lessons: Sequence[Joinable], *, ts: bool) -> Joined:
    streams, variants = _sound_streams(lessons)
    return Joined(ts=ts, streams=streams, variants=tuple(variants))


def _seen(lessons: Sequence[Joinable], *, ts: bool) -> Joined:
    heard = any(one.sounds for one in lessons)
    streams: dict[str, list[Row]] = {}
    variants: list[Variant] = []
    for side, picks in _levels(lessons):
        name = str(side)
        streams[name] = [_row(one, choice, ts=ts, heard=heard) for one, choice in zip(lessons, picks, strict=True)]
        variants.append(_variant(name, lessons, picks, ts=ts, heard=heard))
    sounds: tuple[Sound, ...] = ()
    if heard and not ts:
        sounds = (_sound(lessons),)
    # In MPEG-TS silence stands in beside a picture only.
    if heard and (not ts or all(one.sounds for one in lessons)):
        alone, more = _sound_streams(lessons)
        streams |= alone
        variants += more
    return Joined(ts=ts, streams=streams, variants=tuple(variants), sounds=sounds)


def _row(one: Joinable, choice: Choice | None, *, ts: bool, heard: bool) -> Row:
    """In MPEG-TS a lesson without a picture is its sound, with which the still picture is packed."""
    if not ts:
        return one.lesson_id, one.version, choice.name if choice else STAND_IN, False
    own = choice or one.sounds[0]
    return one.lesson_id, one.version, own.name, choice is None or (heard and not one.sounds)


def _levels(lessons: Sequence[Joinable]) -> list[tuple[int, list[Choice | None]]]:
    """For every variant its side and the rung of each lesson (None: it has no picture).

    What most lessons begin with comes first.
    """
    levels: list[tuple[int, list[Choice | None]]] = []
    for side in sorted({choice.side for one in lessons for choice in one.rungs}):
        picks = [_nearest(one.rungs, side) for one in lessons]
        if picks not in (others for _, others in levels):
            levels.append((side, picks))
    begun = [one.rungs[0] if one.rungs else None for one in lessons]
    first = max(levels, key=lambda level: sum(a is b for a, b in zip(level[1], begun, strict=True)))
    return [first, *(level for level in levels if level is not first)]


def _nearest(rungs: Sequence[Choice], side: int) -> Choice | None:
    """The largest that is not larger than the variant, else the smallest."""
    if not rungs:
        return None
    fitting = [one for one in rungs if one.side <= side]
    return max(fitting, key=_pixels) if fitting else min(rungs, key=_pixels)


def _pixels(choice: Choice) -> int:
    width, height = choice.variant.resolution or (0, 0)
    return width * height


def _variant(
    name: str, lessons: Sequence[Joinable], picks: Sequence[Choice | None], *, ts: bool, heard: bool
) -> Variant:
    shown = [one for one in picks if one]
    still = any(one is None for one in picks)
    peaks, bits = [], 0.0
    for one, choice in zip(lessons, picks, strict=True):
        own = choice.variant if choice else one.sounds[0].variant
        quiet = standins.SILENCE_BITS_PER_SECOND if heard and not one.sounds else 0
        peaks.append(own.peak_bits_per_second + quiet + (0 if choice else standins.PICTURE_PEAK_BITS_PER_SECOND))
        still_bits = 0 if choice else standins.PICTURE_AVERAGE_BITS_PER_SECOND
        bits += (own.average_bits_per_second + quiet + still_bits) * one.seconds
    pictures = [one.variant.codecs.split(",")[0] for one in shown]
    sounds = {one.variant.codecs for lesson in lessons for one in lesson.sounds[:1]}
    codecs = [most_demanding([*pictures, *([standins.PICTURE_CODECS] if still else [])]), *sorted(sounds)]
    largest = max(shown, key=_pixels).variant
    return Variant(
        uri=f"{name}.m3u8",
        peak_bits_per_second=max(peaks),
        average_bits_per_second=round(bits / sum(one.seconds for one in lessons)),
        codecs=",".join(codecs),
        resolution=largest.resolution,
        frames_per_second=max(one.variant.frames_per_second or 0 for one in shown),
        audio_group=_GROUP if heard and not ts else None,
    )


def _sound_streams(lessons: Sequence[Joinable]) -> tuple[dict[str, list[Row]], list[Variant]]:
    """Sound alone, the best and the smallest, where they differ; silence where there is none."""
    streams: dict[str, list[Row]] = {}
    variants: list[Variant] = []
    for name, place in ((_SOUND, 0), (_SMALL_SOUND, -1)):
        names = [one.sounds[place].name if one.sounds else STAND_IN for one in lessons]
        rows = [(one.lesson_id, one.version, its, False) for one, its in zip(lessons, names, strict=True)]
        if rows in streams.values():
            continue
        streams[name] = rows
        told = [one.sounds[place].variant for one in lessons if one.sounds]
        bits = sum(
            (one.sounds[place].variant.average_bits_per_second if one.sounds else standins.SILENCE_BITS_PER_SECOND)
            * one.seconds
            for one in lessons
        )
        variants.append(
            Variant(
                uri=f"{name}.m3u8",
                peak_bits_per_second=max(one.peak_bits_per_second for one in told),
                average_bits_per_second=round(bits / sum(one.seconds for one in lessons)),
                codecs=",".join(sorted({one.codecs for one in told})),
            )
        )
    return streams, variants


def _sound(lessons: Sequence[Joinable]) -> Sound:
    languages = {one.language for one in lessons if one.sounds}
    return Sound(
        group=_GROUP,
        name=_SOUND,
        language=next(iter(languages)) if len(languages) == 1 else "und",
        channels=2,
        uri=f"{_SOUND}.m3u8",
    )


def most_demanding(codecs: Sequence[str]) -> str:
    """The avc1.PPCCLL (RFC 6381) that a player of all of these must know: profile and level at their most."""
    told = [bytes.fromhex(one.partition(".")[2]) for one in codecs]
    profile = max(told, key=lambda one: one[0])
    return f"avc1.{bytes([profile[0], profile[1], max(one[2] for one in told)]).hex().upper()}"


def render_master(joined: Joined, folder: str) -> str:
    """The multivariant playlist; `folder` is where its playlists are."""
    return hls.render_multivariant(
        [replace(one, uri=f"{folder}/{one.uri}") for one in joined.sounds],
        [replace(one, uri=f"{folder}/{one.uri}") for one in joined.variants],
        [replace(one, uri=f"{folder}/{one.uri}") for one in joined.subtitles],
        version=hls.MPEG_TS if joined.ts else hls.FMP4,
    )
