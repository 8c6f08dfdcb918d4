"""Makes libraries and lessons for tests, without encoding anything."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import once

from medialib.catalogue import edits
from medialib.catalogue.edits import Details
from medialib.catalogue.plans import AudioRendition, Plan, VideoRendition
from medialib.catalogue.posters import Candidate, Posters
from medialib.catalogue.source_uses import SourceUse
from medialib.services import Services, open_with
from medialib.settings import Settings
from medialib.tasks import document

POSTER_WIDTHS = (320, 640, 1280)
RUNGS = {240: 280_000, 480: 900_000, 720: 2_000_000}


def make_services(folder: Path, **sections: Any) -> Services:
    """An empty library in `folder`."""
    services = open_with(Settings.model_validate({"store": {"url": str(folder)}, **sections}))
    once.with_tables(services.database)
    return services


@contextmanager
def opened_services(folder: Path, **sections: Any) -> Iterator[Services]:
    """The same for as long as the block lasts."""
    services = make_services(folder, **sections)
    yield services
    services.index.close()
    services.database.close()


def make_plan(*, kind: str = "video", seconds: int = 600, sound: bool = True, version: int = 1) -> Plan:
    video = tuple(
        VideoRendition(
            name=f"v{side}", width=side * 16 // 9 // 2 * 2, height=side, frames_per_second=25, frames=seconds * 25,
            crf=25, max_bits_per_second=bits, level="3.1", codecs="avc1.64001f",
        )
        for side, bits in RUNGS.items()
        if kind == "video"
    )  # fmt: skip
    audio = (AudioRendition(name="a64", channels=2, bits_per_second=64_000, frames=seconds * 48_000 // 1024),)
    return Plan(
        version=version,
        segment_seconds=4,
        segment_count=-(-seconds // 4),
        preset="veryfast",
        source=SourceUse(
            video_index=0 if video else None,
            audio_index=1 if sound else None,
            start_seconds=0,
            video_end_seconds=seconds,
        ),
        video=video,
        audio=audio if sound else (),
        start_rung="v480" if video else None,
    )


def add_lesson(
    services: Services,
    title: str = "凉席编织入门",
    *,
    lesson_id: str | None = None,
    kind: str = "video",
    seconds: int = 600,
    sound: bool = True,
    searchable: bool = True,
    state: str = "complete",
    published_at: float | None = None,
    plan: Plan | None = None,
    **details: Any,
) -> str:
    """Publish a lesson; returns its id."""
    lesson_id = lesson_id or edits.new_lesson_id()
    parts = {
        "sha256": hashlib.sha256(lesson_id.encode()).hexdigest(),
        "name": "a.mp4",
        "extension": ".mp4",
        "size_bytes": 1_000_000,
        "facts": {},
    }
    with services.database.begin() as session:
        lesson = edits.publish(
            session,
            lesson_id=lesson_id,
            details=Details(title=title, **details),
            plan=plan or make_plan(kind=kind, seconds=seconds, sound=sound),
            source_parts=parts,
        )
        lesson.state = state
        lesson.published_at = published_at or lesson.published_at
        if searchable:
            services.index.put([document(lesson)])
    return lesson_id


def add_posters(services: Services, lesson_id: str, *origins: str) -> None:
    """Files of a few bytes in place of pictures."""
    candidates = tuple(
        Candidate(origin=origin, width=1280, height=720, widths=POSTER_WIDTHS, at_seconds=number * 1.5)  # type: ignore[arg-type]
        for number, origin in enumerate(origins)
    )
    for number in range(len(candidates)):
        for width in POSTER_WIDTHS:
            for ending in ("jpg", "webp"):
                write(services.store.poster(lesson_id, 1, number, width, ending), f"{number} {width} {ending}")
    write(services.store.poster_list(lesson_id, 1), json.dumps(Posters(candidates=candidates).to_json()))


def write(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
