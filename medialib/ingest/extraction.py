"""The captions inside a recording: its text tracks are taken out by ffmpeg and kept as if they lay beside it."""

from collections.abc import Sequence
from pathlib import Path

import structlog

from medialib.catalogue import caption_edits, caption_lookups, edits, lookups
from medialib.catalogue.cues import CaptionTrack
from medialib.catalogue.former_sources import source_of
from medialib.errors import N_, BadRequest, ToolFailed, ToolKilled
from medialib.files import open_regular
from medialib.ingest.captioning import Notice, notice_of, track_of
from medialib.ingest.captions import MOST_BYTES, read_captions
from medialib.ingest.errand import Errand
from medialib.ingest.languages import own_name
from medialib.ingest.recording import Recording
from medialib.ingest.texts import TextTrack, texts_command

log = structlog.get_logger()

PICTURES = Notice(
    message=N_("The captions inside this recording are pictures and cannot be read. Put a text file (SRT) beside it."),
    values={},
)
_DAMAGED = Notice(message=N_("The captions inside this recording cannot be read."), values={})


def unreadable_texts(texts: Sequence[TextTrack]) -> tuple[Notice, ...]:
    """What is to be said when all captions inside are pictures."""
    return (PICTURES,) if texts and not any(one.readable for one in texts) else ()


def take_out_captions(errand: Errand) -> None:
    """Store what the text tracks say; languages that the lesson has already stay as they are."""
    database, recording = errand.workshop.database, errand.recording
    with database.read() as session:
        lesson = lookups.lesson(session, recording.lesson_id)
        stored = source_of(session, recording.lesson_id, recording.plan.version).facts.get("texts", [])
        taken = {row.language for row in caption_lookups.captions_of(session, recording.lesson_id)}
    readable = [track for track in (TextTrack(**one) for one in stored) if track.readable]
    tracks: dict[str, CaptionTrack] = {}
    notices: list[Notice] = []
    for text_track, content in _contents(errand, readable):
        try:
            track, told = _read(text_track, content, recording, lesson.language)
        except BadRequest as error:
            log.info("a text track is left out", lesson=recording.lesson_id, error=str(error), detail=error.detail)
            notices.append(notice_of(error) if content else _DAMAGED)
            continue
        if track.language not in taken and track.language not in tracks:
            tracks[track.language] = track
            notices += told
    with database.begin() as session:
        for track in tracks.values():
            caption_edits.put(session, recording.lesson_id, track)
        # A lesson needs none: an empty track beside a good one is no news.
        edits.add_notices(session, recording.lesson_id, [] if tracks else [one.to_stored() for one in notices])


def _read(
    text_track: TextTrack, content: bytes, recording: Recording, lesson_language: str
) -> tuple[CaptionTrack, list[Notice]]:
    name = own_name(text_track.language) if text_track.language else f"#{text_track.index}"
    return track_of(
        read_captions(content, name),
        name,
        seconds=recording.plan.seconds,
        shift_seconds=-recording.plan.source.start_seconds,
        language=text_track.language,
        lesson_language=lesson_language,
    )


def _contents(errand: Errand, tracks: list[TextTrack]) -> list[tuple[TextTrack, bytes]]:
    """What ffmpeg makes of each track; what it had written before it failed counts, too."""
    if not tracks:
        return []
    recording = errand.recording
    try:
        try:
            command = texts_command(errand.workshop.tools.ffmpeg, recording.source, tracks)
            errand.run(command, reads=recording.source)
        except ToolKilled:
            raise
        except ToolFailed as error:
            log.warning("text tracks could not all be read", lesson=recording.lesson_id, detail=error.detail)
        return [(one, _content(errand.workspace / one.file_name)) for one in tracks]
    finally:
        errand.discard()


def _content(path: Path) -> bytes:
    if not path.is_symlink() and not path.exists():
        return b""
    with open_regular(path) as file:
        return file.read(MOST_BYTES + 1)
