"""Adds what a process has counted to the sums of the catalogue."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from medialib.catalogue import lookups, rights
from medialib.catalogue.collections import Collection
from medialib.catalogue.counted import Batch, Moment, Play
from medialib.catalogue.lessons import Lesson
from medialib.catalogue.plays import PARTS, PlayCount, PlayCurve, PlayHour, SearchDay, SearchMiss
from medialib.database import Base
from medialib.errors import NotFound

LEAST_ASKED = 5
"""Words that were searched for less often than this are not kept: they may be about somebody."""
ASKED_DAYS = 90
"""So long vain searches are remembered."""

_BEGUN_AT = 2
"""A program that has fetched the third segment of a lesson plays it; the first two are fetched to look at."""
_LONGEST_WORDS = 40
_MOST_DIGITS = 4
"""More digits than these may be a telephone number."""


def add_up(session: Session, batch: Batch, *, key: str) -> Counter[str]:
    """Everything in the batch about lessons that are out: who sees others makes or judges them. Plays, by their way."""
    batch = batch.copy()  # what is added to it must not be there when all of this has to be done once more
    _add_fetched(session, batch)
    known = _known(session, {one.lesson_id for one in (*batch.plays, *batch.seconds)} | set(batch.curves))
    plays = _with_collections_that_exist(session, batch.plays, known)
    seconds = _with_collections_that_exist(session, batch.seconds, known)
    _add_plays(session, plays, seconds)
    _add_hours(session, plays, known)
    for lesson_id, (begun, *parts) in batch.curves.items():
        if lesson_id in known:
            _add_curve(session, lesson_id, int(begun), parts)
    _add_searches(session, batch, key)
    ways: Counter[str] = Counter()
    for play, number in plays.items():
        ways[play.way] += number
    return ways


def _known(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """The unit ("" for none) of each of these lessons that is out."""
    query = select(Lesson.id, Lesson.unit_slug).where(Lesson.id.in_(list(ids)), rights.is_out())
    return {lesson_id: unit or "" for lesson_id, unit in session.execute(query)}


def _with_collections_that_exist(
    session: Session, counted: Mapping[Play, Any], known: Mapping[str, str]
) -> Counter[Play]:
    """The same of known lessons: anybody may say that a play belongs to a collection."""
    asked = {play.collection for play in counted if play.collection}
    there = set(session.scalars(select(Collection.slug).where(Collection.slug.in_(asked)))) if asked else set()
    found: Counter[Play] = Counter()
    for play, amount in counted.items():
        if play.lesson_id in known:
            found[play if play.collection in there else play._replace(collection="")] += amount
    return found


def _add_plays(session: Session, plays: Counter[Play], seconds: Counter[Play]) -> None:
    begun: Counter[str] = Counter()
    rows: dict[tuple[str, ...], list[float]] = {}
    for play in {*plays, *seconds}:
        row = rows.setdefault((play.at.day, *play[1:]), [0, 0.0])
        row[0] += plays[play]
        row[1] += seconds[play]
        begun[play.lesson_id] += plays[play]
    for (day, lesson_id, device, way, collection), (number, played) in rows.items():
        key = {"day": day, "lesson_id": lesson_id, "device": device, "way": way, "collection": collection}
        _add(session, PlayCount, key, plays=int(number), seconds=played)
    for lesson_id, number in begun.items():
        session.execute(
            update(Lesson).where(Lesson.id == lesson_id).values(plays=Lesson.plays + number),
            execution_options={"synchronize_session": False},
        )


def _add_hours(session: Session, plays: Mapping[Play, int], known: Mapping[str, str]) -> None:
    hours: Counter[tuple[Moment, str]] = Counter()
    for play, number in plays.items():
        hours[play.at, known[play.lesson_id]] += number
    for (at, unit), number in hours.items():
        if number:
            _add(session, PlayHour, {"day": at.day, "hour": at.hour, "unit_slug": unit}, plays=number)


def _add_curve(session: Session, lesson_id: str, plays: int, parts: Iterable[float]) -> None:
    found = session.get(PlayCurve, lesson_id, with_for_update=True)
    if found is None:
        found = PlayCurve(lesson_id=lesson_id)
        session.add(found)
    found.plays += plays
    found.parts = [round(before + more, 1) for before, more in zip(found.parts, parts, strict=True)]
    session.flush()


def _add_fetched(session: Session, batch: Batch) -> None:
    """Turn segments that were fetched into plays, seconds and parts of the batch."""
    for lesson_id, version in {(one.lesson_id, one.version) for one in batch.fetched}:
        try:
            plan = lookups.plan(session, lesson_id, version)
        except NotFound:
            continue
        begins = min(_BEGUN_AT, plan.segment_count - 1)
        length = float(plan.segment_seconds)
        for one, times in batch.fetched.items():
            if (one.lesson_id, one.version) != (lesson_id, version) or one.number >= plan.segment_count:
                continue
            if plan.video and one.way == "listened" and not one.alone:
                continue
            play = Play(one.at, lesson_id, one.device, one.way)
            begun = times if one.number == begins else 0
            batch.plays[play] += begun
            batch.seconds[play] += times * length  # type: ignore[assignment]
            parts = [0.0] * PARTS
            parts[one.number * PARTS // plan.segment_count] = times * length
            batch.draw(lesson_id, plays=begun, parts=parts)


def _add_searches(session: Session, batch: Batch, key: str) -> None:
    days: dict[str, list[int]] = {}
    for (day, found), times in batch.searches.items():
        row = days.setdefault(day, [0, 0])
        row[0] += times
        row[1] += 0 if found else times
    for day, (searches, missed) in days.items():
        _add(session, SearchDay, {"day": day}, searches=searches, missed=missed)
    for (day, words), times in batch.misses.items():
        if _may_be_kept(words):
            _add_miss(session, day, words, times, key)
    if days:
        session.execute(delete(SearchMiss).where(SearchMiss.day < _days_ago(max(days), ASKED_DAYS)))


def _may_be_kept(words: str) -> bool:
    return 0 < len(words) <= _LONGEST_WORDS and sum(one.isdigit() for one in words) <= _MOST_DIGITS


def _add_miss(session: Session, day: str, words: str, times: int, key: str) -> None:
    digest = hmac.new(key.encode(), f"search:{words}".encode(), hashlib.sha256).hexdigest()
    _add(session, SearchMiss, {"day": day, "digest": digest}, times=times)
    asked = session.scalar(select(func.sum(SearchMiss.times)).where(SearchMiss.digest == digest)) or 0
    if asked >= LEAST_ASKED:
        session.execute(
            update(SearchMiss).where(SearchMiss.digest == digest, SearchMiss.words == "").values(words=words)
        )


def _days_ago(day: str, days: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def _add(session: Session, table: type[Base], key: Mapping[str, Any], **amounts: float) -> None:
    """Add amounts to the row of this key, which is made when it is not there."""
    columns = table.__table__.columns
    same = [columns[name] == value for name, value in key.items()]
    more = {name: columns[name] + amount for name, amount in amounts.items()}
    if session.execute(update(table.__table__).where(*same).values(more)).rowcount == 0:  # type: ignore[arg-type,attr-defined]
        session.execute(insert(table.__table__).values({**_defaults(table), **key, **amounts}))  # type: ignore[arg-type]


def _defaults(table: type[Base]) -> dict[str, Any]:
    return {"words": ""} if table is SearchMiss else {}
