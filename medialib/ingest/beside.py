"""What lies beside a recording: NAME.srt, NAME.en.vtt, NAME.lrc, NAME.chapters.vtt, NAME.cue, a picture."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import structlog

from medialib.ingest.captions import MOST_BYTES
from medialib.ingest.charsets import readable_name
from medialib.ingest.languages import language_tag
from medialib.ingest.sidecar import is_there

log = structlog.get_logger()

# Better ones first: of two files in one language the first is taken.
_CAPTIONS = (".vtt", ".srt", ".ass", ".ssa", ".lrc")
_CHAPTERS = (".vtt", ".lrc", ".cue", ".srt", ".txt")
_CHAPTERS_WORDS = frozenset({"chapters", "chapter", "章节", "章節"})
# What else stands between the recording's name and the ending, and names no language.
_PASSED_OVER = frozenset({"default", "forced", "sdh", "cc", "hi", "sub", "subs", "subtitle", "subtitles", "字幕"})
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".JPG", ".JPEG", ".PNG")
_MOST_FILES = 40


@dataclass(frozen=True, kw_only=True)
class TextFile:
    """A file that was read; `content` is cut a byte above the limit. `language` is told by its name, or is empty."""

    name: str
    content: bytes
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """The captions and the files with chapters, better ones first, and the picture that the recording is shown by."""

    captions: tuple[TextFile, ...] = ()
    chapters: tuple[TextFile, ...] = ()
    picture: Path | None = None


NOTHING = Beside()


def look_beside(recording: Path) -> Beside:
    """Read what belongs to the recording; a file that cannot be opened is empty, and is then told of as unreadable."""
    captions, chapters = [], []
    for path in _neighbours(recording):
        words = _between(recording, path)
        if not _is_language(words - _CHAPTERS_WORDS):
            continue
        if path.suffix.lower() == ".cue" or words & _CHAPTERS_WORDS:
            chapters.append(path)
        elif path.suffix.lower() in _CAPTIONS:
            captions.append(path)
    return Beside(captions=_read(captions, _CAPTIONS), chapters=_read(chapters, _CHAPTERS), picture=_picture(recording))


def files_beside(recording: Path) -> list[Path]:
    """All that look_beside would read."""
    texts = [one for one in _neighbours(recording) if _is_language(_between(recording, one) - _CHAPTERS_WORDS)]
    picture = _picture(recording)
    return [*texts, picture] if picture else texts


def _picture(recording: Path) -> Path | None:
    """NAME.jpg, NAME.png or NAME.webp beside NAME.mp4."""
    beside = (recording.with_suffix(ending) for ending in _PICTURES)
    return next((one for one in beside if is_there(one)), None)


def named_language(name: str) -> str:
    """The language that the name of a captions file tells: lesson.chs.srt; empty when it tells none."""
    words = Path(name).stem.split(".")[1:]
    return next((tag for word in reversed(words) if (tag := language_tag(word))), "")


def _neighbours(recording: Path) -> list[Path]:
    beginning = f"{recording.stem}."
    endings = {*_CAPTIONS, *_CHAPTERS}
    try:
        with os.scandir(recording.parent) as entries:
            names = [entry.name for entry in entries if entry.name.startswith(beginning) and entry.is_file()]
    except OSError:
        return []
    paths = sorted(recording.with_name(name) for name in names)
    return [path for path in paths if path.suffix.lower() in endings and path != recording][:_MOST_FILES]


def _between(recording: Path, path: Path) -> frozenset[str]:
    """The words between the recording's name and the ending: NAME.mp4.zh-CN.forced.srt -> zh-cn, forced."""
    rest = path.stem[len(recording.stem) :].lower()
    words = frozenset(rest.split(".")) - {"", recording.suffix.lower().lstrip(".")}
    return words - _PASSED_OVER


def _is_language(words: frozenset[str]) -> bool:
    """Whether they say at most a language: 课.第一.srt belongs to 课.第一.mp4 and not to 课.mp4."""
    return all(language_tag(word) for word in words)


def _read(paths: Iterable[Path], endings: tuple[str, ...]) -> tuple[TextFile, ...]:
    ordered = sorted(paths, key=lambda path: endings.index(path.suffix.lower()))
    return tuple(read_text_file(path, language=named_language(path.name)) for path in ordered)


def read_text_file(path: Path, *, language: str) -> TextFile:
    """At most a byte more than may be; a file that cannot be opened is empty."""
    name = readable_name(path.name)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        log.warning("a file beside a recording cannot be read", file=name, error=str(error))
        content = b""
    return TextFile(name=name, content=content, language=language)
