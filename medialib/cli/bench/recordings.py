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
    another recording of the same kind.
    """
    place = folder / name
    if place.exists():
        return place
    loop = folder / f"loop-{height}-{megabits}-{gop_seconds}-{hertz}.mp4"
    program = find_tools(Tools()).ffmpeg
    width = height * 16 // 9
    sound = f"aevalsrc=0.2*sin({hertz}*2*PI*t)*(1+sin(3*t))+0.02*random(0):s=48000:c=stereo"
    capture(
        [
            program, "-nostdin", "-v", "error", "-y",
            *("-f", "lavfi", "-i", f"testsrc2=size={width}x{height}:rate=30"),
            *("-f", "lavfi", "-i", sound),
            *("-t", str(LOOP_SECONDS), "-vf", "noise=alls=12:allf=t", "-pix_fmt", "yuv420p"),
            *("-c:v", "libx264", "-preset", "veryfast", "-g", str(gop_seconds * 30), "-sc_threshold", "0"),
            *("-b:v", f"{megabits}M", "-maxrate", f"{megabits}M", "-bufsize", f"{megabits}M"),
            *("-c:a", "aac", "-b:a", "128k", str(loop)),
        ],
        timeout_seconds=600,
    )  # fmt: skip
    repeats = str(seconds // LOOP_SECONDS - 1)
    capture(
        [program, "-nostdin", "-v", "error", "-y", "-stream_loop", repeats, "-i", str(loop), "-c", "copy", str(place)],
        timeout_seconds=600,
    )
    return place
