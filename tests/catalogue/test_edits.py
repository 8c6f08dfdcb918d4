"""Changes of the catalogue, and the questions that see them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Select, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import ORMExecuteState, Session
from web.factories import add_lesson, make_plan, make_services

from medialib.catalogue import caption_edits, edits, indexing, lookups, narrowing, work_edits, work_lookups
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.catalogue.edits import Details
from medialib.catalogue.narrowing import Wanted
from medialib.errors import NotFound, ToolFailed
from medialib.services import Services

STEPS = ("init", "poster", "audio", "start", "sheets", "rungs")
BROKEN = ToolFailed("This part of the recording could not be converted.", detail="exit 1")
TRACK = CaptionTrack(language="zh", label="中文", cues=(Cue(begin=1.0, end=2.0, text="竹"),))
SOURCE = {"name": "a.mp4", "extension": ".mp4", "size_bytes": 1, "facts": {}}


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = make_services(tmp_path / "store")
    yield opened
    opened.database.close()


@pytest.fixture
def lesson_id(services: Services) -> str:
    return publish(services, "abcdefgh23")


def publish(services: Services, lesson_id: str, *, sha256: str = "0" * 64, themes: tuple[str, ...] = ()) -> str:
    with services.database.begin() as session:
        edits.publish(
            session,
            lesson_id=lesson_id,
            details=Details(title="竹编", unit="马迹塘镇", recorded="2023-05", themes=themes),
            plan=make_plan(seconds=60),
            source_parts={**SOURCE, "sha256": sha256},
            steps={step: rank for rank, step in enumerate(STEPS)},
        )
    return lesson_id


def fail(
    services: Services, lesson_id: str, step: str, *, backoff: float = 0.0, came_on: bool = False
) -> tuple[int, bool]:
    with services.database.begin() as session:
        row = work_edits.record_failure(
            session, lesson_id=lesson_id, step=step, error=BROKEN, attempts=3, backoff_seconds=backoff, came_on=came_on
        )
        return row.attempts, row.parked


def settle(services: Services, lesson_id: str) -> str:
    with services.database.begin() as session:
        return work_edits.settle(session, lesson_id)


def next_steps(services: Services) -> list[str]:
    with services.database.read() as session:
        return [row.step for row in work_lookups.next_steps(session, 100)]


def test_a_published_lesson_is_found_with_everything_that_belongs_to_it(services: Services, lesson_id: str) -> None:
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        assert (lesson.state, lesson.kind, lesson.seconds, lesson.year) == ("published", "video", 60.0, 2023)
        assert lookups.current_plan(session, lesson) == make_plan(seconds=60)
        assert [row.name for row in work_lookups.renditions(session, lesson)] == ["v240", "v480", "v720", "a64"]
        assert lookups.source(session, lesson_id).name == "a.mp4"
        assert lookups.lesson_with_source(session, "0" * 64) is lesson
        assert lookups.lesson_with_source(session, "1" * 64) is None
        assert [row.step for row in work_lookups.steps_left(session, lesson_id)] == list(STEPS)


@pytest.mark.usefixtures("lesson_id")
def test_the_same_file_cannot_be_published_twice(services: Services) -> None:
    with pytest.raises(IntegrityError):
        publish(services, "another234")
    with services.database.read() as session:
        assert lookups.lesson_count(session) == 1


def test_ids_are_short_and_hold_no_letter_that_is_mistaken() -> None:
    ids = {edits.new_lesson_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(one) == 10 and not set(one) & set("01ilo") for one in ids)


def test_a_new_theme_is_made_once(services: Services) -> None:
    publish(services, "lesson2222", sha256="2" * 64, themes=("Hand Craft", "Hand Craft", "茶叶"))
    publish(services, "lesson3333", sha256="3" * 64, themes=("茶叶",))
    with services.database.read() as session:
        assert sorted(theme.slug for theme in lookups.themes(session)) == ["chaye", "hand-craft"]
        assert narrowing.browse(session, Wanted(theme="chaye")).total == 2


def test_failures_are_counted_with_growing_rests_and_the_third_parks(services: Services, lesson_id: str) -> None:
    for number, rest in ((1, 10), (2, 40), (3, 160)):
        began = time.time()
        assert fail(services, lesson_id, "audio", backoff=10) == (number, number == 3)
        with services.database.read() as session:
            row = work_lookups.step_left(session, lesson_id, "audio")
        assert row is not None and began <= row.retry_at - rest <= time.time()
    assert "audio" not in next_steps(services)


def test_a_rest_that_a_wrong_clock_made_years_long_is_over(services: Services, lesson_id: str) -> None:
    fail(services, lesson_id, "audio", backoff=10)
    assert "audio" not in next_steps(services)
    with services.database.begin() as session:
        row = work_lookups.step_left(session, lesson_id, "audio")
        assert row is not None and row.rests
        row.retry_at += 400 * 86_400
    assert "audio" in next_steps(services)
    with services.database.read() as session:
        row = work_lookups.step_left(session, lesson_id, "audio")
        assert row is not None and not row.rests


def test_a_failure_after_progress_begins_a_new_count(services: Services, lesson_id: str) -> None:
    counts = [fail(services, lesson_id, "start", came_on=came_on)[0] for came_on in (False, False, True, False)]
    assert counts == [1, 2, 1, 2]


def test_work_goes_by_step_then_by_age_and_resting_steps_wait(services: Services, lesson_id: str) -> None:
    publish(services, "younger234", sha256="1" * 64)
    assert next_steps(services) == [step for step in STEPS for _ in range(2)]
    fail(services, lesson_id, "init", backoff=60)
    with services.database.read() as session:
        first = work_lookups.next_steps(session, 1)[0]
    assert (first.step, first.lesson_id) == ("init", "younger234")


def test_a_lesson_is_parked_when_nothing_is_left_that_may_be_tried(services: Services, lesson_id: str) -> None:
    for _ in range(3):
        fail(services, lesson_id, "start")
    assert settle(services, lesson_id) == "published"
    with services.database.begin() as session:
        for step in STEPS:
            if step != "start":
                work_edits.finish_step(session, lesson_id, step)
    assert settle(services, lesson_id) == "parked"
    with services.database.read() as session:
        (trouble,) = work_lookups.troubles(session, lesson_id)
    assert (trouble.step, trouble.message, trouble.detail) == ("start", BROKEN.message, "exit 1")


def test_retry_makes_everything_work_again_and_forgets_hot_failures(services: Services, lesson_id: str) -> None:
    for _ in range(3):
        fail(services, lesson_id, "start")
    fail(services, lesson_id, "hot:v480")
    with services.database.begin() as session:
        work_edits.retry(session, lesson_id)
    assert next_steps(services) == list(STEPS)
    with services.database.read() as session:
        assert work_lookups.troubles(session, lesson_id) == []
        assert work_lookups.step_left(session, lesson_id, "hot:v480") is None
        assert lookups.lesson(session, lesson_id).state == "published"


def test_a_hot_failure_is_nobodys_next_work_and_does_not_park_the_lesson(services: Services, lesson_id: str) -> None:
    with services.database.begin() as session:
        for step in STEPS:
            work_edits.finish_step(session, lesson_id, step)
    for _ in range(5):
        assert fail(services, lesson_id, "hot:v480:7")[1] is False
    assert next_steps(services) == []
    assert settle(services, lesson_id) == "complete"


def test_retrying_what_is_not_there_is_said(services: Services) -> None:
    with pytest.raises(NotFound), services.database.begin() as session:
        work_edits.retry(session, "nosuch2345")


def test_progress_is_kept_for_the_rendition_it_is_told_of(services: Services, lesson_id: str) -> None:
    with services.database.begin() as session:
        work_edits.record_progress(session, lesson_id=lesson_id, version=1, name="v480", seconds_done=8.0)
    with services.database.read() as session:
        rows = work_lookups.renditions(session, lookups.lesson(session, lesson_id))
    assert [row.seconds_done for row in rows] == [0.0, 8.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), 3),
        (Wanted(kind="audio"), 1),
        (Wanted(unit="santangjiezhen"), 1),
        (Wanted(year=2022), 1),
        (Wanted(words="竹 课"), 2),
        (Wanted(words="100%"), 1),
        (Wanted(words="_"), 0),
        (Wanted(kind="audio", year=1999), 0),
    ],
)
def test_a_listing_is_narrowed(services: Services, wanted: Wanted, found: int) -> None:
    add_lesson(services, "竹编课", unit="马迹塘镇", recorded="2023")
    add_lesson(services, "100% 竹课", unit="三堂街镇", recorded="2022-01")
    add_lesson(services, "听书", kind="audio")
    with services.database.read() as session:
        assert narrowing.browse(session, wanted).total == found


@pytest.mark.parametrize(
    ("sort", "first"), [("newest", "b"), ("oldest", "a"), ("longest", "a"), ("shortest", "b"), ("?", "b")]
)
def test_a_listing_is_ordered_and_paged(services: Services, sort: str, first: str) -> None:
    add_lesson(services, "a", seconds=100, published_at=1.0)
    add_lesson(services, "b", seconds=50, published_at=2.0)
    with services.database.read() as session:
        page = narrowing.browse(session, Wanted(), sort=sort, per_page=1)
        beyond = narrowing.browse(session, Wanted(), sort=sort, page=9, per_page=1)
    assert ([one.title for one in page.lessons], page.total, list(beyond.lessons)) == ([first], 2, [])


def test_what_is_not_there_is_said(services: Services) -> None:
    with services.database.read() as session:
        for question in (lookups.lesson, lookups.source):
            with pytest.raises(NotFound):
                question(session, "nosuch2345")
        with pytest.raises(NotFound):
            lookups.plan(session, "nosuch2345", 1)
        assert lookups.lessons_by_id(session, ["nosuch2345"]) == []


def test_a_changed_lesson_is_stale_until_search_knows_it(services: Services, lesson_id: str) -> None:
    with services.database.begin() as session:
        (stale,) = indexing.stale_in_index(session, 10)
        indexing.mark_indexed(session, [(stale.id, stale.revision)], held={stale.id})
    with services.database.begin() as session:
        assert indexing.stale_in_index(session, 10) == []
        lookups.lesson(session, lesson_id).revision += 1
    with services.database.read() as session:
        assert [one.id for one in indexing.stale_in_index(session, 10)] == [lesson_id]


@pytest.mark.parametrize("lacking", [("poster",), ("sheets",), ("poster", "sheets")])
def test_a_lesson_without_its_pictures_is_complete_all_the_same(
    services: Services, lesson_id: str, lacking: tuple[str, ...]
) -> None:
    for step in lacking * 3:
        fail(services, lesson_id, step)
    with services.database.begin() as session:
        for step in STEPS:
            if step not in lacking:
                work_edits.finish_step(session, lesson_id, step)
    assert settle(services, lesson_id) == "complete"


def test_a_notice_is_put_on_a_lesson_once(services: Services, lesson_id: str) -> None:
    with services.database.begin() as session:
        for count in (1, 2, 1):
            edits.add_notices(session, lesson_id, [{"message": "It has %(count)s parts.", "values": {"count": count}}])
    with services.database.read() as session:
        notices = lookups.lesson(session, lesson_id).notices
    assert notices == [{"message": "It has %(count)s parts.", "values": {"count": count}} for count in (1, 2)]


def test_rests_need_not_grow(services: Services, lesson_id: str) -> None:
    for _ in range(4):
        with services.database.begin() as session:
            row = work_edits.record_failure(
                session,
                lesson_id=lesson_id,
                step="start",
                error=BROKEN,
                attempts=30,
                backoff_seconds=10,
                growing=False,
            )
    assert row.attempts == 4 and not row.parked
    assert row.retry_at - time.time() < 11


@pytest.mark.parametrize(
    "change",
    [
        lambda session, lesson_id: edits.add_notices(session, lesson_id, [{"message": "x", "values": {}}]),
        lambda session, lesson_id: caption_edits.put(session, lesson_id, TRACK),
    ],
)
def test_what_follows_from_what_was_there_holds_the_lesson(
    services: Services, lesson_id: str, change: Callable[[Session, str], None]
) -> None:
    asked: list[str] = []

    def listen(state: ORMExecuteState) -> None:
        assert isinstance(state.statement, Select)
        asked.append(str(state.statement.compile(dialect=postgresql.dialect())))  # type: ignore[no-untyped-call]

    with services.database.begin() as session:
        event.listen(session, "do_orm_execute", listen)
        change(session, lesson_id)
    assert any("FOR UPDATE" in one for one in asked), asked
