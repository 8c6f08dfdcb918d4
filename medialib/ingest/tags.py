"""What is said of a recording: its sidecar, its own tags, its name.

The tags are read by a program of their own under limits: some megabytes of them may unpack to gigabytes.
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
from medialib.ingest.sidecar import one_line, read_sidecar

log = structlog.get_logger()

# Without a sandbox around it: it needs all of Python, and mutagen decodes no media.
_LIMITS = ffmpeg.Limits(
    memory_bytes=512 << 20, wall_seconds=20, stall_seconds=20, nice=0, sandbox="off", file_bytes=1 << 20
)


def describe(path: Path, name: str) -> Details:
    """Details of the recording at `path` that people know as `name`: sidecar before tags before the file's name.

    Raises BadRequest when the sidecar is wrong.
    """
    found: dict[str, Any] = {"title": one_line(Path(name).stem.replace("_", " ")).strip() or name}
    found |= tags_of(path)
    found |= read_sidecar(path)
    return Details(**found)


def tags_of(path: Path) -> dict[str, Any]:
    """What embedded.read_tags finds; nothing when that takes too much memory or time."""
    with tempfile.TemporaryDirectory(prefix="tags-") as scratch:
        try:
            told = ffmpeg.run(
                [sys.executable, "-P", "-m", "medialib.ingest.embedded", str(path.absolute())],
                reach=ffmpeg.Reach(reads=path, writes=Path(scratch)),
                limits=_LIMITS,
                complained=lambda said: log.info("tags cannot be read", file=path.name, detail=said) if said else None,
            )
        except ToolFailed as error:
            log.warning("tags cannot be read", file=path.name, detail=error.detail[-300:])
            return {}
    found: dict[str, Any] = json.loads(told)
    return found
