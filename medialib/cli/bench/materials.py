"""Kinds of pictures for the measurements: drawn slides, a phone in a hand, and real recordings where there are some."""

import random
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from medialib.cli.bench.extent import SHARED
from medialib.ingest.ffmpeg import capture
from medialib.ingest.tools import find_tools
from medialib.settings import Tools

_SECONDS = 8
_WIDE, _HIGH = 1920, 1080
# Real recordings by name, and where to begin in them.
_REAL = {
    "a web video, 480p": ("crystal.mp4", 0),
    "an animated film, 1080p60": ("bbb_1920x1080_60fps_vp8.webm", 0),
}


def make_materials(folder: Path, *, quick: bool = False) -> dict[str, Path]:
    """Eight seconds of each kind, without loss."""
    found = {"drawn slides": _slides(folder), "a phone in a hand": _in_a_hand(folder, _SECONDS)}
    for name, (file, begin) in _REAL.items():
        source = SHARED / "media" / file
        if source.exists() and not quick:
            found[name] = _excerpt(folder, source, begin)
    return found


def make_phone_video(folder: Path, *, seconds: int, megabits: float) -> Path:
    """1080p30 of H.264 and AAC at a constant rate, as telephones write it, a keyframe every second."""
    place = folder / f"phone-{seconds}.mp4"
    bits = f"{megabits}M"
    _run(
        *("-i", str(_in_a_hand(folder, seconds)), "-f", "lavfi", "-i", f"anoisesrc=d={seconds}:a=0.1:c=pink"),
        *("-c:v", "libx264", "-preset", "veryfast", "-b:v", bits, "-maxrate", bits, "-bufsize", bits, "-g", "30"),
        *("-x264-params", "nal-hrd=cbr:force-cfr=1", "-c:a", "aac", "-b:a", "128k", "-shortest", str(place)),
    )
    return place


def _slides(folder: Path) -> Path:
    """Four slides with headings, lines, a chart and a drawing, each sliding in over the last one."""
    place = folder / "slides.mkv"
    for number in range(4):
        _slide(number).save(folder / f"slide-{number}.png")
    inputs: list[str] = []
    for number in range(4):
        inputs += ["-loop", "1", "-t", "2.4", "-r", "30", "-i", str(folder / f"slide-{number}.png")]
    graph = (
        "[0][1]xfade=slideleft:duration=0.5:offset=1.9[a];[a][2]xfade=fade:duration=0.5:offset=3.8[b];"
        "[b][3]xfade=slideup:duration=0.5:offset=5.7,zoompan=z='1+0.0004*on':d=1:s=1920x1080:fps=30,format=yuv420p"
    )
    _run(*inputs, "-filter_complex", graph, "-t", str(_SECONDS), *_LOSSLESS, str(place))
    return place


def _slide(number: int) -> Image.Image:
    chance = random.Random(number)
    picture = Image.new("RGB", (_WIDE, _HIGH), ("#f7f3e8", "#eef3f0", "#f3eef3", "#fffdf7")[number])
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, _WIDE, 150), fill="#2f4f3f")
    pen.text((80, 40), f"{number + 1}. Weaving a mat of bamboo", fill="white", font=ImageFont.load_default(64))
    for line in range(6):
        words = " ".join(chance.choice(("split", "soak", "lay", "over", "under", "pull", "edge")) for _ in range(6))
        pen.ellipse((90, 250 + line * 110, 110, 270 + line * 110), fill="#b5512b")
        pen.text((140, 235 + line * 110), words, fill="#222222", font=ImageFont.load_default(42))
    for bar in range(7):
        height = chance.randint(80, 480)
        pen.rectangle((1180 + bar * 90, 900 - height, 1240 + bar * 90, 900), fill="#6f9f7f", outline="#2f4f3f")
    for ring in range(5):
        pen.arc((1300, 200, 1300 + ring * 60, 200 + ring * 60), 0, 40 + ring * 60, fill="#b5512b", width=6)
    return picture


def _in_a_hand(folder: Path, seconds: int) -> Path:
    """A textured scene with somebody moving in it, held by hand: slow sway, quick tremor, a sensor's noise."""
    place = folder / f"hand-{seconds}.mkv"
    if place.exists():
        return place
    _scene().save(folder / "scene.png")
    _somebody().save(folder / "somebody.png")
    sway = "x='160+60*sin(0.7*t)+5*sin(9*t)+3*sin(17.3*t)':y='90+40*sin(0.5*t+1)+4*sin(11*t)+2*sin(19.1*t)'"
    graph = (
        "[0][1]overlay=x='500+300*sin(0.6*t)':y='330+30*abs(sin(3*t))'[a];"
        f"[a]crop=1920:1080:{sway},gblur=0.7,noise=alls=5:allf=t,format=yuv420p"
    )
    still = ("-loop", "1", "-r", "30", "-t", str(seconds))
    scenes = (*still, "-i", str(folder / "scene.png"), *still, "-i", str(folder / "somebody.png"))
    _run(*scenes, "-filter_complex", graph, *_LOSSLESS, str(place))
    return place


def _scene() -> Image.Image:
    """Noise of many sizes over a landscape's shades: about as much detail at every size as nature has."""
    size = (_WIDE + 320, _HIGH + 180)
    picture = Image.new("RGB", size, "#7f8f6f")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, size[0], 420), fill="#b9cbd6")
    pen.polygon([(0, 520), (700, 300), (1300, 480), (size[0], 330), (size[0], 700), (0, 700)], fill="#5f7f5f")
    for scale in (128, 64, 32, 16, 8, 4, 2):
        grain = Image.effect_noise((size[0] // scale + 1, size[1] // scale + 1), 4 + 6 * scale**0.4)
        grain = grain.resize(size, Image.Resampling.BICUBIC)
        picture = ImageChops.add(picture, Image.merge("RGB", (grain, grain, grain)), scale=1, offset=-128)
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def _somebody() -> Image.Image:
    picture = Image.new("RGBA", (420, 760), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((130, 0, 290, 200), fill="#d9a77f")
    pen.rounded_rectangle((50, 190, 370, 760), 90, fill="#8f3f3f")
    for stripe in range(8):
        pen.rectangle((60, 260 + stripe * 60, 360, 275 + stripe * 60), fill="#c9b38f")
    return picture.filter(ImageFilter.GaussianBlur(1.2))


def _excerpt(folder: Path, source: Path, begin: float) -> Path:
    place = folder / f"{source.stem}.mkv"
    _run("-ss", str(begin), "-i", str(source), "-t", str(_SECONDS), "-an", *_LOSSLESS, str(place))
    return place


_LOSSLESS = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "0")


def _run(*arguments: str) -> None:
    program = find_tools(Tools()).ffmpeg
    capture([program, "-nostdin", "-v", "error", "-y", *arguments], timeout_seconds=1200)
