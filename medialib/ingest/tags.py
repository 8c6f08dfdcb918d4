"""What is said of a recording: its sidecar, its own tags, its name.

The tags are read by a program of their own under limits: some megabytes of them may unpack to gigabytes. Where mutagen
finds no title, ffprobe is asked: it knows Matroska, AVI, QuickTime and the words of WAV and AIFF, too.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import structlog

from medialib.catalogue.edits import Details
from medialib.errors import ToolFailed
from medialib.ingest import ffmpeg
from medialib.ingest.embedded import named
from medialib.ingest.probe_answers import read_answer
from medialib.ingest.probe_commands import tags_command
from medialib.ingest.sidecar import one_line, read_sidecar
from medialib.ingest.workshop import Workshop

log = structlog.get_logger()

# Without a sandbox around it: it needs all of Python, and mutagen decodes no media.
_LIMITS = ffmpeg.Limits(
    memory_bytes=512 << 20, wall_seconds=20, stall_seconds=20, nice=0, sandbox="off", file_bytes=1 << 20
)


def describe(workshop: Workshop, path: Path, name: str) -> Details:
    """Details of the recording at `path` that people know as `name`: sidecar before tags before the file's name.

    Raises BadRequest when the sidecar is wrong.
    """
    found: dict[str, Any] = {"title": one_line(Path(name).stem.replace("_", " ")).strip() or name}
    found |= tags_of(workshop, path)
    found |= read_sidecar(path)
    return Details(**found)


def tags_of(workshop: Workshop, path: Path) -> dict[str, Any]:
    """What the file says of itself; nothing when that takes too much memory or time."""
    with tempfile.TemporaryDirectory(prefix="tags-") as scratch:
        reach = ffmpeg.Reach(reads=path.absolute(), writes=Path(scratch))
        found = _by_mutagen(reach)
        return found if "title" in found else {**_by_ffprobe(workshop, reach), **found}


def _by_mutagen(reach: ffmpeg.Reach) -> dict[str, Any]:
    assert reach.reads is not None
    name = reach.reads.name
    try:
        told = ffmpeg.run(
            [sys.executable, "-P", "-m", "medialib.ingest.embedded", str(reach.reads)],
            reach=reach,
            limits=_LIMITS,
            complained=lambda said: log.info("tags cannot be read", file=name, detail=said) if said else None,
        )
    except ToolFailed as error:
        log.warning("tags cannot be read", file=name, detail=error.detail[-300:])
        return {}
    found: dict[str, Any] = json.loads(told)
    return found


def _by_ffprobe(workshop: Workshop, reach: ffmpeg.Reach) -> dict[str, Any]:
    assert reach.reads is not None
    try:
        command = tags_command(workshop.tools.ffprobe, reach.reads)
        answer = read_answer(ffmpeg.run(command, reach=reach, limits=workshop.limits(hot=True)))
    except (ToolFailed, ValueError) as error:  # the file is looked at once more, and is then told of
        log.info("tags cannot be read", file=reach.reads.name, detail=str(error))
        return {}
    container = answer.get("format", {})
    # Ogg has no other place for them. Elsewhere a track tells of itself: "Surround 5.1", eng as cameras always write.
    tracks = answer.get("streams", [])[:1] if container.get("format_name") == "ogg" else []
    parts = [*tracks, container]
    return named({key.lower(): str(text) for part in parts for key, text in part.get("tags", {}).items()})
