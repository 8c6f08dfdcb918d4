"""Steady noise is taken out of a lesson's speech on request, and given back at once."""

from pathlib import Path

import media
import pytest

from medialib.catalogue import changing, cleaning, lookups, renewing
from medialib.catalogue.edits import Details
from medialib.catalogue.plans import Plan
from medialib.catalogue.trims import WHOLE
from medialib.ingest import pipeline, replanning
from medialib.ingest.intake import take_in
from medialib.services import Services

HISS = "anoisesrc=color=white:amplitude=0.01:r=48000:d=4"
WORDS = "aevalsrc='0.3*sin(2*PI*300*t)*lt(mod(t,1),0.5)':d=4:s=48000"


def work_off(services: Services) -> None:
    while pipeline.advance(services.workshop, lambda: True):
        pass


def plan_of(services: Services, lesson_id: str) -> Plan:
    with services.database.read() as session:
        return lookups.current_plan(session, lookups.lesson(session, lesson_id))


def clean(services: Services, lesson_id: str, *, asked: bool) -> int | None:
    """The number of the change, once it is made."""
    with services.database.begin() as session:
        made = cleaning.clean(session, lesson_id, asked=asked, by=None)
        session.flush()
        number = made.id if made else None
    work_off(services)
    return number


@pytest.fixture
def noisy(tmp_path: Path) -> Path:
    graph = f"{HISS}[hiss];{WORDS}[words];[words][hiss]amix=inputs=2:normalize=0"
    return media.recorded(tmp_path / "a.flac", "-filter_complex", graph)


def test_noise_is_taken_out_on_request_and_comes_back_at_once(services: Services, noisy: Path) -> None:
    id = take_in(services.workshop, noisy, Details(title="a"), name="a.flac").lesson.id
    work_off(services)
    assert not plan_of(services, id).is_cleaned
    assert clean(services, id, asked=False) is None

    change = clean(services, id, asked=True)
    assert change is not None
    assert (plan_of(services, id).version, plan_of(services, id).is_cleaned) == (2, True)
    assert replanning.replan(services.workshop, id) is None, "what was asked stays, whatever the settings say"

    with services.database.begin() as session:
        changing.undo(session, id, change, by=None)
    assert pipeline.advance(services.workshop, lambda: True)
    assert plan_of(services, id).version == 1
    with services.database.read() as session:
        assert lookups.lesson(session, id).clean_speech is None, "as usual, as before"


def test_what_a_sidecar_says_stays_when_the_settings_change(services: Services, noisy: Path) -> None:
    id = take_in(services.workshop, noisy, Details(title="a", clean_speech=False), name="a.flac").lesson.id
    with services.database.read() as session:
        assert lookups.lesson(session, id).clean_speech is False
    with services.database.begin() as session:
        assert not cleaning.wanted(lookups.lesson(session, id), usually=True)


def test_where_nothing_steady_is_heard_nothing_is_made_anew(services: Services, tmp_path: Path) -> None:
    path = media.recorded(tmp_path / "a.flac", "-f", "lavfi", "-i", WORDS)
    id = take_in(services.workshop, path, Details(title="a"), name="a.flac").lesson.id
    work_off(services)
    assert clean(services, id, asked=True) is not None
    with services.database.read() as session:
        lesson = lookups.lesson(session, id)
        assert renewing.kept_version(session, lesson, WHOLE, clean=True, since=0) == 1, "it is known again"
    assert (lesson.plan_version, lesson.next_version, lesson.state) == (1, None, "complete")
