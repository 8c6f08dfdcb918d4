"""How work that fails, or is put off, is told: a sentence for people and a detail for the log; pure."""

import traceback

from medialib.errors import N_, DiskFull, MedialibError, Stopped, ToolFailed
from medialib.files import NO_ROOM


def failed(detail: str, *, kind: type[ToolFailed] = ToolFailed) -> ToolFailed:
    return kind(N_("This part of the recording could not be converted."), detail=detail)


def no_room(detail: str) -> DiskFull:
    return DiskFull(N_("The server has no room for this file. Please tell the county office."), detail=detail)


def put_off() -> Stopped:
    return Stopped(N_("This work goes on later."))


def unforeseen(error: Exception) -> MedialibError:
    """A full disk is told as that; of anything else the log gets the traceback."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return no_room(str(error))
    return ToolFailed(N_("Something unforeseen stopped this work."), detail=traceback.format_exc() or str(error))
