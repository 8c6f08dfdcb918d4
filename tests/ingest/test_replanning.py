"""A lesson planned anew plays as before until its new version does; the old one goes a day later."""

import json
import time
from pathlib import Path

import media
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update
from web.factories import make_services

from medialib import showing
from medialib.app import create_app
from medialib.catalogue import cleaning, lookups, renewing, trimming, work_lookups
from medialib.catalogue.edits import Details
from medialib.catalogue.lessons import StoredPlan
from medialib.catalogue.trims import Trim
from medialib.cli import main
from medialib.errors import ChangedMeanwhile, NotFound, UnusableMedia
from medialib.ingest import pipeline, replanning
from medialib.ingest.intake import take_in
from medialib.ingest.replacing import replace_recording
from medialib.services import Services

from .working import lesson_of, work_off

STORE = "store"
QUICK: dict[str, dict[str, object]] = {
    "ladder": {"segment_seconds": 2, "preset": "ultrafast", "start_rung": 240},
    "tools": dict(media.AT_ONCE),
}


def opened(folder: Path, **settings: dict[str, object]) -> Services:
    """The library of the test once more, with other settings."""
    ladder = QUICK["ladder"] | settings.pop("ladder", {})
    return make_services(folder / STORE, **{**QUICK, **settings, "ladder": ladder})


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return media.film(tmp_path_factory.mktemp("film") / "a.mp4", seconds=5, size="426x240")


def test_a_new_version_takes_over_when_it_plays_everywhere(services: Services, film: Path, tmp_path: Path) -> None:
    lesson = take_in(services.workshop, film, Details(title="a"), name="a.mp4").lesson
    work_off(services)
    assert replanning.replan(services.workshop, lesson.id) is None

    changed = opened(tmp_path, ladder={"segment_seconds": 4})
    plan = replanning.replan(changed.workshop, lesson.id)
    assert plan is not None
    assert (plan.version, plan.segment_seconds) == (2, 4)
    assert replanning.replan(changed.workshop, lesson.id) is None
    with changed.database.read() as session:
        detail = showing.detail(changed, session, lesson.id)
    assert detail["state"] == "published"
    assert all(one["complete"] for one in detail["renditions"])
    assert [one["seconds_done"] for one in detail["coming"]] == [0, 0, 0]

    work_off(changed, until="start")
    assert lesson_of(changed, lesson.id).plan_version == 1
    work_off(changed)
    now = lesson_of(changed, lesson.id)
    assert (now.plan_version, now.next_version, now.state) == (2, None, "complete")
    assert now.revision > lesson.revision

    client = create_app(changed).test_client()
    assert "v2/" in client.get(f"/media/{lesson.id}/master.m3u8").text
    for version in (1, 2):
        for file in ("index.m3u8", "1.m4s"):
            with client.get(f"/media/{lesson.id}/v{version}/v240/{file}") as answer:
                assert answer.status_code == 200
    changed.database.close()


def test_an_old_version_goes_a_day_after_it_was_given_up(services: Services, film: Path, tmp_path: Path) -> None:
    lesson = take_in(services.workshop, film, Details(title="a"), name="a.mp4").lesson
    work_off(services, until="sheets")
    changed = opened(tmp_path, ladder={"segment_seconds": 4})
    replanning.replan(changed.workshop, lesson.id)
    work_off(changed)
    replanning.forget_retired(changed.workshop)
    assert changed.store.version(lesson.id, 1).exists()

    with changed.database.begin() as session:
        session.execute(update(StoredPlan).where(StoredPlan.version == 1).values(retired_at=time.time() - 90_000))
    replanning.forget_retired(changed.workshop)
    assert not changed.store.version(lesson.id, 1).exists()
    assert changed.store.version(lesson.id, 2).exists()
    assert changed.store.source(lesson.id, ".mp4").exists()
    with changed.database.read() as session, pytest.raises(NotFound):
        lookups.plan(session, lesson.id, 1)
    assert create_app(changed).test_client().get(f"/media/{lesson.id}/v1/v240/index.m3u8").status_code == 404
    changed.database.close()


def test_what_an_old_run_finishes_is_not_taken_for_the_new_version(
    services: Services, film: Path, tmp_path: Path
) -> None:
    lesson = take_in(services.workshop, film, Details(title="a"), name="a.mp4").lesson
    changed = opened(tmp_path, ladder={"segment_seconds": 4})
    work = next(one for one in pipeline.next_work(services.workshop) if one.step == "init")
    asked = False

    def meanwhile() -> bool:
        nonlocal asked
        if not asked:
            asked = True
            replanning.replan(changed.workshop, lesson.id)
        return True

    poster = pipeline.Work(step="poster", lesson_id=lesson.id)
    with services.leases.hold(poster.lease_name) as lease:
        assert lease
        pipeline.attempt(services.workshop, poster, lease, meanwhile)
    assert asked
    with changed.database.read() as session:
        left = [row.step for row in work_lookups.steps_left(session, lesson.id)]
    assert work.step in left
    assert "poster" in left
    changed.database.close()


def test_a_plan_of_a_recording_that_was_exchanged_meanwhile_is_not_kept(
    services: Services, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = take_in(services.workshop, film, Details(title="a"), name="a.mp4").lesson
    changed = opened(tmp_path, ladder={"segment_seconds": 4})
    workspace = changed.store.workspace
    other = services.store.upload("other")
    other.write_bytes(media.tone(tmp_path / "b.mp3", seconds=2).read_bytes())

    def exchanged_meanwhile(token: str) -> Path:
        """After the recording was looked up, another takes its place."""
        replace_recording(services.workshop, other, lesson.id, name="b.mp3", by=None)
        return workspace(token)

    monkeypatch.setattr(changed.store, "workspace", exchanged_meanwhile)
    with pytest.raises(ChangedMeanwhile):
        replanning.replan(changed.workshop, lesson.id)
    now = lesson_of(changed, lesson.id)
    assert (now.plan_version, now.next_version, now.kind) == (2, None, "audio")
    changed.database.close()


def test_what_is_wanted_while_a_recording_is_looked_at_is_not_forgotten(
    services: Services, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = take_in(services.workshop, film, Details(title="a"), name="a.mp4").lesson
    work_off(services)
    workspace = services.store.workspace
    wishes = iter((True, False))

    def wanted_meanwhile(token: str) -> Path:
        with services.database.begin() as session:
            cleaning.clean(session, lesson.id, asked=next(wishes), by=None)
        return workspace(token)

    with services.database.begin() as session:
        trimming.trim(session, lesson.id, Trim(start_seconds=1.0, end_seconds=4.0), by=None)
    for _ in range(2):  # once what is new is planned otherwise, once it is as it was
        monkeypatch.setattr(services.store, "workspace", wanted_meanwhile)
        assert not replanning.follow(services.workshop, lesson.id)
        monkeypatch.undo()
        with services.database.read() as session:
            assert renewing.PLAN in [row.step for row in work_lookups.steps_left(session, lesson.id)]
    assert replanning.follow(services.workshop, lesson.id)


def test_settings_that_do_not_admit_a_recording_leave_it_as_it_is(
    services: Services, film: Path, tmp_path: Path
) -> None:
    lesson = take_in(services.workshop, film, Details(title="a"), name="a.mp4").lesson
    strict = opened(tmp_path, limits={"tracks": 1})
    with pytest.raises(UnusableMedia):
        replanning.replan(strict.workshop, lesson.id)
    assert lesson_of(strict, lesson.id).next_version is None
    assert list(strict.store.temporary.iterdir()) == []
    strict.database.close()


def test_the_command_tells_what_it_does(film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def medialib(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    monkeypatch.setenv("MEDIALIB__STORE__URL", str(tmp_path / STORE))
    told = medialib("import", "--json", "--wait", "published", str(film)).output
    lesson = json.loads(told.splitlines()[-1])["lesson"]
    assert "the settings change nothing" in medialib("replan", lesson).output
    monkeypatch.setenv("MEDIALIB__LADDER__SEGMENT_SECONDS", "2")
    assert f"{lesson}: version 2 is being made: v240, a32m, a64" in medialib("replan", "--all").output
    assert "It is being made anew" in medialib("show", lesson).output
    assert medialib("replan", "nowhere").exit_code == 1
    assert medialib("replan").exit_code == 2
