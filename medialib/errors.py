"""Expected failures: each carries a sentence for people and a detail for the log."""

from collections.abc import Mapping


def N_(msgid: str) -> str:
    """Mark an English sentence for translation where it is written; the surfaces translate it when shown."""
    return msgid


class MedialibError(Exception):
    """A failure that was foreseen.

    `message` is an English sentence (a msgid, `%(name)s` placeholders filled from `values`) that may be
    shown to anyone and never holds a path of the machine; `detail` goes to the log. A value may be such a sentence
    itself: an error that is translated along.
    """

    def __init__(
        self, message: str, *, detail: str = "", values: "Mapping[str, str | int | float | MedialibError] | None" = None
    ):
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.values = dict(values or {})

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class NotFound(MedialibError):
    """What was asked for is not there."""


class BadRequest(MedialibError):
    """The asker has to change something and ask again."""


class ChangedMeanwhile(MedialibError):
    """Somebody else was quicker: the asker has to look at what is there now."""


class SignInNeeded(MedialibError):
    """This is for people who are signed in."""


class NotAllowed(MedialibError):
    """This is for others than the one who asks."""


class BadSettings(MedialibError):
    """config.yaml or the environment holds a wrong key or value."""


class UnusableMedia(MedialibError):
    """The file can never become a lesson: do not try again."""


class ToolFailed(MedialibError):
    """ffmpeg or ffprobe failed or took too long: trying again may help."""


class ToolKilled(ToolFailed):
    """Someone, or the system for want of memory, ended ffmpeg: the recording need not be at fault."""


class DiskFull(ToolKilled):
    """There was no room for what ffmpeg made: the recording is not at fault, and work goes on when there is room."""


class ToolStalled(ToolFailed):
    """ffmpeg or ffprobe came no further, or took longer than it may."""


class NothingDecoded(ToolFailed):
    """ffmpeg ended well, but there was nothing in this part of the recording to make anything of."""


class TooMuchDecoded(ToolFailed):
    """There was more in this part of the recording than its time: its filters began anew on the way."""


class Stopped(MedialibError):
    """A run was ended early on purpose: more urgent work waits or the worker is closing."""


class NotReady(MedialibError):
    """The thing is being made: ask again in `retry_seconds`."""

    def __init__(self, message: str, *, retry_seconds: int, detail: str = ""):
        super().__init__(message, detail=detail)
        self.retry_seconds = retry_seconds


class NoSpace(MedialibError):
    """The store has no room for this."""


class TooLarge(MedialibError):
    """What is sent is over a limit, or over what is left of one."""


class Occupied(MedialibError):
    """Somebody else is at this just now: ask again in a moment."""


class OutOfStep(MedialibError):
    """The asker takes something for other than it is: ask how it is, and go on from there."""


class Gone(NotFound):
    """It was here, and will not come back."""


class MissingTool(MedialibError):
    """A program that medialib needs is not installed, or is too old."""


class MissingDriver(MissingTool):
    """The package for the database or the queue that the settings name is not installed."""

    def __init__(self, error: ImportError):
        super().__init__(
            N_(
                "The package for this kind of database or queue is not installed. "
                "Please run: .venv/bin/pip install -c requirements.txt -e '.[postgresql,redis]'"
            ),
            detail=str(error),
        )
