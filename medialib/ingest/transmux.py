"""The same samples in other containers: ffmpeg argv for MPEG-TS, MP4 and M4A, and what TS will weigh; pure.

Every command works on files of its working directory: video.mp4 and audio.mp4, an init segment with segments behind it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import ffmpeg

from medialib.catalogue.plans import TS_CLOCK_SECONDS

VIDEO, AUDIO, CHAPTERS = "video.mp4", "audio.mp4", "chapters.txt"
SEGMENT, FILM, RECORDING = "segment.ts", "lesson.mp4", "lesson.m4a"

_INPUT = {"protocol_whitelist": "file", "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,ffmetadata"}

# ISO/IEC 13818-1: a packet of 188 bytes carries up to 184 (2.4.3.2); a PES header with one time stamp takes 14, one
# with two 19 (2.4.3.7). ffmpeg puts an access unit delimiter before each picture and packs this much sound into a PES.
_PACKET, _CARRIED = 188, 184
_PES_ONE_TIME, _PES_TWO_TIMES = 14, 19
_DELIMITER, _CLOCK_FIELD = 6, 8
_SOUND_IN_ONE_PES = 2_930
# However little that is: a frame that comes 0.35 s after the first one begins the next (1024 samples of 48,000).
_FRAMES_IN_ONE_PES = 17
_ADTS_HEADER = 7
# PAT, SDT and PMT (as ffmpeg numbers it), once at the head of a segment.
_TABLES = (0x0000, 0x0011, 0x1000)
TS_TABLES_BYTES = len(_TABLES) * _PACKET
# A file of fewer packets libavformat, and players that are made of it, may not take for MPEG-TS. One that is null
# (2.4.3.3) is passed over.
_FEWEST = 11
TS_LEAST_BYTES = _FEWEST * _PACKET
_NULL_PACKET = bytes((0x47, 0x1F, 0xFF, 0x10)) + b"\xff" * _CARRIED
# The box `chpl` holds 255 bytes of UTF-8, and ffmpeg would cut a character in two.
_CHAPTER_CHARACTERS = 60
# Seconds after which the tables would be repeated: longer than any segment.
_TABLES_AGAIN = 60


def ts_command(program: str, *, picture: bool, sound: bool) -> list[str]:
    """One segment as MPEG-TS with the lesson's clock: segments made one by one follow each other without a gap."""
    streams = [_opened(VIDEO)["v"]] if picture else []
    streams += [_opened(AUDIO)["a"]] if sound else []
    return _command(
        program,
        ffmpeg.output(
            *streams,
            SEGMENT,
            c="copy",
            format="mpegts",
            mpegts_copyts=1,
            # Continuity counters begin anew in every segment; without this mark players take that for lost packets.
            mpegts_flags="+initial_discontinuity",
            output_ts_offset=TS_CLOCK_SECONDS,
            pat_period=_TABLES_AGAIN,
            sdt_period=_TABLES_AGAIN,
        ),
    )


def count_tables(segment: bytearray, number: int) -> None:
    """Let the tables of segment `number` go on counting from those of the segment before it.

    Each segment has every table once, and ffmpeg begins to count at 0 each time: a packet that counts as the last one
    did is a repeated one (ISO/IEC 13818-1, 2.4.3.3), which players pass over or complain of.
    """
    for at in range(0, len(segment), _PACKET):
        if int.from_bytes(segment[at + 1 : at + 3], "big") & 0x1FFF in _TABLES:
            segment[at + 3] = segment[at + 3] & 0xF0 | number % 16


def fill_up(segment: bytearray) -> None:
    """Let a segment of hardly any sound, as of silence at the end, be long enough to be told for what it is."""
    segment += _NULL_PACKET * (_FEWEST - len(segment) // _PACKET)


def film_command(program: str, *, sound: bool) -> list[str]:
    """The whole lesson as one MP4 that begins to play before it has arrived."""
    streams = [_opened(VIDEO)["v"], *([_opened(AUDIO)["a"]] if sound else [])]
    return _command(program, ffmpeg.output(*streams, FILM, format="mp4", **_one_file()))


def recording_command(program: str, *, chapters: bool) -> list[str]:
    """The whole sound as one M4A, with the chapters of chapters.txt."""
    # An input of ffmpeg that has no streams: `?` lets it be named all the same.
    told = [ffmpeg.input(f"file:{CHAPTERS}", f="ffmetadata", **_INPUT)["?"]] if chapters else []
    output = ffmpeg.output(
        _opened(AUDIO)["a"],
        *told,
        RECORDING,
        format="ipod",
        map_chapters=1 if chapters else -1,
        **_one_file(),
        # Without ffmpeg's name in it: feeds tell its length, also when another version has made it anew.
        fflags="+bitexact",
    )
    return _command(program, output)


def chapters_text(chapters: Sequence[Mapping[str, Any]], seconds: float) -> str:
    """Chapters ({"start_seconds", "title"} in order) as ffmpeg's metadata file; each ends where the next begins."""
    starts = [one["start_seconds"] for one in chapters]
    lines = [";FFMETADATA1"]
    for one, end in zip(chapters, [*starts[1:], seconds], strict=True):
        begin = round(one["start_seconds"] * 1000)
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={begin}", f"END={max(begin + 1, round(end * 1000))}"]
        lines.append(f"title={_escaped(one['title'])}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """The metadata file's special characters; a title is one line."""
    line = " ".join(text.split())[:_CHAPTER_CHARACTERS]
    return "".join(f"\\{letter}" if letter in "=;#\\" else letter for letter in line)


def ts_bytes_of_pictures(sizes: Sequence[int]) -> int:
    """What the pictures of a segment take in TS: each begins a packet, about every third bears the clock."""
    extra = _PES_TWO_TIMES + _DELIMITER + _CLOCK_FIELD // 3
    return _PACKET * sum(-(-(size + extra) // _CARRIED) for size in sizes)


def ts_bytes_of_sound(sizes: Sequence[int]) -> int:
    """What the AAC frames of a segment take in TS: they are gathered until a PES packet is full."""
    packets = gathered = frames = 0
    for size in sizes:
        gathered += size + _ADTS_HEADER
        frames += 1
        if gathered >= _SOUND_IN_ONE_PES or frames == _FRAMES_IN_ONE_PES:
            packets += -(-(gathered + _PES_ONE_TIME) // _CARRIED)
            gathered = frames = 0
    packets += -(-(gathered + _PES_ONE_TIME) // _CARRIED) if gathered else 0
    return _PACKET * packets


def _opened(name: str) -> Any:
    return ffmpeg.input(f"file:{name}", **_INPUT)


def _one_file() -> dict[str, Any]:
    return {"c": "copy", "map_metadata:g": -1, "avoid_negative_ts": "disabled", "movflags": "+faststart"}


def _command(program: str, output: Any) -> list[str]:
    return [
        program,
        *("-nostdin", "-hide_banner", "-y"),
        "-copyts",
        *("-v", "error"),
        *("-progress", "pipe:1"),
        *("-stats_period", "1"),
        *ffmpeg.get_args(output),
    ]
