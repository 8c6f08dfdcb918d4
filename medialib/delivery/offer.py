"""What a player is offered of a lesson: its variants as far as they are made. Of stored rows it only reads fields."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from babel.core import Locale, UnknownLocaleError

from medialib.catalogue.lessons import Captions, RenditionProgress
from medialib.catalogue.plans import AudioRendition, Plan, Rendition, VideoRendition
from medialib.delivery.hls import Keyframes, Sound, Subtitles, Variant

_GROUP = "sound"
SUBTITLES = "captions"
# Until a rendition is measured, a segment is taken to peak this far above the encoder's ceiling.
_UNMEASURED_PEAK = 1.5
# Headers of about 30 bytes and half a packet of filling; sound is gathered before it is packed.
_TS_GROUP_BITS = (30 + 92) * 8
_SOUND_GROUPS_PER_SECOND = 6
# Two groups of frames and more, each of which tells the clock.
_LEAST_ALONE_SECONDS = 1


def sounds(plan: Plan, *, language: str) -> tuple[Sound, ...]:
    """The sounds that go with every picture, the usual one first: the best encoding of each track.

    `language` is the lesson's: that of the usual sound when the recording does not say it of several.
    """
    if not plan.audio:
        return ()
    best = {one.track: one for one in plan.audio}
    tags = _languages(plan, language)
    names = sound_names(plan, language=language)
    return tuple(
        Sound(
            group=_GROUP, name=names[track], language=tags[track], channels=best[track].channels,
            uri=_playlist(plan, best[track]), default=track == 0,
            # Nothing tells two of one language apart when a player chooses by itself (section 4.4.6.2.1).
            automatic=not use.commentary and tags[track] not in tags[:track],
        )
        for track, use in enumerate(plan.source.heard)
    )  # fmt: skip


def sound_names(plan: Plan, *, language: str, naming: Callable[[str], str] | None = None) -> tuple[str, ...]:
    """What people call each sound track: its title, its language in that language or by `naming`, or its number; all
    differ.
    """
    names: list[str] = []
    for number, (use, tag) in enumerate(zip(plan.source.heard, _languages(plan, language), strict=True), start=1):
        name = use.title or (naming or _language_name)(tag) or str(number)
        same = sum(name == one or one.startswith(f"{name} (") for one in names)
        names.append(f"{name} ({same + 1})" if same else name)
    return tuple(names)


def _languages(plan: Plan, language: str) -> tuple[str, ...]:
    """A BCP 47 tag for each track. What people say of the lesson is truer than the tag of an only track."""
    if not plan.source.heard:
        return ()  # a silent film
    first, *others = plan.source.heard
    known = (first.language or language) if others else (language or first.language)
    return tuple(tag or "und" for tag in (known, *(one.language for one in others)))


def _language_name(tag: str) -> str:
    """中文 for zh, English for en; languages without a name of their own in CLDR have their English one, or none."""
    try:
        return Locale.parse(tag, sep="-", resolve_likely_subtags=False).get_display_name() or ""
    except (UnknownLocaleError, ValueError):
        return Locale("en").languages.get(tag, "") if tag != "und" else ""


def variants(plan: Plan, rows: Sequence[RenditionProgress], *, choice: bool = True) -> tuple[Variant, ...]:
    """The start rung first, then every other complete rung, then sound alone, best first.

    Rungs under way are left out: a player that switched to one would wait at every segment. `choice` says whether
    `sounds` are offered with them, so that the one that needs most bits counts (RFC 8216bis, 4.4.6.2).
    """
    progress = {row.name: row for row in rows}
    best = {one.track: one for one in plan.audio if choice or not one.track}
    with_picture = tuple(_with_picture(plan, rung, [*best.values()], progress) for rung in _rungs(plan, progress))
    return with_picture + audio_variants(plan, rows)


def ready_rungs(plan: Plan, rows: Sequence[RenditionProgress]) -> tuple[VideoRendition, ...]:
    """The rungs of `variants` and `ts_variants`, in their order."""
    return tuple(_rungs(plan, {row.name: row for row in rows}))


def _rungs(plan: Plan, progress: dict[str, RenditionProgress]) -> list[VideoRendition]:
    rungs = [one for one in plan.video if one.name == plan.start_rung]
    return rungs + [one for one in plan.video if one.name != plan.start_rung and _is_ready(progress[one.name])]


def _is_ready(row: RenditionProgress) -> bool:
    return row.complete and not row.left_out


def audio_variants(plan: Plan, rows: Sequence[RenditionProgress], *, track: int = 0) -> tuple[Variant, ...]:
    """Sound alone, best first; `track` counts SourceUse.heard."""
    progress = {row.name: row for row in rows}
    return tuple(
        Variant(
            uri=_playlist(plan, one),
            peak_bits_per_second=_peak(progress[one.name], one.bits_per_second),
            average_bits_per_second=_average(progress[one.name], one.bits_per_second),
            codecs=progress[one.name].codecs,
        )
        for one in reversed(plan.audio)
        if one.track == track
    )


def subtitles(plan: Plan, rows: Sequence[Captions], *, language: str) -> tuple[Subtitles, ...]:
    """The captions in every language; `language` is that of the sound."""
    return tuple(
        Subtitles(
            group=SUBTITLES,
            name=row.label or row.language,
            language=row.language,
            uri=f"v{plan.version}/captions/{row.language}/{row.revision}/index.m3u8",
            spoken=row.language.partition("-")[0] == language.partition("-")[0],
        )
        for row in rows
    )


def ts_subtitles(subtitles: Sequence[Subtitles]) -> tuple[Subtitles, ...]:
    """The same captions by the clock of MPEG-TS."""
    return tuple(replace(one, uri=one.uri.replace("/index.m3u8", "/ts/index.m3u8")) for one in subtitles)


def with_subtitles(variants: Sequence[Variant], subtitles: Sequence[Subtitles]) -> tuple[Variant, ...]:
    """Every variant says which captions go with it."""
    return tuple(replace(one, subtitles_group=SUBTITLES if subtitles else None) for one in variants)


def keyframes(plan: Plan, rows: Sequence[RenditionProgress]) -> tuple[Keyframes, ...]:
    """The single pictures of every rung that is complete and measured, small ones first."""
    progress = {row.name: row for row in rows}
    return tuple(
        Keyframes(
            uri=f"v{plan.version}/{rung.name}/keyframes.m3u8",
            peak_bits_per_second=progress[rung.name].keyframes_peak_bits_per_second,
            average_bits_per_second=progress[rung.name].keyframes_average_bits_per_second,
            codecs=progress[rung.name].codecs,
            resolution=(rung.width, rung.height),
        )
        for rung in plan.video
        if progress[rung.name].complete and progress[rung.name].keyframes_peak_bits_per_second
    )


def ts_variants(plan: Plan, rows: Sequence[RenditionProgress]) -> tuple[Variant, ...]:
    """What `variants` offers, as MPEG-TS with the sound in every segment."""
    progress = {row.name: row for row in rows}
    sound = plan.audio[-1] if plan.audio else None
    found = []
    for rung in _rungs(plan, progress):
        parts: list[VideoRendition | AudioRendition] = [rung, *([sound] if sound else [])]
        found.append(
            replace(
                _with_picture(plan, rung, parts[1:], progress),
                uri=_ts_playlist(plan, rung),
                peak_bits_per_second=sum(_ts_peak(progress[one.name], one) for one in parts),
                average_bits_per_second=sum(_ts_average(progress[one.name], one) for one in parts),
                audio_group=None,
            )
        )
    # Players begin with the fewest bits, and VLC is confused by sound alone whose clock is told only once.
    alone = ts_audio_variants(plan, rows) if not found or plan.seconds >= _LEAST_ALONE_SECONDS else ()
    return (*found, *alone)


def ts_audio_variants(plan: Plan, rows: Sequence[RenditionProgress], *, track: int = 0) -> tuple[Variant, ...]:
    """Sound alone as MPEG-TS, best first; `track` as for `audio_variants`."""
    progress = {row.name: row for row in rows}
    return tuple(
        Variant(
            uri=_ts_playlist(plan, one),
            peak_bits_per_second=_ts_peak(progress[one.name], one),
            average_bits_per_second=_ts_average(progress[one.name], one),
            codecs=progress[one.name].codecs,
        )
        for one in reversed(plan.audio)
        if one.track == track
    )


def _with_picture(
    plan: Plan, rung: VideoRendition, sounds: Sequence[Rendition], progress: dict[str, RenditionProgress]
) -> Variant:
    row, ceiling = progress[rung.name], rung.max_bits_per_second
    peak, average = (
        rate(row, ceiling) + max((rate(progress[one.name], _ceiling(one)) for one in sounds), default=0)
        for rate in (_peak, _average)
    )
    return Variant(
        uri=_playlist(plan, rung),
        peak_bits_per_second=peak,
        average_bits_per_second=average,
        codecs=",".join(progress[one.name].codecs for one in (rung, *sounds[:1])),
        resolution=(rung.width, rung.height),
        frames_per_second=rung.frames_per_second,
        audio_group=_GROUP if sounds else None,
    )


def _playlist(plan: Plan, rendition: VideoRendition | AudioRendition) -> str:
    return f"v{plan.version}/{rendition.name}/index.m3u8"


def _ts_playlist(plan: Plan, rendition: Rendition) -> str:
    return f"v{plan.version}/{rendition.name}/ts.m3u8"


def _ts_peak(row: RenditionProgress, rendition: Rendition) -> int:
    return row.ts_peak_bits_per_second or _in_ts(_peak(row, _ceiling(rendition)), rendition)


def _ts_average(row: RenditionProgress, rendition: Rendition) -> int:
    return row.ts_average_bits_per_second or _in_ts(_average(row, _ceiling(rendition)), rendition)


def _in_ts(bits_per_second: int, rendition: Rendition) -> int:
    """About what TS adds: four bytes to every packet, and headers and half a packet to each picture or PES of sound."""
    groups = rendition.frames_per_second if isinstance(rendition, VideoRendition) else _SOUND_GROUPS_PER_SECOND
    return round(bits_per_second * 188 / 184) + round(groups * _TS_GROUP_BITS)


def _ceiling(rendition: Rendition) -> int:
    return rendition.max_bits_per_second if isinstance(rendition, VideoRendition) else rendition.bits_per_second


def _peak(row: RenditionProgress, ceiling: int) -> int:
    return row.peak_bits_per_second or round(ceiling * _UNMEASURED_PEAK)


def _average(row: RenditionProgress, ceiling: int) -> int:
    return row.average_bits_per_second or ceiling
