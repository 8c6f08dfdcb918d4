"""How work that fails, or is put off, is told: a sentence for people and a detail for the log; pure."""

from medialib.errors import N_, DiskFull, Stopped, ToolFailed


def failed(detail: str, *, kind: type[ToolFailed] = ToolFailed) -> ToolFailed:
    return kind(N_("This part of the recording could not be converted."), detail=detail)


def no_room(detail: str) -> DiskFull:
    return DiskFull(N_("The server has no room for this file. Please tell the county office."), detail=detail)


def put_off() -> Stopped:
    return Stopped(N_("This work goes on later."))
