"""The demonstration library: made, resumed and taken away, with every ffmpeg of this machine."""

import hashlib
import shutil
import subprocess
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import media
import pytest
from web.factories import add_lesson, make_services

from medialib.catalogue import collected, lookups
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.seeds import plant
from medialib.demo import Became, is_wanted, make_demonstration, remove_demonstration
from medialib.demo.commands import SPEECH_DELAY_SECONDS, speech_command
from medialib.demo.lessons import demonstrations
from medialib.demo.recording import record
from medialib.demo.typeface import find_typeface
from medialib.errors import MissingTool, NotReady
from medialib.ingest.tools import all_ffmpegs
from medialib.services import Services
from medialib.tasks import index_stale
from medialib.web.phone.covers import WIDE

FILM, READING = "bridge", "spring"
BY_SLUG = {one.slug: one for one in demonstrations()}


@dataclass(frozen=True)
class Made:
    """A library with one film and one reading, and what was told meanwhile."""

    services: Services
    told: list[tuple[str, Became]]


def opened(folder: Path, **sections: object) -> Iterator[Services]:
    services = make_services(folder / "store", **sections)
    plant(services.database)
    yield services
    services.index.close()
    services.database.close()


@pytest.fixture(autouse=True, scope="module")
def _typeface() -> None:
    try:
        find_typeface()
    except MissingTool:
        pytest.skip("NOT TESTED: no typeface was fetched (make setup) and this machine has none with Chinese")


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    yield from opened(tmp_path)


@pytest.fixture(scope="module", params=all_ffmpegs())
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    for services in opened(tmp_path_factory.mktemp("demo"), tools={"ffmpeg": request.param}):
        yield Made(services, making(services, FILM, READING))


def making(services: Services, *slugs: str) -> list[tuple[str, Became]]:
    told: list[tuple[str, Became]] = []
    make_demonstration(services, tell=lambda one, became: told.append((one.slug, became)), only=slugs)
    return told


def lessons(services: Services) -> dict[str, Lesson]:
    with services.database.read() as session:
        return {one.title: one for one in lookups.all_lessons(session)}


def lesson_of(services: Services, slug: str) -> Lesson:
    return lessons(services)[BY_SLUG[slug].described().title]


def test_lessons_are_published_in_the_order_of_the_file(made: Made) -> None:
    assert made.told == [(READING, Became.PUBLISHED), (FILM, Became.PUBLISHED)]
    assert list(lessons(made.services)) == [BY_SLUG[slug].described().title for slug in (READING, FILM)]


def test_its_lessons_stand_on_published_shelves(made: Made) -> None:
    with made.services.database.read() as session:
        shelves = collected.shelves(session, "featured", "package")
        on_them = {
            one.collection.kind: [lesson.title for lesson in collected.lessons_of(session, one.collection)]
            for one in shelves
        }
        series = collected.same_title(session, "series", BY_SLUG[FILM].details.series or "")
    assert series and series.cover.removeprefix("drawn:") in WIDE
    film, reading = (BY_SLUG[slug].described().title for slug in (FILM, READING))
    assert on_them == {"package": [film, reading], "featured": [film]}


def test_a_film_has_picture_and_sound_as_long_as_it_says(made: Made) -> None:
    lesson = lesson_of(made.services, FILM)
    with made.services.database.read() as session:
        plan = lookups.current_plan(session, lesson)
    assert lesson.seconds == pytest.approx(BY_SLUG[FILM].seconds, abs=0.3)
    assert [(one.width, one.height, one.frames_per_second) for one in plan.video] == [(426, 240, 24), (704, 396, 24)]
    assert plan.audio


def test_a_reading_has_a_cover(made: Made) -> None:
    lesson = lesson_of(made.services, READING)
    with made.services.database.read() as session:
        plan = lookups.current_plan(session, lesson)
    assert lesson.kind == "audio"
    assert plan.source.cover_index is not None
    # A plan leaves out what would be a last segment of a moment only.
    assert lesson.seconds == pytest.approx(BY_SLUG[READING].seconds, abs=0.3)


def test_the_sound_is_neither_silent_nor_clipped(made: Made) -> None:
    for slug, extension in ((FILM, ".mp4"), (READING, ".mp4")):
        source = made.services.store.source(lesson_of(made.services, slug).id, extension)
        loudest = media.loudness(source, 2.0)
        assert min(loudest[1:-2]) > 0.02
        assert max(loudest) < 0.99


def test_nothing_is_left_behind(made: Made) -> None:
    assert list(made.services.store.temporary.iterdir()) == []
    assert made.services.leases.living() == {}


def test_what_is_there_is_not_made_again(made: Made) -> None:
    assert making(made.services, FILM, READING) == [(READING, Became.DUPLICATE), (FILM, Became.DUPLICATE)]
    assert len(lessons(made.services)) == 2


def test_a_making_that_was_cut_off_is_still_wanted(made: Made) -> None:
    assert is_wanted(made.services)


def test_the_same_lesson_is_the_same_file(made: Made, tmp_path: Path) -> None:
    workshop = made.services.workshop
    again = record(workshop, find_typeface(), BY_SLUG[READING], tmp_path / "again")
    source = made.services.store.source(lesson_of(made.services, READING).id, ".mp4")
    assert digest(again) == digest(source)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_empty_library_wants_it_and_one_with_other_lessons_does_not(services: Services) -> None:
    assert is_wanted(services)
    add_lesson(services)
    assert not is_wanted(services)


def test_only_the_demonstration_is_taken_away(services: Services) -> None:
    mine = add_lesson(services, "春天的河")
    making(services, READING)
    gone = lesson_of(services, READING)
    assert index_stale(services) == 2
    assert remove_demonstration(services) == 1
    assert list(lessons(services)) == ["春天的河"]
    assert not services.store.lesson(gone.id).exists()
    assert services.index.count() == 1
    assert lessons(services)["春天的河"].id == mine
    assert remove_demonstration(services) == 0


def test_two_processes_do_not_make_it_both(services: Services) -> None:
    with services.leases.hold("demo"), pytest.raises(NotReady):
        making(services, READING)
    assert lessons(services) == {}


def test_where_there_is_a_voice_every_sentence_ends_before_the_next_begins(services: Services, tmp_path: Path) -> None:
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("NOT TESTED: no espeak-ng here (Debian: apt install espeak-ng)")
    said = tmp_path / "said.wav"
    for lesson in demonstrations():
        for beat, (begin, end) in zip(lesson.beats, pairwise(lesson.starts), strict=True):
            subprocess.run(speech_command(program, beat.says, str(said)), check=True)
            with wave.open(str(said)) as sound:
                seconds = sound.getnframes() / sound.getframerate()
            assert begin + SPEECH_DELAY_SECONDS + seconds < end, beat.says
    folder = tmp_path / "spoken"
    record(services.workshop, find_typeface(), BY_SLUG[READING], folder)
    assert len(list(folder.glob("said-*.wav"))) == len(BY_SLUG[READING].beats)
