"""Pictures, sheets of thumbnails and peaks of sound: their ffmpeg argv, built with ffmpeg-python; pure."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from medialib.catalogue.plans import Plan, VideoRendition
from medialib.catalogue.trims import WHOLE
from medialib.ingest import encoding
from medialib.ingest.command_parts import complete, open_source
from medialib.ingest.storyboard import COLUMNS, Storyboard

LARGEST_SIDE = 1280
# Three pictures in 0.9 s: enough to see a fade, a cut or a shake.
_STILLS_PER_SECOND = {"fps": "10/3", "round": "near", "eof_action": "pass"}
_STILLS = 3
_GROUP_SECONDS = 0.85
SWEEP_SECONDS = 60
# A film of no more pixels than this (20 s of 720p) is decoded whole: quicker than many short looks at it.
_SHORT_PIXELS = 20 * 30 * 1280 * 720
# Between the tiles of the last, unfinished row.
_DARK = "0x14110E"


def visit_command(program: str, source: Path, plan: Plan, at_seconds: float) -> list[str]:
    """still-MILLISECONDS.jpg: a keyframe before `at_seconds` and two pictures after it."""
    use = plan.source
    picture = open_source(source, use.start_seconds + at_seconds, **encoding.steady(use))[str(use.video_index)]
    picture = _of_the_lesson(encoding.on_the_clock(picture, use), plan, plan.seconds)
    picture = picture.filter("fps", **_STILLS_PER_SECOND)
    return complete(program, [_stills(picture, plan, **{"frames:v": _STILLS})])


def moment_command(program: str, source: Path, plan: Plan, at_seconds: float) -> list[str]:
    """still-MILLISECONDS.jpg: the picture that is on show at `at_seconds`, or the next one."""
    use, lasts = plan.source, 1 / plan.video[-1].frames_per_second
    at_seconds = min(at_seconds, use.video_end_seconds - lasts)
    begin = use.start_seconds + at_seconds if at_seconds > use.before_seconds else 0.0
    picture = encoding.on_the_clock(open_source(source, begin, **encoding.steady(use))[str(use.video_index)], use)
    first, last = max(0.0, at_seconds - lasts + 0.001), plan.seconds + lasts
    picture = picture.filter("trim", start=f"{first:.3f}", end=f"{last:.3f}")
    return complete(program, [_stills(picture, plan, **{"frames:v": 1})])


def sweep_command(program: str, source: Path, plan: Plan, groups: int) -> list[str]:
    """The same all over the first minute, by decoding it whole: for films with hardly a keyframe."""
    use = plan.source
    length = min(use.video_end_seconds, SWEEP_SECONDS)
    # From the very beginning: who seeks in a film with one keyframe may get behind it.
    begin = use.start_seconds if use.trim.start_seconds else 0.0
    picture = encoding.on_the_clock(open_source(source, begin, **encoding.steady(use))[str(use.video_index)], use)
    picture = _of_the_lesson(picture.filter("trim", end=SWEEP_SECONDS), plan, length)
    picture = picture.filter("fps", **_STILLS_PER_SECOND)
    picture = picture.filter("select", f"lt(mod(t,{max(length / groups, _GROUP_SECONDS):.3f}),{_GROUP_SECONDS})")
    return complete(program, [_stills(picture, plan)])


def cover_command(program: str, source: Path, plan: Plan) -> list[str]:
    """The attached picture as it is, in a file called cover."""
    cover = open_source(source, 0)[str(plan.source.cover_index)]
    return complete(program, [cover.output("cover", format="rawvideo", c="copy", **{"frames:v": 1})])


def sheet_command(program: str, joined: Path, board: Storyboard, sheet: int, *, keyframes: bool) -> list[str]:
    """sheet.jpg of the pictures in `joined`: of its keyframes, or at equal distances from its beginning on."""
    count, rows = len(board.on_sheet(sheet)), board.rows_of(sheet)
    # Pictures that no other refers to are not missed: there is one that is referred to within a tenth of a second.
    options = {"skip_frame": "nokey" if keyframes else "noref"}
    picture = open_source(joined, 0, **options)["v:0"]
    if not keyframes:
        picture = picture.filter("setpts", "PTS-STARTPTS").filter("fps", fps=f"1/{board.interval_seconds}", round="up")
    # Just as many as there are places, whatever the first and last picture's times are.
    picture = picture.filter("tpad", stop=count, stop_mode="clone").filter("trim", end_frame=count)
    picture = picture.filter("scale", board.width, board.height, flags="area").filter("setsar", 1)
    picture = _for_jpeg(picture).filter("tile", f"{COLUMNS}x{rows}", color=_DARK)
    return complete(program, [picture.output("sheet.jpg", **{"frames:v": 1, "q:v": 5, "update": 1})])


def peaks_command(program: str, joined: Path, samples_per_peak: int) -> list[str]:
    """peaks.txt: the highest sample of every stretch of the sound in `joined`, in dB."""
    sound = open_source(joined, 0)["a:0"].filter("asetnsamples", n=samples_per_peak, p=0)
    measured = {"metadata": 1, "reset": 1, "measure_perchannel": "none", "measure_overall": "Peak_level"}
    sound = sound.filter("astats", **measured).filter("ametadata", mode="print", file="peaks.txt")
    return complete(program, [sound.output("-", format="null")])


def is_short(plan: Plan) -> bool:
    """Whether a sweep sees all of a film, and quickly."""
    best = plan.video[-1]
    return best.frames * best.width * best.height <= _SHORT_PIXELS and plan.seconds <= SWEEP_SECONDS


def picture_size(plan: Plan) -> tuple[int, int]:
    """The size of a film's pictures: that of its best rung, at most 1280 either way."""
    best = plan.video[-1]
    scale = min(1.0, LARGEST_SIDE / max(best.width, best.height))
    return max(2, round(best.width * scale / 2) * 2), max(2, round(best.height * scale / 2) * 2)


def _of_the_lesson(picture: Any, plan: Plan, end_seconds: float) -> Any:
    """Without the pictures that a trim has left away."""
    return picture if plan.source.trim == WHOLE else picture.filter("trim", start=0, end=f"{end_seconds:.3f}")


def _stills(picture: Any, plan: Plan, **options: Any) -> Any:
    """In the colours that the rungs have, each file named by its time."""
    width, height = picture_size(plan)
    best: VideoRendition = plan.video[-1]
    size = replace(best, width=width, height=height)
    picture = encoding.shaped(picture, plan, size, best.frames_per_second).filter("settb", "1/1000")
    return _for_jpeg(picture).output(
        "still-%d.jpg",
        format="image2",
        frame_pts=1,
        enc_time_base="1/1000",
        fps_mode="passthrough",
        **{"q:v": 2},
        **options,
    )


def _for_jpeg(picture: Any) -> Any:
    """JFIF 1.02: BT.601 and full range."""
    ranges = {"in_color_matrix": "bt709", "out_color_matrix": "bt601", "in_range": "tv", "out_range": "pc"}
    return picture.filter("scale", **ranges).filter("format", "yuvj420p")
