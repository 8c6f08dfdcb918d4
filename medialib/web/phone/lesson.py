"""The page of one lesson: its player with what each way of playing costs, its words, and the way on."""

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from medialib import showing
from medialib.catalogue import caption_lookups, lookups, readings, work_lookups
from medialib.catalogue.cues import from_stored
from medialib.catalogue.lessons import Captions, Lesson
from medialib.catalogue.plans import Plan
from medialib.delivery import offer, shapes
from medialib.services import Services
from medialib.web.i18n import gettext, sentence
from medialib.web.naming import absolute
from medialib.web.phone.cards import card_of, cards_of
from medialib.web.phone.formats import language_name
from medialib.web.phone.ways import way_through

MOST_LINES = 600
"""A longer transcript is fetched by the page when it is there: an hour of speech would weigh more than the page."""
_HEADS = ("index.m3u8", "init.mp4")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the transcript, or a chapter's heading above those that it holds."""

    seconds: float
    text: str
    heading: bool = False


@dataclass(frozen=True, kw_only=True)
class Words:
    """The transcript in the first language; `languages` says where each language lies."""

    language: str
    languages: Mapping[str, str]
    rows: Sequence[Line]

    @property
    def address(self) -> str:
        return self.languages[self.language]


def lesson_page(services: Services, lesson_id: str) -> ResponseReturnValue:
    with services.database.read() as session:
        lesson = lookups.lesson(session, lesson_id)
        plan = lookups.current_plan(session, lesson)
        document: dict[str, Any] = showing.detail(services, session, lesson_id)
        trouble = showing.parked_by(session, lesson)
        complete = {row["name"] for row in document["renditions"] if row["complete"]}
        sound_is_made = all(row["complete"] for row in document["renditions"] if row["kind"] == "audio")
        way = way_through(services, session, lesson, request.args.get("in", ""))
        return render_template(
            "lesson.html",
            lesson=lesson,
            plan=plan,
            card=card_of(services, lesson, plan),
            way=way,
            readings=readings.of(session, lesson_id),
            after=cards_of(services, session, [way.after])[0] if way and way.after else None,
            document=document,
            transcript_of=_words(session, lesson),
            qualities=_qualities(session, lesson, plan),
            sounds=_sounds(lesson, plan),
            reason=sentence(trouble) if trouble else None,
            notices=[sentence(one) for one in showing.notices_of(lesson)],
            sound_is_made=sound_is_made,
            film_is_made=sound_is_made and plan.start_rung in complete,
            start_rung=_start_side(plan, complete),
            warm=_warm(lesson, plan, complete),
            begins=_begins(plan, complete),
            begin=_begin(request.args.get("t", ""), lesson.seconds),
            whole_address=absolute(services, url_for("phone.lesson", lesson_id=lesson_id)),
        )


def _words(session: Session, lesson: Lesson) -> Words | None:
    captions = caption_lookups.captions_of(session, lesson.id)
    if not captions:
        return None
    first = min(captions, key=lambda one: _distance(one.language, lesson.language))
    return Words(
        language=first.language,
        languages={one.language: shapes.captions_path(one) for one in captions},
        rows=list(_lines(first, lesson)) if len(first.cues) <= MOST_LINES else (),
    )


def _distance(language: str, wanted: str) -> int:
    """0 for the same language, 1 for another writing of it (zh-Hans for zh), 2 for any other."""
    return 0 if language == wanted else 1 if language.partition("-")[0] == wanted.partition("-")[0] else 2


def _lines(captions: Captions, lesson: Lesson) -> Iterator[Line]:
    """What is said in its order, each chapter's heading before what is said in it."""
    headings = [Line(seconds=one["start_seconds"], text=one["title"], heading=True) for one in lesson.chapters]
    said = [Line(seconds=one.begin, text=one.words.replace("\n", " ")) for one in from_stored(captions.cues)]
    return heapq.merge(headings, said, key=lambda line: (line.seconds, not line.heading))


def _qualities(session: Session, lesson: Lesson, plan: Plan) -> list[tuple[str, str, int | None]]:
    """What the picture can be: the value, its name and about what it costs; none when there is no choice."""
    pictures = shapes.picture_bytes(plan, work_lookups.renditions(session, lesson))
    if len(pictures) < 2:
        return []
    usual = shapes.video_bytes(plan, work_lookups.renditions(session, lesson))
    return [
        ("auto", gettext("Automatic"), usual),
        ("low", gettext("Least data"), pictures[0][1]),
        ("high", gettext("Sharp"), pictures[-1][1]),
    ]


def _sounds(lesson: Lesson, plan: Plan) -> list[dict[str, str]]:
    """The sound tracks to choose from while one only listens; none when there is no choice."""
    names = offer.sound_names(plan, language=lesson.language, naming=language_name)
    if len(names) < 2:
        return []
    usual = shapes.audio_path(lesson.id, plan)  # under this address it is kept on phones
    return [
        {"name": one, "address": f"{usual}?sound={track}" if track else str(usual)} for track, one in enumerate(names)
    ]


def _begin(asked: str, seconds: float) -> float | None:
    """Where in the lesson to begin, in seconds; what is no place in it means its beginning."""
    try:
        begin = float(asked)
    except ValueError:
        return None
    return round(begin, 3) if 0 < begin < seconds else None


def _warm(lesson: Lesson, plan: Plan, complete: Collection[str]) -> list[str]:
    """What is asked for first, small and kept for ever: a page fetches it while it is read. Only of what is made."""
    first = next((rung.name for rung in plan.video if rung.name in complete), None)
    sound = plan.audio[-1].name if plan.audio else None
    folder = f"/media/{lesson.id}/v{plan.version}"
    return [f"{folder}/{name}/{file}" for name in (first, sound) if name in complete for file in _HEADS]


def _begins(plan: Plan, complete: Collection[str]) -> bool:
    """Whether all of some picture and of the sound is made: wherever somebody begins, nothing is encoded for it."""
    needed = plan.audio[-1:] if plan.audio else ()
    return any(one.name in complete for one in plan.video or needed) and all(one.name in complete for one in needed)


def _start_side(plan: Plan, complete: Collection[str]) -> int | None:
    """The shorter side of the picture that begins soonest: the smallest complete one, else the starting rung."""
    ready = [rung for rung in plan.video if rung.name in complete]
    first = next(iter(ready), None) or next((rung for rung in plan.video if rung.name == plan.start_rung), None)
    return min(first.width, first.height) if first else None
