"""Small recordings for the tests, made with the ffmpeg that medialib finds, and questions about media files."""

import array
import fcntl
import hashlib
import json
import re
import shutil
import struct
import subprocess
import tempfile
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from medialib.ingest.tools import MediaTools, all_ffmpegs, all_good, find_tools
from medialib.settings import Tools

FFMPEGS = all_ffmpegs()
# Settings for tests of what is done when, by whatever program: of those that are good the one that starts at once. A
# wheel's is one file; Debian's loads two hundred libraries, which takes longer than most of what these tests ask of it.
AT_ONCE = {name: (all_good(name) or [""])[-1] for name in ("ffmpeg", "ffprobe")}
MPV = shutil.which("mpv")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

_ENCODING = {
    ".webm": ("-c:v", "libvpx", "-b:v", "300k", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libvorbis"),
    ".mpg": ("-c:v", "mpeg2video", "-c:a", "mp2"),
}
_USUAL = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
# Turned 90 degrees clockwise (ISO/IEC 14496-12, 8.3.2: the matrix of tkhd, 16.16 and 2.30 fixed point).
_TURNED = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
_MATRIX_OFFSET = 44
_RUN_APART = """
Audio/Video desynchronisation detected! Possible reasons include too slow
hardware, temporary CPU spikes, broken drivers, and broken files. Audio
position will not match to the video (see A-V status field).

"""


@lru_cache
def tools() -> MediaTools:
    return find_tools(Tools())


def film(
    path: Path,
    *,
    seconds: float = 6,
    size: str = "320x180",
    rate: str = "25",
    sound_seconds: float | None = None,
    hertz: int = 440,
    more: tuple[str, ...] = (),
) -> Path:
    """A moving picture with a tone; `sound_seconds` is the tone's own length, 0 for none."""
    picture = ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}")
    tone_seconds = seconds if sound_seconds is None else sound_seconds
    tone = ("-f", "lavfi", "-i", f"sine=frequency={hertz}:duration={tone_seconds}") if tone_seconds else ()
    return recorded(path, *picture, *tone, *_ENCODING.get(path.suffix, _USUAL), "-g", "60", *more)


def tone(path: Path, *, seconds: float = 6, hertz: int = 440, more: tuple[str, ...] = ()) -> Path:
    """A recording of sound alone, in whatever the ending of `path` says."""
    return recorded(path, "-f", "lavfi", "-i", f"sine=frequency={hertz}:duration={seconds}", *more)


def recorded(path: Path, *arguments: str) -> Path:
    """What ffmpeg makes of these arguments; the same recording is encoded once for all processes of the tests."""
    shutil.copyfile(_made(path.suffix, arguments), path)
    return path


@cache
def _made(suffix: str, arguments: tuple[str, ...]) -> Path:
    name = hashlib.sha256("\0".join(arguments).encode()).hexdigest()[:16]
    made, half = (_kept() / f"{one}{suffix}" for one in (name, f"{name}-half"))
    with (_kept() / f"{made.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            run_ffmpeg(*arguments, f"file:{half}")
            half.rename(made)
    return made


def share(folder: Path) -> None:
    """Recordings are kept here, where the other processes of the tests find them."""
    _shared.append(folder)


_shared: list[Path] = []


@cache
def _kept() -> Path:
    folder = _shared[0] if _shared else Path(_own().name)
    folder.mkdir(exist_ok=True)
    return folder


@cache
def _own() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="medialib-recordings-")


def uneven(path: Path, *, seconds: float = 6) -> Path:
    """A film whose pictures come at irregular times, as from a phone."""
    more = ("-vf", "select='gt(random(1),0.35)'", "-fps_mode", "vfr")
    return film(path, seconds=seconds, rate="30", more=more)


def starting_late(path: Path, *, seconds: float = 6) -> Path:
    """A film whose clock begins at five seconds."""
    return film(path, seconds=seconds, more=("-output_ts_offset", "5"))


def cut_off(path: Path, *, seconds: float = 12) -> Path:
    """A film of which only the first 60 % of the bytes arrived; its header still tells of all of it."""
    film(path, seconds=seconds, more=("-movflags", "+faststart"))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    return path


def rotated(path: Path, *, seconds: float = 6) -> Path:
    """An MP4 that says: turn me by 90 degrees."""
    film(path, seconds=seconds)
    content = bytearray(path.read_bytes())
    at = content.index(b"tkhd") + _MATRIX_OFFSET
    content[at : at + len(_TURNED)] = _TURNED
    path.write_bytes(content)
    return path


def with_matrix(path: Path, turn: tuple[int, int, int, int]) -> Path:
    """Write a, b, c and d of the display matrix into the first track of an MP4."""
    a, b, c, d = (one * 0x10000 for one in turn)
    content = bytearray(path.read_bytes())
    at = content.index(b"tkhd") + _MATRIX_OFFSET
    content[at : at + len(_TURNED)] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000)
    path.write_bytes(content)
    return path


def packets(path: Path) -> list[dict[str, Any]]:
    """Packets of the first stream in the order of their times; `at` and `lasts` (0: not told) are exact seconds."""
    answer = ask(path, "-select_streams", "0", "-show_entries", "packet=pts,duration,flags:stream=time_base")
    base = Fraction(answer["streams"][0]["time_base"])
    found = [
        {"at": int(one["pts"]) * base, "lasts": int(one.get("duration", 0)) * base, "key": "K" in one["flags"]}
        for one in answer["packets"]
    ]
    return sorted(found, key=lambda one: one["at"])


def ask(path: Path, *question: str) -> dict[str, Any]:
    """What ffprobe answers."""
    argv = [tools().ffprobe, "-v", "error", "-of", "json", *question, "-i", f"file:{path}"]
    answer: dict[str, Any] = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)
    return answer


def complaints(path: Path, ffmpeg: str | None = None) -> str:
    """What ffmpeg complains of when it decodes all of a file; nothing when it is sound."""
    program = ffmpeg or tools().ffmpeg
    argv = [program, "-nostdin", "-hide_banner", "-v", "warning", "-i", f"file:{path}", "-f", "null", "-"]
    done = subprocess.run(argv, capture_output=True, text=True)
    return done.stderr + (f"exit {done.returncode}" if done.returncode else "")


def besides_captions(told: str) -> list[str]:
    """The lines that ffmpeg or mpv wrote, without the one that libavformat has for captions in any master playlist."""
    whose = r"\[(ffmpeg/demuxer\] hls:|hls @ 0x[0-9a-f]+\])"
    passed_over = re.compile(rf"{whose} Can't support the subtitle\(uri: \S*captions\S*\.m3u8\)")
    return [line for line in told.splitlines() if not passed_over.fullmatch(line)]


def mpv_complaints(address: str, *more: str) -> list[str]:
    """What mpv complains of when it plays all of a stream faster than its clock; nothing when it is sound.

    Without a clock sound and picture run apart as far as a busy machine lets them, so what mpv says of slow hardware
    is passed over: that they are in step is asserted by their timestamps, in the tests that read those.
    """
    untimed = ("--no-config", "--vo=null", "--ao=null", "--ao-null-untimed", "--untimed", "--msg-level=all=warn")
    done = subprocess.run([str(MPV), *untimed, *more, address], capture_output=True, text=True, timeout=60)
    said = besides_captions((done.stdout + done.stderr).replace(_RUN_APART, ""))
    return said + ([f"exit {done.returncode}"] if done.returncode else [])


def joined(target: Path, *parts: Path) -> Path:
    """The parts one after the other: an init segment and segments are a file that plays."""
    target.write_bytes(b"".join(part.read_bytes() for part in parts))
    return target


def in_a_row(target: Path, *parts: Path, seconds: float) -> Path:
    """The parts, of which each lasts so long, as one recording whose clock goes on; nothing is encoded anew."""
    listed = target.with_suffix(".txt")
    listed.write_text("".join(f"file '{part}'\nduration {seconds}\n" for part in parts))
    run_ffmpeg("-f", "concat", "-safe", "0", "-i", str(listed), "-c", "copy", f"file:{target}")
    return target


def run_ffmpeg(*arguments: str) -> None:
    argv = [tools().ffmpeg, "-nostdin", "-hide_banner", "-v", "error", "-y", *arguments]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def brightness(path: Path) -> list[int]:
    """The mean luma of each picture."""
    return list(_decoded(path, "-vf", "scale=1:1:flags=area", "-pix_fmt", "gray", "-fps_mode", "passthrough"))


def shown(path: Path) -> list[float]:
    """When each picture is shown, by its time stamp."""
    answer = ask(path, "-select_streams", "v:0", "-show_entries", "frame=pts_time")
    return [float(one["pts_time"]) for one in answer["frames"]]


def loudness(path: Path, window_seconds: float) -> list[float]:
    """The highest sample of each window that is whole, from 0 to 1; the first begins where the clock is 0."""
    on_the_clock = ("-copyts", "-af", "aresample=48000:async=1:first_pts=0")
    samples = array.array("h", _decoded(path, *on_the_clock, "-ac", "1", "-c:a", "pcm_s16le"))
    size = int(48_000 * window_seconds)
    return [max(map(abs, samples[at : at + size])) / 32_768 for at in range(0, len(samples) - size + 1, size)]


def _decoded(path: Path, *how: str) -> bytes:
    form = "rawvideo" if "-vf" in how else "s16le"
    argv = [tools().ffmpeg, "-nostdin", "-v", "error", "-i", f"file:{path}", *how, "-f", form, "-"]
    return subprocess.run(argv, capture_output=True, check=True).stdout
