"""What the ladder saves: bits at equal quality beside a usual fixed ladder, and stored bytes beside the upload."""

import json
import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import ffmpeg

from medialib.catalogue.plans import Plan, VideoRendition
from medialib.cli.bench.extent import Extent
from medialib.cli.bench.library import make_library
from medialib.cli.bench.materials import make_materials, make_phone_video
from medialib.cli.bench.report import Figure
from medialib.errors import ToolFailed
from medialib.ingest import encoding
from medialib.ingest.command_parts import Run
from medialib.ingest.commands import video_command
from medialib.ingest.facts import Ends, read_facts
from medialib.ingest.ffmpeg import capture
from medialib.ingest.inputs import MOST_MEGAPIXELS
from medialib.ingest.plan import make_plan
from medialib.ingest.probe_commands import probe_command
from medialib.ingest.tools import all_ffmpegs, find_tools
from medialib.ladders import Ladder, RungSettings
from medialib.settings import Limits, Tools

# Steps and caps as in published encoding ladders of video sites and players' guides: H.264, CRF 23 under a cap.
FIXED = Ladder(
    preset="veryfast",
    start_rung=480,
    rungs=tuple(
        RungSettings(short_side=side, max_bits_per_second=bits, crf=23)
        for side, bits in (
            (144, 200_000), (240, 400_000), (360, 800_000), (480, 1_400_000), (720, 2_800_000), (1080, 5_000_000),
        )
    ),
)  # fmt: skip
YARDSTICK = "144 to 1080p in 6 rungs, CRF 23, veryfast, caps 0.2, 0.4, 0.8, 1.4, 2.8, 5 Mbit/s"
_SHOWN = (1920, 1080)
_SEGMENTS = 2
_SUBSAMPLE = 3


@dataclass(frozen=True, order=True)
class Point:
    """One rung: what a viewer of a large screen sees (VMAF, 0 to 100), and its bits per second."""

    vmaf: float
    bits_per_second: float


def measure(folder: Path, extent: Extent) -> list[Figure]:
    figures = []
    program = _with_vmaf()
    if program is None:
        figures.append(
            Figure(group="savings", what="bits at equal VMAF", value="not measured: no ffmpeg with libvmaf", bar="")
        )
    else:
        for name, source in make_materials(folder, quick=extent.quick).items():
            figures.append(_at_equal_quality(folder, program, name, source))
    return [*figures, _stored(folder, extent)]


def saved(ours: Sequence[Point], theirs: Sequence[Point]) -> float:
    """The mean of our bits over theirs at equal VMAF, less 1, where both ladders reach.

    Bjøntegaard's measure with straight lines between the rungs instead of a polynomial through them.
    """
    ours, theirs = _climbing(ours), _climbing(theirs)
    low, high = max(ours[0].vmaf, theirs[0].vmaf), min(ours[-1].vmaf, theirs[-1].vmaf)
    steps = [low + (high - low) * step / 200 for step in range(201)]
    return math.exp(sum(_log_bits(ours, at) - _log_bits(theirs, at) for at in steps) / len(steps)) - 1


def _climbing(points: Sequence[Point]) -> list[Point]:
    """Without rungs that a cheaper one equals."""
    found: list[Point] = []
    for one in sorted(points, key=lambda point: point.bits_per_second):
        if not found or one.vmaf > found[-1].vmaf:
            found.append(one)
    return found


def _log_bits(points: Sequence[Point], vmaf: float) -> float:
    for low, high in pairwise(points):
        if vmaf <= high.vmaf:
            share = (vmaf - low.vmaf) / (high.vmaf - low.vmaf)
            return math.log(low.bits_per_second) * (1 - share) + math.log(high.bits_per_second) * share
    return math.log(points[-1].bits_per_second)


def points(folder: Path, program: str, source: Path, ladder: Ladder, *, tuned: bool = True) -> list[Point]:
    """The rungs of a ladder for two segments of `source`, made by the engine's own commands."""
    tools = find_tools(Tools())
    facts = read_facts(json.loads(capture(probe_command(tools.ffprobe, source, MOST_MEGAPIXELS), timeout_seconds=60)))
    ends = Ends(video_seconds=facts.start_seconds + facts.declared_seconds, audio_seconds=None)
    plan = make_plan(replace(facts, audio=()), ends, ladder=ladder, limits=Limits())
    if not tuned:
        plan = replace(plan, video=tuple(replace(one, tuning="") for one in plan.video))
    found = []
    for rung in plan.video:
        made = folder / "made"
        (made / rung.name).mkdir(parents=True)
        run = Run(names=(rung.name,), first=0, count=min(_SEGMENTS, plan.segment_count))
        capture(_in(made, video_command(tools.ffmpeg, source, plan, run)), timeout_seconds=3600)
        segments = [made / rung.name / f"{number}.m4s" for number in run.numbers]
        seconds = float(plan.start(rung, run.count))
        whole = made / "whole.mp4"
        whole.write_bytes(b"".join(part.read_bytes() for part in (made / rung.name / "init.mp4", *segments)))
        bits = sum(part.stat().st_size for part in segments) * 8 / seconds
        found.append(Point(_vmaf(program, source, whole, plan, rung, seconds), bits))
        shutil.rmtree(made)
    return found


def _in(folder: Path, argv: Sequence[str]) -> list[str]:
    return ["env", "-C", str(folder), *argv]


def _vmaf(program: str, source: Path, made: Path, plan: Plan, rung: VideoRendition, seconds: float) -> float:
    """The mean VMAF of a rung as it is shown on a screen of 1080 lines, beside the recording on the same grid."""
    rate = max(one.frames_per_second for one in plan.video)
    wide, high = _SHOWN
    original = ffmpeg.input(f"file:{source}")["v"]
    original = encoding.on_the_grid(original, plan.source, 0, rate)
    original = original.filter("trim", end=f"{seconds:.6f}").filter("framestep", rate // rung.frames_per_second)
    shown = [
        one.filter("scale", wide, high, flags="bicubic").filter("format", "yuv420p").filter("setpts", "N/TB/60")
        for one in (ffmpeg.input(f"file:{made}")["v"], original)
    ]
    log = made.with_suffix(".json")
    compared = ffmpeg.filter(shown, "libvmaf", log_fmt="json", log_path=str(log), n_threads=2, n_subsample=_SUBSAMPLE)
    argv = ffmpeg.get_args(compared.output("-", format="null"))
    capture([program, "-nostdin", "-v", "error", *argv], timeout_seconds=3600)
    mean: float = json.loads(log.read_text())["pooled_metrics"]["vmaf"]["mean"]
    return mean


def _at_equal_quality(folder: Path, program: str, name: str, source: Path) -> Figure:
    ours = points(folder, program, source, Ladder())
    theirs = points(folder, program, source, FIXED, tuned=False)
    return Figure(
        group="savings",
        what=f"bits at equal VMAF, {name}",
        value=f"{saved(ours, theirs):+.0%}",
        bar="-15%",
        yardstick=f"{YARDSTICK}; VMAF {min(ours).vmaf:.0f} to {max(ours).vmaf:.0f}, theirs to {max(theirs).vmaf:.0f}",
    )


def _stored(folder: Path, extent: Extent) -> Figure:
    """A phone's video to the end, and all that is kept of it beside itself."""
    source = make_phone_video(folder, seconds=16 if extent.quick else 60, megabits=12)
    library = make_library(folder, "savings")
    library.take_in(source, wait="complete")
    kept = {path: path.stat().st_size for path in (library.folder / "lessons").rglob("*") if path.is_file()}
    original = sum(size for path, size in kept.items() if path.stem == "source")
    shutil.rmtree(library.folder)
    made = sum(kept.values()) - original
    return Figure(
        group="savings",
        what="stored beside a 12 Mbit/s phone video",
        value=f"{made / original:.2f} x",
        bar="0.6 x",
        yardstick=f"{made / 1e6:.1f} MB beside an upload of {original / 1e6:.1f} MB",
    )


def _with_vmaf() -> str | None:
    def has(program: str) -> bool:
        try:
            return "libvmaf" in capture([program, "-hide_banner", "-filters"], timeout_seconds=20)
        except ToolFailed:
            return False

    return next((one for one in reversed(all_ffmpegs()) if has(one)), None)
