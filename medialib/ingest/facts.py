"""What ffprobe says of a file, as a frozen value; pure.

Field names of the JSON: ffprobe's `-of json -show_format -show_streams -show_chapters`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from medialib.errors import N_, UnusableMedia
from medialib.ingest.chapters import Chapter, read_container_chapters
from medialib.ingest.texts import TextTrack, read_text_tracks
from medialib.ingest.video import VideoTrack as VideoTrack
from medialib.ingest.video import choose_video, stills

# Where nothing tells the length of a sound, ffprobe guesses it from the bytes and the first bit rate that it sees.
_GUESSED_WITHIN = 0.03
# In what is as short nobody seeks, and its headers take as much as its sound.
_SHORT_SECONDS = 2.0
_COMMENTARIES = ("comment", "visual_impaired", "descriptions")
_COMMENTARY_WORDS = ("commentary", "评论音轨", "评论音軌", "讲评")


@dataclass(frozen=True, kw_only=True)
class AudioTrack:
    """One sound track; `language` is an ISO 639 code or empty, `layout` ffmpeg's name of its channels or empty."""

    index: int
    codec: str
    channels: int
    language: str
    layout: str = ""
    title: str = ""
    commentary: bool = False


@dataclass(frozen=True, kw_only=True)
class Facts:
    """`declared_seconds` is what the container claims, from 0; it may lie, or is `guessed` by who read it.
    `start_seconds` is its clock's start.
    """

    container: str
    start_seconds: float
    declared_seconds: float
    track_count: int
    video: VideoTrack | None
    audio: tuple[AudioTrack, ...]
    cover_index: int | None
    texts: tuple[TextTrack, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    guessed: bool = False


@dataclass(frozen=True, kw_only=True)
class Ends:
    """Where the last picture and the last sound end on the file's clock, in seconds; None when none was found.

    `sounds` are the ends of all sound tracks that were found, by index; `audio_seconds` is that of the usual one.
    Who seeks in the file may land behind a keyframe, and then has none for up to `keyless_seconds`.
    """

    video_seconds: float | None
    audio_seconds: float | None
    sounds: Mapping[int, float] = field(default_factory=dict)
    keyless_seconds: float = 0.0


def read_facts(probe: Mapping[str, Any]) -> Facts:
    """Facts from ffprobe's JSON; raises UnusableMedia when there is neither sound nor picture."""
    streams: list[Mapping[str, Any]] = list(probe.get("streams", []))
    covers = stills(streams)
    audio = _usual_first([one for one in streams if one.get("codec_type") == "audio" and one.get("codec_name")])
    video = choose_video(streams)
    if video is None and not audio:
        raise UnusableMedia(N_("There is neither sound nor a moving picture in this file. Please choose another file."))
    container = probe.get("format", {})
    used = [*([one for one in streams if video and one["index"] == video.index]), *audio[:1]]
    start = _start(container, used)
    return Facts(
        container=str(container.get("format_name", "")),
        start_seconds=start,
        declared_seconds=_declared(container, used),
        track_count=len(streams),
        video=video,
        audio=tuple(_audio_track(one) for one in audio),
        cover_index=int(covers[0]["index"]) if covers else None,
        texts=read_text_tracks(streams),
        chapters=read_container_chapters(probe, clock_start=start),
        guessed=_is_guessed(container, used),
    )


def read_ends(packets: Iterable[Mapping[str, Any]], facts: Facts) -> Ends:
    """Ends from ffprobe's packets (stream_index, pts_time, duration_time)."""
    ends: dict[int, float] = {}
    for packet in packets:
        begin = packet.get("pts_time", packet.get("dts_time"))
        if begin is not None:
            end = float(begin) + float(packet.get("duration_time", 0))
            index = int(packet["stream_index"])
            ends[index] = max(end, ends.get(index, end))
    video_end = ends.get(facts.video.index) if facts.video else None
    sounds = {one.index: ends[one.index] for one in facts.audio if one.index in ends}
    audio_end = sounds.get(facts.audio[0].index) if facts.audio else None
    return Ends(video_seconds=video_end, audio_seconds=audio_end, sounds=sounds)


def is_sought_in_vain(probe: Mapping[str, Any]) -> bool:
    """Whether who seeks in it lands elsewhere: in WAV that is done by its bytes per second, which lie in some ADPCM."""
    container = probe.get("format", {})
    streams: list[Mapping[str, Any]] = list(probe.get("streams", []))
    sound = next((one for one in streams if one.get("codec_type") == "audio"), {})
    if container.get("format_name") != "wav" or str(sound.get("codec_name", "pcm")).startswith("pcm"):
        return False
    told, seconds = float(sound.get("bit_rate") or 0), float(container.get("duration") or 0)
    taken = float(container.get("size") or 0) * 8
    return seconds > _SHORT_SECONDS and told > 0 and abs(taken / (told * seconds) - 1) > _GUESSED_WITHIN


def _usual_first(streams: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The track that is heard when nobody chooses comes first: the first default one that is not a commentary."""
    return sorted(streams, key=lambda one: (_is_commentary(one), not one.get("disposition", {}).get("default")))


def _is_commentary(stream: Mapping[str, Any]) -> bool:
    """Talk about the film, or a description of it for the blind (HTML: kind of track)."""
    told = stream.get("disposition", {})
    named = str(stream.get("tags", {}).get("title", "")).casefold()
    return any(told.get(kind) for kind in _COMMENTARIES) or any(word in named for word in _COMMENTARY_WORDS)


def _audio_track(stream: Mapping[str, Any]) -> AudioTrack:
    tags = stream.get("tags", {})
    return AudioTrack(
        index=int(stream["index"]),
        codec=str(stream["codec_name"]),
        channels=int(stream.get("channels") or 2),
        language=str(tags.get("language", "")).replace("und", ""),
        layout=str(stream.get("channel_layout", "")).replace("unknown", ""),
        title=str(tags.get("title", "")),
        commentary=_is_commentary(stream),
    )


def _start(container: Mapping[str, Any], streams: list[Mapping[str, Any]]) -> float:
    starts = [float(one["start_time"]) for one in streams if "start_time" in one]
    return min(starts) if starts else float(container.get("start_time", 0))


def _is_guessed(container: Mapping[str, Any], used: list[Mapping[str, Any]]) -> bool:
    """Whether the length is what the bytes would last at the bit rate of the only track."""
    bits, rate = float(container.get("size") or 0) * 8, float(used[0].get("bit_rate") or 0)
    told = float(container.get("duration") or 0) * rate
    return len(used) == 1 and rate > 0 and abs(told - bits) <= _GUESSED_WITHIN * bits


def _declared(container: Mapping[str, Any], streams: list[Mapping[str, Any]]) -> float:
    """A caption that is on show for hours makes a film no longer: Matroska's length counts it, its tracks' do not."""
    durations = [float(one["duration"]) for one in (container, *streams) if "duration" in one]
    told = [_clock_seconds(str(one.get("tags", {}).get("DURATION", ""))) for one in streams]
    return min(max(durations, default=0.0), max(told) if told and all(told) else inf)


def _clock_seconds(text: str) -> float:
    """Of Matroska's tag DURATION, such as 00:01:02.500000000; 0 for anything else."""
    found = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", text, re.ASCII)
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else 0.0
