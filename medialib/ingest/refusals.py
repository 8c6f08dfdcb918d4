"""Why a file is refused, in words for who sent it: by its first bytes, and by what ffprobe complained of; pure."""

import re

from medialib.errors import N_, UnusableMedia

# How much of a file `what_it_is` wants to see.
HEAD_BYTES = 4096

_PLAYLIST = N_("This is a playlist: it only says where the recording is. Please send the recording itself.")
_PICTURE = N_("This is a picture, not a recording. Please choose a file with sound or a moving picture.")
_DOCUMENT = N_("This is a document, not a recording. Please choose a file with sound or a moving picture.")
_ARCHIVE = N_("This is an archive or an office document. Please take the recording out of it and send that.")
_PAGE = N_("This is a web page, not a recording. Please download the recording itself and send that.")
_TEXT = N_("This is a text, not a recording. Please choose a file with sound or a moving picture.")
_CAPTIONS = N_(
    "This file holds captions. Please send the recording first, then add them to it: under “Captions” of the lesson."
)
_BROKEN_OFF = N_(
    "This recording was not finished, or not copied whole: its index is missing. Please copy it from the camera once "
    "more; if it does not play there either, the camera may mend it when it is switched on again."
)
_LOCKED = N_(
    "This file is locked by the program that downloaded it, and plays only there. Please ask those who made it for the "
    "recording itself."
)
_SHORTCUT = N_("This is a shortcut to a file, not the file. Please choose the recording itself.")
_NOTES = N_("This file holds notes for instruments, not sound. Please export it as MP3.")
_NOTHING = N_("Nothing but zeros is in this file: it was not copied whole. Please send it again.")
NOTHING_TO_PLAY = N_("Nothing in this file can be played: it seems to be cut off. Please send it again.")
_OLD = N_("This kind of recording cannot be read. Please export it as MP4 or MP3.")
_TOO_LARGE = N_("The picture of this file is too large. Please export it again in 1080p or 4K.")
_CODEC = N_("The kind of picture or sound in this file (%(codec)s) cannot be read. Please export it as MP4.")
_UNREADABLE = N_("This file is not a recording that can be played, or it is damaged. Please choose another file.")

# What files begin with: the magic numbers of their formats' specifications.
_BEGINNINGS = (
    (b"\xff\xd8\xff", _PICTURE), (b"\x89PNG\r\n\x1a\n", _PICTURE), (b"GIF8", _PICTURE), (b"II*\0", _PICTURE),
    (b"MM\0*", _PICTURE), (b"8BPS", _PICTURE), (b"\xff\x0a", _PICTURE), (b"\0\0\0\x0cJXL ", _PICTURE),
    (b"\0\0\0\x0cjP  ", _PICTURE), (b"\0\0\x01\0", _PICTURE), (b"BM", _PICTURE),
    (b"%PDF", _DOCUMENT), (b"{\\rtf", _DOCUMENT),
    (b"PK\x03\x04", _ARCHIVE), (b"Rar!", _ARCHIVE), (b"7z\xbc\xaf", _ARCHIVE), (b"\x1f\x8b", _ARCHIVE),
    (b"\xd0\xcf\x11\xe0", _ARCHIVE), (b"\xfd7zXZ", _ARCHIVE), (b"BZh", _ARCHIVE),
    (b"MThd", _NOTES), (b".RMF", _OLD), (b".ra\xfd", _OLD), (b"DSD ", _OLD), (b"FWS", _OLD), (b"CWS", _OLD),
    (b"#!SILK", _OLD), (b"\x02#!SILK", _OLD),  # what WeChat calls .amr
    (b"CTENFDAM", _LOCKED), (b"QIYI VIDEO", _LOCKED), (b"L\0\0\0\x01\x14\x02\0", _SHORTCUT),
)  # fmt: skip

# What texts begin with, in small letters, when blanks are passed over.
_TEXT_BEGINNINGS = (
    ("#extm3u", _PLAYLIST), ("ffconcat", _PLAYLIST), ("[playlist]", _PLAYLIST), ("[reference]", _PLAYLIST),
    ("<asx", _PLAYLIST), ("<smil", _PLAYLIST), ("<?wpl", _PLAYLIST), ("v=0", _PLAYLIST), ("rtsp://", _PLAYLIST),
    ("http://", _PLAYLIST), ("https://", _PLAYLIST), ("<!doctype html", _PAGE), ("<html", _PAGE),
    ("webvtt", _CAPTIONS), ("[script info]", _CAPTIONS),
    ("<!doctype svg", _PICTURE), ("<svg", _PICTURE), ("<mpd", _PLAYLIST), ("<playlist", _PLAYLIST),
)  # fmt: skip
_ROOT = re.compile(r"(?s)^(?:<\?xml.*?\?>|<!--.*?-->|<!doctype.*?>|\s)+")

# A line with the times of SubRip, or one of LRC.
_TIMES = re.compile(r"(\d+\s*\n)?\d{1,2}:\d\d:\d\d[,.]\d{1,3} --> |\[(ti|ar|al|by|offset|\d{1,3}):[^\]\n]*\]")

# Major brands of still pictures in ISO files (ISO/IEC 23008-12; Canon's raw).
_STILL_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif", b"crx ", b"jxl "}


def explain(head: bytes, complaint: str) -> UnusableMedia:
    """The refusal of a file that begins with `head` and of which ffprobe made this `complaint`."""
    if "exceeds specified max pixel count" in complaint:
        return UnusableMedia(_TOO_LARGE, detail=complaint)
    if head[4:8] == b"ftyp" and "moov atom not found" in complaint:
        return UnusableMedia(_BROKEN_OFF, detail=complaint)
    codec = re.search(r"Codec \((\S+)\) not on whitelist", complaint)
    if codec:
        return UnusableMedia(_CODEC, detail=complaint, values={"codec": codec.group(1)})
    return UnusableMedia(what_it_is(head) or _UNREADABLE, detail=complaint)


def refuse_still(head: bytes) -> None:
    """Raise UnusableMedia for a still picture that newer demuxers would take for a film of one picture."""
    if head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS:
        raise UnusableMedia(_PICTURE)


def what_it_is(head: bytes) -> str | None:
    """A sentence about a file that is no recording; None when it may be a broken one."""
    if head[4:8] == b"ftyp":
        return _PICTURE if head[8:12] in _STILL_BRANDS else None
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _PICTURE
    if head and not head.strip(b"\0"):
        return _NOTHING
    found = next((sentence for beginning, sentence in _BEGINNINGS if head.startswith(beginning)), None)
    return found or _what_text_it_is(head)


def _what_text_it_is(head: bytes) -> str | None:
    text = _as_text(head)
    if not text:
        return None
    start = text.lstrip("\ufeff \t\r\n").lower()
    for begin in (start, _ROOT.sub("", start)):
        for beginning, sentence in _TEXT_BEGINNINGS:
            if begin.startswith(beginning):
                return sentence
    return _CAPTIONS if _TIMES.match(start) else _TEXT


def _as_text(head: bytes) -> str | None:
    """The head as text, when it is one: UTF-16 by its mark, or bytes without control characters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace")
    if any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head):
        return None
    for encoding in ("utf-8", "gb18030"):
        try:
            return head.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start > len(head) - 4:  # cut in the middle of a letter
                return head.decode(encoding, errors="replace")
    # An older encoding of a text that is mostly ASCII marks.
    return head.decode(errors="replace") if sum(byte < 128 for byte in head) * 2 > len(head) else None
