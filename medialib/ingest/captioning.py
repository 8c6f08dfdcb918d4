"""Files beside a recording to what the catalogue keeps of them: captions by language, chapters, and notices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from medialib.catalogue.cues import CaptionTrack, Cue, transcript
from medialib.errors import N_, BadRequest, MedialibError
from medialib.ingest.beside import Beside, TextFile
from medialib.ingest.captions import RawCue, read_captions, to_lesson_clock
from medialib.ingest.chapters import Chapter, clean_chapters, contents_of, is_contents, read_chapters
from medialib.ingest.charsets import decode
from medialib.ingest.languages import own_name
from medialib.ingest.lrc import read_lrc
from medialib.ingest.mending import MOST_CUES, mend_cues

_HAN = ("\u3400", "\u9fff")
_LONGEST_LABEL = 100


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A sentence about a recording: an English msgid and its values."""

    message: str
    values: dict[str, Any]

    def to_stored(self) -> dict[str, Any]:
        return {"message": self.message, "values": self.values}


@dataclass(frozen=True, kw_only=True)
class Accompaniment:
    """What the files beside a recording (and the chapters inside it) came to."""

    captions: tuple[CaptionTrack, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    notices: tuple[Notice, ...] = ()


def accompany(beside: Beside, inside: Sequence[Chapter], *, seconds: float, language: str) -> Accompaniment:
    """Everything that can be used; a notice for everything that cannot. Files come before what is inside."""
    tracks: dict[str, CaptionTrack] = {}
    notices: list[Notice] = []
    chapters: tuple[Chapter, ...] = ()
    for file in beside.chapters:
        try:
            chapters = chapters or clean_chapters(read_chapters(file.content, file.name), seconds=seconds)
        except MedialibError as error:
            notices.append(notice_of(error))
    for file in beside.captions:
        if listed := listed_in(file):
            chapters = chapters or clean_chapters(listed, seconds=seconds)
            continue
        try:
            track, told = make_track(file, seconds=seconds, lesson_language=language)
        except MedialibError as error:
            notices.append(notice_of(error))
            continue
        tracks.setdefault(track.language, track)
        notices += told
    chapters = chapters or clean_chapters(inside, seconds=seconds)
    return Accompaniment(captions=tuple(tracks.values()), chapters=chapters, notices=tuple(notices))


def make_track(file: TextFile, *, seconds: float, lesson_language: str) -> tuple[CaptionTrack, list[Notice]]:
    """The captions in a file, for a lesson of this length; raises BadRequest when there are none."""
    cues = read_captions(file.content, file.name)
    return track_of(
        cues, file.name, seconds=seconds, shift_seconds=0.0, language=file.language, lesson_language=lesson_language
    )


def track_of(
    raw: Iterable[RawCue], name: str, *, seconds: float, shift_seconds: float, language: str, lesson_language: str
) -> tuple[CaptionTrack, list[Notice]]:
    """Cues on the clock of a file to captions of a lesson; raises BadRequest when none is left."""
    mended = mend_cues(to_lesson_clock(raw, shift_seconds=shift_seconds), seconds=seconds)
    if not mended.cues:
        raise BadRequest(
            N_("The captions %(file)s begin after the end of this recording: they belong to another one."),
            values={"file": name},
        )
    tag = language or guess_language(mended.cues, lesson_language)
    told = []
    if mended.too_late:
        told.append(
            Notice(
                message=N_("The captions %(file)s are longer than the recording: %(count)s lines are left out."),
                values={"file": name, "count": mended.too_late},
            )
        )
    if mended.too_many:
        told.append(
            Notice(
                message=N_("The captions %(file)s have more than %(most)s lines: the rest is left out."),
                values={"file": name, "most": MOST_CUES},
            )
        )
    return CaptionTrack(language=tag, label=own_name(tag)[:_LONGEST_LABEL], cues=mended.cues), told


def listed_in(file: TextFile) -> tuple[Chapter, ...]:
    """The chapters in an LRC file that says one line every few minutes: a table of contents."""
    if not file.name.lower().endswith(".lrc"):
        return ()
    lines = read_lrc(decode(file.content))
    return contents_of(lines) if is_contents(lines) else ()


def guess_language(cues: Iterable[Cue], lesson_language: str) -> str:
    """What captions that do not say so are written in: Chinese, English, or the lesson's own language."""
    letters = [one for one in transcript(cues) if one.isalpha()]
    if not letters:
        return lesson_language or "und"
    han = sum(_HAN[0] <= one <= _HAN[1] for one in letters) / len(letters)
    if han > 0.2 or not lesson_language.startswith("zh"):
        chinese = han > 0.2 and not lesson_language.startswith(("zh", "yue", "ja"))
        return "zh" if chinese else lesson_language or "und"
    return "en" if sum(map(str.isascii, letters)) > 0.95 * len(letters) else "und"


def notice_of(error: MedialibError) -> Notice:
    return Notice(message=error.message, values=error.values)
