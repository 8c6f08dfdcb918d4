"""The recordings that the measurements make for themselves."""

from pathlib import Path

from medialib.ingest.ffmpeg import capture
from medialib.ingest.tools import find_tools
from medialib.settings import Tools

LOOP_SECONDS = 30


def make_recording(
    folder: Path, *, name: str, height: int, seconds: int, megabits: float, gop_seconds: int = 1, hertz: int = 220
) -> Path:
    """A 30 fps H.264/AAC recording of moving, noisy pictures: 30 s encoded once and repeated.

    Phones and cameras write a keyframe every second; x264 by itself one in about eight. Another `hertz` makes
    another recording of the same kind, with the same pictures.
    """
    place = folder / name
    if place.exists():
        return place
    pictures, loop = (folder / f"loop-{height}-{megabits}-{gop_seconds}{more}.mp4" for more in ("", f"-{hertz}"))
    width = height * 16 // 9
    if not pictures.exists():
        _encode(
            *("-f", "lavfi", "-i", f"testsrc2=size={width}x{height}:rate=30"),
            *("-t", str(LOOP_SECONDS), "-vf", "noise=alls=12:allf=t", "-pix_fmt", "yuv420p"),
            *("-c:v", "libx264", "-preset", "veryfast", "-g", str(gop_seconds * 30), "-sc_threshold", "0"),
            *("-b:v", f"{megabits}M", "-maxrate", f"{megabits}M", "-bufsize", f"{megabits}M", str(pictures)),
        )
    sound = f"aevalsrc=0.2*sin({hertz}*2*PI*t)*(1+sin(3*t))+0.02*random(0):s=48000:c=stereo"
    _encode(
        *("-i", str(pictures), "-f", "lavfi", "-i", sound, "-t", str(LOOP_SECONDS)),
        *("-c:v", "copy", "-c:a", "aac", "-b:a", "128k", str(loop)),
    )
    _encode("-stream_loop", str(seconds // LOOP_SECONDS - 1), "-i", str(loop), "-c", "copy", str(place))
    return place


def _encode(*arguments: str) -> None:
    program = find_tools(Tools()).ffmpeg
    capture([program, "-nostdin", "-v", "error", "-y", *arguments], timeout_seconds=600)
