"""The questions to ffprobe about a file, and the one remedy that is taken before it is planned, as argv; pure."""

from collections.abc import Sequence
from pathlib import Path

import ffmpeg

from medialib.ingest.inputs import MOST_MEGAPIXELS, reading

# Else texts in GBK would come as so many question marks (see probe_answers).
_BYTES_AS_THEY_ARE = "json=string_validation=ignore"


def probe_command(ffprobe: str, source: Path, most_megapixels: float) -> list[str]:
    return [
        *(ffprobe, "-v", "error"),
        *("-of", _BYTES_AS_THEY_ARE),
        *("-show_format", "-show_streams", "-show_chapters"),
        *_input(source, most_megapixels),
    ]


def tags_command(ffprobe: str, source: Path) -> list[str]:
    """The tags of the file and of its tracks, and what it is."""
    return [
        *(ffprobe, "-v", "error"),
        *("-of", _BYTES_AS_THEY_ARE),
        *("-show_entries", "format=format_name:format_tags:stream_tags"),
        # What the tracks are like is not asked.
        "-nofind_stream_info",
        *_input(source),
    ]


def packets_command(
    ffprobe: str, source: Path, from_seconds: float | None = None, only: int | None = None
) -> list[str]:
    """The packets from `from_seconds` on, or all, of every track or of one `only`: container headers lie about the
    end, packets do not.

    Lines of stream_index,pts_time,dts_time,duration_time: what is read line by line may be long.
    """
    return [
        *(ffprobe, "-v", "error"),
        *("-of", "csv=p=0"),
        *(() if only is None else ("-select_streams", str(only))),
        *(() if from_seconds is None else ("-read_intervals", f"{max(0.0, from_seconds):.3f}%")),
        *("-show_entries", "packet=stream_index,pts_time,dts_time,duration_time,flags"),
        *_input(source),
    ]


def keyframes_command(
    ffprobe: str, source: Path, index: int, start_seconds: float, windows: Sequence[tuple[float, float]]
) -> list[str]:
    """The packets of one track in some windows of the lesson's clock, with their flags."""
    intervals = (f"{start_seconds + begin:.3f}%{start_seconds + end:.3f}" for begin, end in windows)
    return [
        *(ffprobe, "-v", "error"),
        *("-of", "json"),
        *("-select_streams", str(index)),
        *("-read_intervals", ",".join(intervals)),
        *("-show_entries", "packet=pts_time,flags"),
        *_input(source),
    ]


def mend_command(program: str, source: Path, indexes: Sequence[int], name: str) -> list[str]:
    """The same packets on a clock that neither jumps nor wraps, as Matroska, into `name`.

    Without -copyts ffmpeg closes holes of more than ten seconds, and goes on where a clock begins anew.
    """
    opened = ffmpeg.input(f"file:{source}", fflags="+genpts", **reading(MOST_MEGAPIXELS))
    same = {"c": "copy", "map_metadata": -1, "map_chapters": -1}
    output = ffmpeg.output(*(opened[str(index)] for index in indexes), name, format="matroska", **same)
    return [
        program,
        *("-nostdin", "-hide_banner", "-y"),
        *("-v", "error"),
        *("-progress", "pipe:1"),
        *ffmpeg.get_args(output),
    ]


def _input(source: Path, most_megapixels: float = MOST_MEGAPIXELS) -> list[str]:
    options = reading(most_megapixels)
    return [*(word for key, value in options.items() for word in (f"-{key}", value)), "-i", f"file:{source}"]
