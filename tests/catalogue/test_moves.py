"""Stages: who may move a lesson where, the row that each move leaves, and taking moves back."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from web.factories import add_lesson, make_services

from medialib.catalogue import changing, moves, people_edits, people_lookups
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.people import ROLES, Person, Role
from medialib.catalogue.stages import MOVES, STAGES
from medialib.errors import BadRequest, NotAllowed, NotFound
from medialib.services import Services


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = make_services(tmp_path / "store")
    yield opened
    opened.index.close()
    opened.database.close()


@pytest.fixture
def session(services: Services) -> Iterator[Session]:
    with services.database.begin() as opened:
        yield opened


@pytest.fixture
def lesson(services: Services) -> str:
    return add_lesson(services, "凉席编织入门")


def person(session: Session, role: Role, login: str = "") -> Person:
    return people_edits.add_person(
        session, login=login or role, name=f"{login or role}先生", role=role, unit_slug=None, by=None
    )


def test_every_move_asks_for_exactly_its_role(lesson: str, session: Session) -> None:
    people = [person(session, role) for role in ROLES]
    stored = session.get_one(Lesson, lesson)
    for before in STAGES:
        for after in STAGES:
            for one in people:
                stored.stage = before
                least = MOVES.get((before, after))
                if least and ROLES.index(one.role) >= ROLES.index(least):
                    assert moves.move(session, lesson, after, by=one, reason="请补一段").stage == after
                    assert stored.stage == after
                    continue
                with pytest.raises(NotAllowed if least else BadRequest):
                    moves.move(session, lesson, after, by=one, reason="请补一段")
                assert stored.stage == before


def test_a_move_leaves_its_row_and_an_entry_of_the_log(lesson: str, session: Session) -> None:
    curator = person(session, "curator")
    before = session.get_one(Lesson, lesson).published_at
    made = moves.move(session, lesson, "returned", by=curator, reason="声音太小")
    assert (made.origin, made.stage, made.words) == ("published", "returned", "声音太小")
    assert (made.person_id, made.person_name) == (curator.id, "curator先生")
    assert made.before["published_at"] == before
    assert [one.stage for one in changing.history(session, lesson)] == ["returned", "published"]
    assert [one.words for one in changing.thread(session, lesson)] == ["声音太小"]
    entry = people_lookups.log(session).entries[0]
    assert (entry.act, entry.on_id, entry.details) == ("lesson.returned", lesson, {"reason": "声音太小"})


def test_returning_needs_a_reason(lesson: str, session: Session) -> None:
    with pytest.raises(BadRequest):
        moves.move(session, lesson, "returned", by=None, reason=" \n")


def test_the_last_move_is_taken_back_with_its_date_and_only_once(lesson: str, session: Session) -> None:
    curator, editor = person(session, "curator"), person(session, "editor")
    stored = session.get_one(Lesson, lesson)
    at = stored.published_at
    first = moves.move(session, lesson, "published", by=curator, at=time.time() + 3600)
    second = moves.move(session, lesson, "archived", by=curator)
    with pytest.raises(BadRequest):
        changing.undo(session, lesson, first.id, by=curator)
    with pytest.raises(NotAllowed):
        changing.undo(session, lesson, second.id, by=editor)
    back = changing.undo(session, lesson, second.id, by=curator)
    assert (stored.stage, back.undoes, second.undone) == ("published", second.id, True)
    assert not stored.out
    changing.undo(session, lesson, first.id, by=curator)
    assert (stored.published_at, stored.out) == (at, True)
    for done in (first, second, back):
        with pytest.raises(BadRequest):
            changing.undo(session, lesson, done.id, by=curator)
    with pytest.raises(NotFound):
        changing.undo(session, lesson, 999, by=curator)


def test_an_editor_takes_back_what_they_sent_in_until_somebody_answered(lesson: str, session: Session) -> None:
    editor = person(session, "editor")
    stored = session.get_one(Lesson, lesson)
    stored.stage = "draft"
    sent = moves.move(session, lesson, "submitted", by=editor)
    changing.undo(session, lesson, sent.id, by=editor)
    assert stored.stage == "draft"
    sent = moves.move(session, lesson, "submitted", by=editor)
    moves.move(session, lesson, "returned", by=None, reason="画面太暗")
    with pytest.raises(BadRequest):
        changing.undo(session, lesson, sent.id, by=editor)


def test_a_lesson_that_was_taken_down_comes_back_with_its_date(lesson: str, session: Session) -> None:
    stored = session.get_one(Lesson, lesson)
    stored.published_at = 1_700_000_000.0
    moves.move(session, lesson, "archived", by=None)
    moves.move(session, lesson, "published", by=None)
    assert stored.published_at == 1_700_000_000.0


@pytest.mark.parametrize("at", [0.0, -5.0, 1e12])
def test_a_date_that_nobody_means_is_refused(lesson: str, session: Session, at: float) -> None:
    with pytest.raises(BadRequest):
        moves.move(session, lesson, "published", by=None, at=at)


def test_a_remark_stands_in_the_thread_between_the_moves(lesson: str, session: Session) -> None:
    moves.move(session, lesson, "returned", by=None, reason="再补一段")
    editor = person(session, "editor")
    changing.remark(session, lesson, "补好了 ", by=editor)
    assert [(one.kind, one.words) for one in changing.thread(session, lesson)] == [
        ("stage", "再补一段"),
        ("remark", "补好了"),
    ]
    with pytest.raises(BadRequest):
        changing.remark(session, lesson, "  ", by=editor)


def test_from_every_stage_there_is_a_way_on() -> None:
    assert {origin for origin, _ in MOVES} == set(STAGES)
