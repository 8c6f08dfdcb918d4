"""How work that fails, or is put off, is told: a sentence for people, what to do, and a detail for the log; pure."""

import errno
import re
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path

from medialib.errors import N_, DiskFull, MedialibError, NothingDecoded, Stopped, ToolFailed, ToolKilled, ToolStalled
from medialib.files import NO_ROOM

_OTHERWISE = N_("This part of the recording could not be converted.")
_DAMAGED = N_("A part of this recording is damaged: it could not be converted.")
_KILLED = N_("The server broke this work off, mostly for want of memory.")
_SLOW = N_("Converting this part of the recording took too long, or did not come on any more.")
_NO_ROOM = N_("The server has no room for this file. Please tell the county office.")
_GONE = N_("The original of this recording is gone from the server's disk.")
_UNFORESEEN = N_("Something unforeseen stopped this work.")

_BY_ERROR: Mapping[int, str] = {
    errno.ENOENT: N_("This file is no longer there."),
    errno.EACCES: N_("This file may not be read. Please let the account that medialib runs under read it."),
    errno.EIO: N_("This file cannot be read from its disk or stick. Please copy it once more."),
}
_OURS = N_("The server cannot use its own folder just now. Please tell who looks after the server.")
_UNREAD = N_("This file cannot be read just now. Please try again.")

_BY_KIND: Mapping[type[ToolFailed], str] = {ToolKilled: _KILLED, ToolStalled: _SLOW, NothingDecoded: _DAMAGED}
# As ffmpeg and its libraries say so.
_DAMAGE = re.compile(
    r"Invalid data found|moov atom not found|[Ee]rror while decoding|Error submitting packet|corrupt|exceeds containing"
)
_MEMORY = re.compile(r"Cannot allocate memory|MemoryError|malloc of size")

_ADVICE: Mapping[str, str] = {
    _OTHERWISE: N_("Please try again. If it stops again, export the recording anew as MP4 and put that in its place."),
    _DAMAGED: N_(
        "Please play the original. If it plays well there, copy or export it once more and put that in its place."
    ),
    _KILLED: N_(
        "The recording need not be at fault. Please try again later. If it stops again, tell who looks after the "
        "server."
    ),
    _SLOW: N_(
        "Please try again when the server has less to do. If it stops again, export the recording anew as MP4 and put "
        "that in its place."
    ),
    _GONE: N_(
        "Please put the recording in its place once more, or let the server's backup be restored; then try again."
    ),
    _UNFORESEEN: N_("Please try again. If it stops again, tell who looks after the server: the log says more."),
}


def failed(detail: str, *, kind: type[ToolFailed] = ToolFailed, names: Iterable[str] = ()) -> ToolFailed:
    """With the sentence for that kind of failure, or for what the program complained of. `names` are what files are
    called, which complains of nothing.
    """
    complaint = detail
    for name in names:
        complaint = complaint.replace(name, "")
    return kind(_BY_KIND.get(kind) or _by_complaint(complaint), detail=detail)


def gone(path: Path) -> ToolFailed:
    return ToolFailed(_GONE, detail=f"{path} is not there")


def _by_complaint(complaint: str) -> str:
    if _MEMORY.search(complaint):
        return _KILLED
    return _DAMAGED if _DAMAGE.search(complaint) else _OTHERWISE


def advice(message: str) -> str:
    """What somebody who looks after lessons can do about a failure with this sentence; "" when there is nothing."""
    return _ADVICE.get(message, "")


def no_room(detail: str) -> DiskFull:
    return DiskFull(_NO_ROOM, detail=detail)


def put_off() -> Stopped:
    return Stopped(N_("This work goes on later."))


def unforeseen(error: Exception) -> MedialibError:
    """A full disk is told as that; of anything else the log gets the traceback."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return no_room(str(error))
    return ToolFailed(_UNFORESEEN, detail=traceback.format_exc() or str(error))


def unreadable(error: OSError, *, ours: Path) -> MedialibError:
    """Why somebody's file, or its copy below `ours`, could not be read or written; the system's own words are the
    detail. Of what is ours that file is innocent.
    """
    if error.errno in NO_ROOM:
        return no_room(str(error))
    if any(isinstance(one, str) and Path(one).is_relative_to(ours) for one in (error.filename, error.filename2)):
        return MedialibError(_OURS, detail=str(error))
    told = errno.EACCES if error.errno == errno.EPERM else error.errno
    return MedialibError(_BY_ERROR.get(told or 0, _UNREAD), detail=str(error))
