"""What recordings in a folder are called, and what is passed over; a file that is named is tried in any case (pure)."""

from collections.abc import Iterable

ENDINGS = frozenset({
    ".mp4", ".m4v", ".mov", ".m4a", ".m4b", ".3gp", ".3g2", ".mkv", ".mka", ".webm", ".avi", ".flv", ".f4v", ".asf",
    ".wmv", ".wma", ".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".vob", ".mp3", ".aac", ".flac", ".ogg", ".oga", ".ogv",
    ".opus", ".wav", ".aif", ".aiff", ".amr", ".ape",
})  # fmt: skip

_BIN = "$recycle.bin"


def is_passed_over(inside: Iterable[str]) -> bool:
    """Whether a path below a folder is hidden, or in a bin: what was thrown away, and the `._` files of a Mac."""
    return any(part.startswith(".") or part.lower() == _BIN for part in inside)
