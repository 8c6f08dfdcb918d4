"""What a file's own tags say (ID3, Vorbis, MP4, APE, ASF), by mutagen, in whatever encoding they were written.

Run as a program it prints the tags of one file as JSON: tags.py gives it limits.
"""

import json
import re
import struct
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import mutagen
from mutagen import MutagenError
from mutagen.apev2 import APENoHeaderError, APEv2
from mutagen.id3 import ID3, Encoding, ID3NoHeaderError

from medialib.ingest.charsets import mend, turned
from medialib.ingest.languages import language_tag

# What mutagen raises for damaged tags: its own errors, and whatever its parsers stumble over.
_UNREADABLE = (
    mutagen.MutagenError, struct.error, ValueError, EOFError, LookupError, ArithmeticError, TypeError, AttributeError,
)  # fmt: skip

# Where each container keeps what; better ones first. Vorbis and APE names are compared without case.
_ID3 = {
    "title": ("TIT2",), "speaker": ("TPE1", "TPE2", "TCOM"), "series": ("TALB",), "number": ("TRCK",),
    "description": ("TDES", "TXXX:description", "COMM", "TXXX:comment"), "recorded": ("TDRC", "TDRL", "TDOR"),
    "language": ("TLAN",),
}  # fmt: skip
_MP4 = {
    "title": ("©nam",), "speaker": ("©ART", "aART", "©wrt"), "series": ("©alb", "tvsh"), "number": ("trkn",),
    "description": ("desc", "ldes", "©cmt"), "recorded": ("©day",),
}  # fmt: skip
_NAMED = {
    "title": ("title",), "speaker": ("artist", "author", "albumartist", "album artist", "performer"),
    "series": ("album",), "number": ("tracknumber", "track"), "description": ("description", "comment", "comments"),
    "recorded": ("date", "year", "recordingdate"), "language": ("language",),
}  # fmt: skip
_ASF = {
    "title": ("Title", "WM/Title"), "speaker": ("Author", "WM/AlbumArtist"), "series": ("WM/AlbumTitle",),
    "number": ("WM/TrackNumber",), "description": ("Description", "WM/SubTitleDescription"),
    "recorded": ("WM/Year",), "language": ("WM/Language",),
}  # fmt: skip
# Frames that say Latin-1 are often GBK; those in UTF-16 lack the mark that tells which byte comes first.
_ID3_READ = {Encoding.LATIN1: mend, Encoding.UTF16: turned, Encoding.UTF16BE: turned}
_FIELDS = ("title", "speaker", "series", "number", "description", "recorded", "language")
_LONGEST = {"title": 500, "speaker": 200, "series": 200, "description": 20_000}
_MOST_DIGITS = 6
_MOST_BYTES = 200_000

# Comments that programs leave: counters of players, keys of music services, names of encoders, bare addresses.
_NOISE = re.compile(
    r"163 key|lavf|lavc|handbrake|encoded (by|with)|converted (by|with)|created (by|with)|ripped|itun|x264|"
    r"^[\s0-9a-f]{16,}$|^\W*(https?://|www\.)\S+\W*$|^\W*\d*\W*$",
    re.IGNORECASE,
)
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?|(\d\d)(\d\d))?(?!\d)")
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2999
# Clocks that were never set.
_EPOCHS = ("1904-01-01", "1970-01-01")
# What stands for bytes that could not be read.
_BROKEN = "\ufffd"
# Marks without a width, and those that turn the direction of all that follows.
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def read_tags(path: Path) -> dict[str, Any]:
    """title, speaker, series, number, description, recorded and language as far as the file has them."""
    try:
        own = _own(path)
        # The format's own are best, but for ID3v1, which cuts everything off after thirty letters.
        ranked = (own, _ape(path)) if getattr(own, "version", None) == (1, 1) else (_ape(path), own)
        said = [_said(tags) for tags in ranked if tags is not None]
    except _UNREADABLE as error:
        _complain(error)
        return {}
    return {field: value for one in said for field, value in _understood(one).items()}


def named(texts: Mapping[str, str]) -> dict[str, Any]:
    """The same of tags by their usual names, in small letters."""
    return _understood({field: list(_texts(texts, names)) for field, names in _NAMED.items()})


def _own(path: Path) -> Any:
    """Those of the file's format; of any other, and of a damaged one, those of ID3 before it."""
    try:
        if opened := mutagen.File(path):
            return opened.tags
    except _UNREADABLE as error:
        _complain(error)
    try:
        return ID3(path)
    except ID3NoHeaderError:
        return None


def _ape(path: Path) -> APEv2 | None:
    """Tags at the end of a file of any kind, as some programs write them to MP3; the format's own come first."""
    try:
        return APEv2(path)
    except APENoHeaderError:
        return None
    except MutagenError as error:  # the format's own are perhaps whole
        _complain(error)
        return None


def _complain(error: Exception) -> None:
    sys.stderr.write(f"{type(error).__name__}: {error}\n")


def _said(tags: Any) -> dict[str, list[str]]:
    """The texts of each field, best first."""
    kind = type(tags).__name__
    if hasattr(tags, "getall"):
        return {field: list(_id3_texts(tags, names)) for field, names in _ID3.items()}
    if kind == "MP4Tags":
        return {field: list(_texts(tags, names)) for field, names in _MP4.items()}
    if kind == "ASFTags":
        return {field: list(_texts(tags, names)) for field, names in _ASF.items()}
    lowered = {str(key).lower(): tags[key] for key in tags.keys()}  # noqa: SIM118  (Vorbis tags are no mapping)
    return {field: list(_texts(lowered, names)) for field, names in _NAMED.items()}


def _id3_texts(tags: Any, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for frame in tags.getall(name):
            if name == "COMM" and frame.desc.lower().startswith("itun"):
                continue
            read = _ID3_READ.get(frame.encoding, str)
            yield from (read(str(text)) for text in frame.text)


def _texts(tags: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        values = tags.get(name)
        for value in [] if values is None else values if isinstance(values, list) else [values]:
            if isinstance(value, tuple):  # MP4's track: (number, of how many)
                value = value[0]
            elif isinstance(value, bytes):
                continue
            # Texts that must be UTF-8 were sometimes made of Latin-1, which was GBK before.
            yield mend(str(value))


def _understood(said: Mapping[str, list[str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in _FIELDS:
        read = {"number": _number, "recorded": _recorded, "language": _language, "description": _description}
        understand = read.get(field, _line)
        texts = (text[:_MOST_BYTES] for text in said.get(field, []) if _BROKEN not in text)
        value = next((value for text in texts if (value := understand(text)) not in (None, "")), None)
        if value is not None:
            found[field] = value[: _LONGEST[field]] if isinstance(value, str) and field in _LONGEST else value
    return found


def _line(text: str) -> str:
    return " ".join(_printable(text).split())


def _description(text: str) -> str:
    """What a person wrote; not what programs leave there."""
    lines = (" ".join(_printable(line).split()) for line in re.split(r"\r\n?|\n", text))
    said = "\n".join(lines).strip()
    return "" if _NOISE.search(said[:200]) else said


def _number(text: str) -> int | None:
    digits = text.strip().partition("/")[0].strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS else None


def _recorded(text: str) -> str | None:
    """2023, 2023-05 or 2023-05-04, when there is such a day."""
    found = _DATE.match(text.strip())
    if found is None:
        return None
    parts = [int(part) for part in found.groups() if part is not None]
    try:
        date(*[*parts, 1, 1][:3])
    except ValueError:
        return None
    told = "-".join([f"{parts[0]:04}", *(f"{part:02}" for part in parts[1:])])
    return told if _EARLIEST_YEAR <= parts[0] <= _LATEST_YEAR and told not in _EPOCHS else None


def _language(text: str) -> str | None:
    return language_tag(text)


def _printable(text: str) -> str:
    return "".join(" " if unicodedata.category(one) in ("Cc", "Cs") else one for one in _UNSEEN.sub("", text))


if __name__ == "__main__":
    print(json.dumps(read_tags(Path(sys.argv[1]))))
