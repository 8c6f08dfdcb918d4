"""Every container that people send comes in, is planned, and plays its first segments."""

from collections.abc import Iterator
from pathlib import Path

import media
import pytest
from web.factories import make_services

from medialib.catalogue import lookups
from medialib.catalogue.edits import Details
from medialib.ingest import hot
from medialib.ingest.intake import take_in
from medialib.services import Services

MPEG4 = ("-c:v", "mpeg4", "-c:a", "aac")
SOUNDS: dict[str, tuple[str, ...]] = {
    "a.wma": ("-c:a", "wmav2"), "a.aiff": (), "a.aac": (), "a.opus": ("-c:a", "libopus"), "a.m4b": ("-f", "ipod"),
    "a.flac": (), "a.amr": ("-c:a", "libopencore_amrnb", "-ar", "8000", "-ac", "1"), "a.ape": ("-c:a", "ape"),
}  # fmt: skip
FILMS: dict[str, tuple[str, ...]] = {
    "b.asf": ("-c:v", "wmv2", "-c:a", "wmav2"), "b.wmv": ("-c:v", "wmv2", "-c:a", "wmav2"), "b.3gp": MPEG4,
    "b.avi": ("-c:v", "mpeg4", "-c:a", "libmp3lame"), "b.mpg": (), "b.ts": (), "b.flv": (),
}  # fmt: skip


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = make_services(tmp_path / "store")
    yield opened
    opened.database.close()


@pytest.mark.parametrize("name", [*SOUNDS, *FILMS])
def test_a_container_comes_in_is_planned_and_plays(services: Services, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    try:
        if name in SOUNDS:
            media.tone(path, seconds=2, more=SOUNDS[name])
        else:
            media.film(path, seconds=2, size="160x120", more=FILMS[name])
    except AssertionError as error:
        if name not in ("a.amr", "a.ape"):  # ffmpeg often has no encoder for AMR, and never one for APE
            raise
        pytest.skip(f"the ffmpeg of this machine writes no {path.suffix}: {error}")
    lesson = take_in(services.workshop, path, Details(title="x"), name=name).lesson
    assert lesson.kind == ("audio" if name in SOUNDS else "video")
    assert lesson.seconds == pytest.approx(2, abs=0.3)
    with services.database.read() as session:
        plan = lookups.current_plan(session, lesson)
    for rendition in (plan.start_rung, plan.audio[-1].name):
        if rendition is None:
            continue
        hot.hurry(services.workshop, lesson.id, plan.version, rendition, 0)
        parts = (
            services.store.init(lesson.id, plan.version, rendition),
            services.store.segment(lesson.id, plan.version, rendition, 0),
        )
        played = media.joined(tmp_path / f"{rendition}.mp4", *parts)
        assert media.complaints(played) == ""
        assert media.packets(played)
