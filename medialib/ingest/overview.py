"""The steps that show a lesson as a whole: sheets of small pictures for a film, peaks for sound.

Both are made from finished segments, which are small, on the lesson's clock and as loud as what is played.
"""

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from medialib.catalogue import work_lookups
from medialib.catalogue.plans import SAMPLES_PER_FRAME, AudioRendition, Plan, Rendition
from medialib.files import open_regular
from medialib.ingest import picture_commands
from medialib.ingest.errand import Errand
from medialib.ingest.failures import failed
from medialib.ingest.storyboard import COLUMNS, Storyboard, make_storyboard, render_thumbnails

_MOST_PEAKS = 1000
_SHORTEST_PEAK_FRAMES = 2
_PEAK = re.compile(r"^lavfi\.astats\.Overall\.Peak_level=(\S+)$", re.MULTILINE)


def make_sheets(errand: Errand) -> bool:
    """Make the sheets that are missing, from the start rung; False when that is not there yet.

    Raises ToolFailed, Stopped; finished sheets stay.
    """
    plan, lesson_id, store = errand.recording.plan, errand.recording.lesson_id, errand.workshop.store
    rung = next(one for one in plan.video if one.name == plan.start_rung)
    if not _is_there(errand, rung, step="start"):
        return False
    board = make_storyboard(plan)
    try:
        for sheet in range(board.sheets):
            if not store.sheet(lesson_id, plan.version, sheet).exists():
                made = _make_sheet(errand, rung, board, sheet)
                store.publish(made, store.sheet(lesson_id, plan.version, sheet))
        track = errand.workspace / "thumbnails.vtt"
        track.write_text(render_thumbnails(board, plan.seconds), encoding="utf-8")
        store.publish(track, store.thumbnails(lesson_id, plan.version))
    finally:
        errand.discard()
    return True


def _make_sheet(errand: Errand, rung: Rendition, board: Storyboard, sheet: int) -> Path:
    keyframes = board.interval_seconds >= errand.recording.plan.segment_seconds
    joined = _join(errand, rung, _segments_of(errand.recording.plan, board, sheet, keyframes=keyframes))
    program = errand.workshop.tools.ffmpeg
    command = picture_commands.sheet_command(program, joined, board, sheet, keyframes=keyframes)
    made = errand.run(command, reads=joined, folder="made") / "sheet.jpg"
    size = (board.width * COLUMNS, board.height * board.rows_of(sheet))
    with open_regular(made) as file, Image.open(file, formats=("JPEG",)) as picture:
        picture.load()  # raises OSError when it was cut off
        if picture.size != size:
            raise failed(f"a sheet of {picture.size} instead of {size}")
    return made


def _segments_of(plan: Plan, board: Storyboard, sheet: int, *, keyframes: bool) -> list[int]:
    """The segments that a sheet is made from: those that begin with its tiles, or all that its tiles lie in."""
    tiles = board.on_sheet(sheet)
    if keyframes:
        return [tile * board.interval_seconds // plan.segment_seconds for tile in tiles]
    begin, end = (tile * board.interval_seconds // plan.segment_seconds for tile in (tiles.start, tiles.stop))
    return list(range(begin, min(end + 1, plan.segment_count)))


def make_peaks(errand: Errand) -> bool:
    """Make the peaks of the sound; False when the sound is not there yet. Raises ToolFailed, Stopped."""
    plan, store = errand.recording.plan, errand.workshop.store
    sound = plan.audio[0]
    if not _is_there(errand, sound, step="audio"):
        return False
    per_peak = samples_per_peak(sound)
    wanted = -(-sound.frames * SAMPLES_PER_FRAME // per_peak)
    try:
        joined = _join(errand, sound, range(plan.segment_count))
        command = picture_commands.peaks_command(errand.workshop.tools.ffmpeg, joined, per_peak)
        folder = errand.run(command, reads=joined, folder="made")
        with open_regular(folder / "peaks.txt") as file:
            peaks = read_peaks(file.read().decode("ascii", errors="replace"))
        if len(peaks) < wanted:
            raise failed(f"{len(peaks)} of {wanted} peaks")
        finished = errand.workspace / "peaks.json"
        finished.write_text(json.dumps({"seconds": plan.seconds, "peaks": peaks[:wanted]}), encoding="ascii")
        store.publish(finished, store.peaks(errand.recording.lesson_id, plan.version))
    finally:
        errand.discard()
    return True


def samples_per_peak(sound: AudioRendition) -> int:
    """How long a stretch of sound has one peak: a thousand stretches, none shorter than two AAC frames."""
    return max(_SHORTEST_PEAK_FRAMES * SAMPLES_PER_FRAME, -(-sound.frames * SAMPLES_PER_FRAME // _MOST_PEAKS))


def read_peaks(printed: str) -> list[int]:
    """Peaks from 0 to 100 of full scale, from what ffmpeg's ametadata prints in dB."""
    return [_share(level) for level in _PEAK.findall(printed)]


def _share(level: str) -> int:
    decibel = float(level)
    return min(100, round(100 * 10 ** (decibel / 20))) if decibel > -100 else 0


def _is_there(errand: Errand, rendition: Rendition, *, step: str) -> bool:
    """Whether every segment is there; raises ToolFailed when the step that makes them has given up."""
    if not errand.recording.missing(errand.workshop, rendition.name):
        return True
    with errand.workshop.database.read() as session:
        maker = work_lookups.step_left(session, errand.recording.lesson_id, step)
    if maker is None or maker.parked:
        raise failed(f"{rendition.name} is not complete")
    return False


def _join(errand: Errand, rendition: Rendition, numbers: Iterable[int]) -> Path:
    """The init segment and these segments as one file, outside of what ffmpeg may write to."""
    store, recording = errand.workshop.store, errand.recording
    place = (recording.lesson_id, recording.plan.version, rendition.name)
    joined = errand.workspace / "joined.mp4"
    with joined.open("wb") as target:
        for part in (store.init(*place), *(store.segment(*place, number) for number in numbers)):
            with open_regular(part) as source:
                shutil.copyfileobj(source, target)
    return joined
