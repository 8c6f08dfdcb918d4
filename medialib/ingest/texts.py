"""The text tracks of a container: as ffprobe tells of them, and how ffmpeg takes them out; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medialib.ingest.inputs import reading
from medialib.ingest.languages import language_tag

# ffmpeg's names. What is not here is pictures of text (Blu-ray, DVD, DVB), or teletext.
_SUBSTATION = ("ass", "ssa")
_READABLE = ("mov_text", "subrip", "srt", "webvtt", "text", *_SUBSTATION)
_MOST = 16


@dataclass(frozen=True, kw_only=True)
class TextTrack:
    """One track of captions; `language` is BCP 47 or empty; unless `readable` it consists of pictures."""

    index: int
    codec: str
    language: str
    readable: bool

    @property
    def file_name(self) -> str:
        """Where ffmpeg puts it: SubStation as it is, all else as SubRip."""
        return f"{self.index}.{'ass' if self.codec in _SUBSTATION else 'srt'}"


def read_text_tracks(streams: Iterable[Mapping[str, Any]]) -> tuple[TextTrack, ...]:
    """The subtitle tracks of a container, those that are meant to be shown first."""
    found = [one for one in streams if one.get("codec_type") == "subtitle" and one.get("codec_name")]
    found.sort(key=lambda one: (bool(_flag(one, "forced")), not _flag(one, "default")))
    return tuple(_text_track(one) for one in found)[:_MOST]


def texts_command(program: str, source: Path, tracks: Iterable[TextTrack]) -> list[str]:
    """Every track into its file below the working directory, on the source's own clock."""
    argv = [
        program,
        *("-nostdin", "-hide_banner", "-y"),
        *("-v", "error", "-progress", "pipe:1", "-stats_period", "1"),
        "-copyts",
        *("-max_error_rate", "1"),
        *(word for key, value in reading().items() for word in (f"-{key}", value)),
        *("-i", f"file:{source}"),
    ]
    for track in tracks:
        form = ("-c:s", "copy", "-f", "ass") if track.file_name.endswith(".ass") else ("-c:s", "srt", "-f", "srt")
        argv += ["-map", f"0:{track.index}", *form, track.file_name]
    return argv


def _text_track(stream: Mapping[str, Any]) -> TextTrack:
    codec = str(stream["codec_name"])
    return TextTrack(
        index=int(stream["index"]), codec=codec, language=_language(stream.get("tags", {})), readable=codec in _READABLE
    )


def _language(tags: Mapping[str, Any]) -> str:
    """The title knows 简体 from 繁體, which the code (chi) does not."""
    code = language_tag(str(tags.get("language", ""))) or ""
    words = str(tags.get("title", "")).replace("(", " ").replace(")", " ").split()
    named = next((tag for word in words if (tag := language_tag(word))), "")
    return named if named and (not code or named.startswith(f"{code}-")) else code


def _flag(stream: Mapping[str, Any], name: str) -> int:
    return int(stream.get("disposition", {}).get(name, 0))
