"""The demonstration library: made once, into an empty catalogue, with every ffmpeg of this machine."""

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
import yaml
from web.factories import add_lesson, make_services

from medialib.catalogue import lookups
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.seeds import plant
from medialib.demo import make_demonstration
from medialib.demo.commands import phrase
from medialib.demo.lessons import DEMONSTRATIONS, Demonstration, Tune
from medialib.ingest.tools import all_ffmpegs
from medialib.services import Services

Made = tuple[Services, int, list[str]]
THEMES = yaml.safe_load(resources.files("medialib.catalogue").joinpath("themes.yaml").read_text(encoding="utf-8"))


def opened(folder: Path, **sections: object) -> Iterator[Services]:
    services = make_services(folder / "store", **sections)
    plant(services.database)
    yield services
    services.index.close()
    services.database.close()


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    yield from opened(tmp_path)


# Slow (5-10 s for each ffmpeg), so the library is made once and looked at by several tests.
@pytest.fixture(scope="module", params=all_ffmpegs())
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    for services in opened(tmp_path_factory.mktemp("demo"), tools={"ffmpeg": request.param}):
        announced: list[str] = []
        yield services, make_demonstration(services, announce=announced.append), announced


def lessons(services: Services) -> dict[str, Lesson]:
    with services.database.read() as session:
        return {one.title: one for one in lookups.all_lessons(session)}


def test_an_empty_library_gets_eight_lessons_and_each_is_announced(made: Made) -> None:
    services, count, announced = made
    found = lessons(services)
    assert count == 8
    assert announced == [one.id for one in found.values()]
    assert list(found) == [one.details.title for one in DEMONSTRATIONS]


def test_films_have_picture_and_sound_and_readings_a_cover(made: Made) -> None:
    services, _, _ = made
    found = lessons(services)
    for demonstration in DEMONSTRATIONS:
        lesson = found[demonstration.details.title]
        with services.database.read() as session:
            plan = lookups.current_plan(session, lesson)
        assert plan.audio
        assert bool(plan.video) == (lesson.kind == "video") == (demonstration.scene is not None)
        assert (plan.source.cover_index is not None) == (demonstration.cover is not None)
        assert lesson.seconds == pytest.approx(demonstration.seconds, abs=0.1)


def test_a_film_is_offered_in_two_sizes(made: Made) -> None:
    services, _, _ = made
    film = next(one for one in lessons(services).values() if one.kind == "video")
    with services.database.read() as session:
        rungs = lookups.current_plan(session, film).video
    assert [(one.width, one.height, one.frames_per_second) for one in rungs] == [(428, 240, 25), (854, 480, 25)]


def test_nothing_is_left_behind(made: Made) -> None:
    services, _, _ = made
    assert list(services.store.temporary.iterdir()) == []
    assert services.leases.living() == {}


def test_a_library_that_was_made_is_not_made_again(made: Made) -> None:
    services, _, _ = made
    assert make_demonstration(services, announce=pytest.fail) == 0
    assert len(lessons(services)) == 8


def test_a_library_with_a_lesson_is_left_alone(services: Services) -> None:
    add_lesson(services)
    assert make_demonstration(services, announce=pytest.fail) == 0
    assert len(lessons(services)) == 1


def test_two_processes_do_not_make_it_both(services: Services) -> None:
    with services.leases.hold("demo"):
        assert make_demonstration(services, announce=pytest.fail) == 0
    assert lessons(services) == {}


def test_there_are_six_films_and_two_readings() -> None:
    assert [one.scene is None for one in DEMONSTRATIONS] == [one.cover is not None for one in DEMONSTRATIONS]
    assert sum(one.scene is not None for one in DEMONSTRATIONS) == 6
    assert len(DEMONSTRATIONS) == 8


def test_every_lesson_is_different() -> None:
    for value in ("title", "description"):
        assert len({getattr(one.details, value) for one in DEMONSTRATIONS}) == 8
    assert len({one.tune for one in DEMONSTRATIONS}) == 8


@pytest.mark.parametrize("demonstration", DEMONSTRATIONS, ids=lambda one: one.details.title)
def test_the_details_are_complete_and_honest(demonstration: Demonstration) -> None:
    details = demonstration.details
    assert details.description.startswith("示例")
    assert details.unit.endswith("镇")
    assert details.recorded is not None
    assert details.recorded[:4] in {"2023", "2024"}
    assert details.themes
    assert set(details.themes) <= set(THEMES)


def test_a_rest_is_silent_and_every_note_rings_across_the_end() -> None:
    notes = phrase(Tune(notes="1.", root_hertz=220, beat_seconds=0.5))
    assert notes.count("if(") == 1
    assert "mod(t-0.000+1.000,1.000)" in notes
