"""What a downloaded recording says of itself: title, speaker, series, cover and chapters, as MP4 tags by mutagen."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mutagen.mp4 import MP4, MP4Cover

from medialib.catalogue.lessons import Lesson
from medialib.ingest import own_pictures
from medialib.store import Store

# What the field `desc` may hold; longer texts go into `ldes`, which some players read instead.
_SHORT_DESCRIPTION = 255
_HIGHEST_TRACK = 65_535
_COVER_WIDTH = 640


@dataclass(frozen=True, kw_only=True)
class Label:
    """What is written into the file; `chapters` are {"start_seconds", "title"} in order, `cover` a JPEG."""

    title: str
    artist: str
    album: str
    number: int | None
    recorded: str | None
    publisher: str
    description: str
    genres: tuple[str, ...]
    chapters: tuple[dict[str, Any], ...]
    cover: Path | None

    @property
    def stamp(self) -> str:
        """Differs when anything of it does, the cover's content included."""
        told = asdict(self) | {"cover": None}
        if self.cover:
            known = self.cover.stat()
            told["cover"] = (self.cover.parts[-2:], known.st_size, known.st_mtime_ns)
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def label_of(store: Store, lesson: Lesson) -> Label:
    """The label of a lesson as it is now."""
    return Label(
        title=lesson.title,
        artist=lesson.speaker,
        album=lesson.series_title,
        number=lesson.number,
        recorded=lesson.recorded,
        publisher=lesson.unit_name,
        description=lesson.description,
        genres=tuple(theme.zh or theme.en for theme in lesson.themes),
        chapters=tuple(lesson.chapters),
        cover=cover_of(store, lesson),
    )


def cover_of(store: Store, lesson: Lesson) -> Path | None:
    """The picture that stands for the lesson, once there is one."""
    posters = own_pictures.posters_of(store, lesson)
    if posters is None:
        return None
    number = posters.chosen(lesson.poster_choice)
    return own_pictures.place_of(store, lesson, number, posters.picture(number).nearest(_COVER_WIDTH))


def write_label(path: Path, label: Label) -> None:
    """Put the label into an MP4 file; what is empty is left out."""
    file = MP4(path)
    texts: dict[str, list[str]] = {
        "\xa9nam": [label.title],
        "\xa9ART": [label.artist],
        "aART": [label.publisher],
        "\xa9alb": [label.album],
        "\xa9day": [label.recorded or ""],
        "\xa9gen": list(label.genres),
        "desc": [label.description[:_SHORT_DESCRIPTION]],
        "ldes": [label.description],
    }
    for key, values in texts.items():
        if any(values):
            file[key] = values
    if label.number is not None and label.number <= _HIGHEST_TRACK:
        file["trkn"] = [(label.number, 0)]
    if label.cover:
        picture = label.cover.read_bytes()
        file["covr"] = [MP4Cover(picture, MP4Cover.FORMAT_JPEG)]
    file.save()
