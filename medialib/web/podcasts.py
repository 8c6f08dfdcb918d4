"""A listing as a podcast: the sound of every lesson whose M4A is made, each exactly as long as is told.

A feed that is asked for first has the files made, and waits a little for them; those that are not there then come with
the next question. What they are long stays known when the cache lets them go.
"""

import time
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.orm import Session

from medialib import showing
from medialib.catalogue import caption_lookups, lookups, progress, work_lookups
from medialib.catalogue.collections import Collection as Curated
from medialib.catalogue.lessons import Captions, Lesson, RenditionProgress
from medialib.catalogue.plans import Plan
from medialib.delivery import posters, shapes
from medialib.delivery.covers import largest_cover
from medialib.delivery.listing import Listing
from medialib.delivery.rss import Episode, Feed, Transcript, season_of
from medialib.ingest import packaging
from medialib.ingest.labels import label_of
from medialib.jobs.queue import DOWNLOADS
from medialib.services import Services
from medialib.web.i18n import language_tag
from medialib.web.naming import absolute, title_of
from medialib.web.waiting import hurry

_LOOK_SECONDS = 0.1
# Who subscribes to a long list gets the rest with the next question.
_MOST_HURRIED = 50
_COVER_WIDTH = 1280


def make_feed(services: Services, listing: Listing) -> Feed:
    """The feed with every lesson that can be downloaded now."""
    with services.database.read() as session:
        plans, rows = lookups.current_plans(session, listing.lessons), progress.progress(session, listing.lessons)
        complete = [one for one in listing.lessons if _sound_is_complete(plans[one.id], rows[one.id])]
        failed = {one.id for one in complete if _failed(session, one.id)}
    sizes = _sizes(services, complete, plans, failed)
    with services.database.read() as session:
        captions = {one.id: caption_lookups.captions_of(session, one.id) for one in complete if one.id in sizes}
    episodes = [
        _episode(services, one, plans[one.id], sizes[one.id], captions[one.id], listing)
        for one in complete
        if one.id in sizes
    ]
    subject = listing.subject
    return Feed(
        title=title_of(listing),
        page=absolute(services, listing.address()),
        address=absolute(services, listing.address(".rss")),
        description=subject.description if isinstance(subject, Curated) else "",
        language=language_tag(),
        author=services.settings.site.name,
        episodes=episodes,
        serial=listing.serial,
        picture=_own_picture(services, listing) or next((one.picture for one in episodes if one.picture), ""),
    )


def _number(lesson: Lesson, listing: Listing) -> int | None:
    """Its number in a series, its place in any other list that is heard in order; apps go by date without one."""
    if isinstance(listing.subject, Curated) and listing.subject.kind == "series":
        return lesson.number
    return [one.id for one in listing.lessons].index(lesson.id) + 1 if listing.serial else None


def _own_picture(services: Services, listing: Listing) -> str:
    """The picture that was sent for a collection, or that of the lesson it is shown by; "" when neither was chosen."""
    kind, _, name = listing.subject.cover.partition(":") if isinstance(listing.subject, Curated) else ("", "", "")
    if kind == "lesson":
        return next((_picture(services, one) for one in listing.lessons if one.id == name), "")
    own = largest_cover(name) if kind == "picture" else ""
    return absolute(services, own) if own else ""


def _picture(services: Services, lesson: Lesson) -> str:
    """What a lesson is shown by; "" before it has a picture."""
    pictures = showing.posters(services, lesson)
    return absolute(services, posters.shown_at(lesson, pictures, _COVER_WIDTH)) if pictures else ""


def _sound_is_complete(plan: Plan, rows: Sequence[RenditionProgress]) -> bool:
    sound = packaging.usual_sound(plan)
    return sound is not None and any(row.name == sound.name and row.complete for row in rows)


def _sizes(
    services: Services, lessons: Sequence[Lesson], plans: Mapping[str, Plan], failed: Collection[str]
) -> dict[str, int]:
    """How long the files are in bytes; those that were never made are made now, as far as a player would wait."""
    stamps = {one.id: label_of(services.store, one).stamp for one in lessons}

    def look(ids: Sequence[str]) -> dict[str, int]:
        found = {one: packaging.recording_size(services.store, one, plans[one].version, stamps[one]) for one in ids}
        return {lesson_id: size for lesson_id, size in found.items() if size is not None}

    sizes = look(list(stamps))
    waiting = [one for one in stamps if one not in sizes and one not in failed][:_MOST_HURRIED]
    for lesson_id in waiting:
        hurry("recording", lesson_id, queue=DOWNLOADS)
    end = time.monotonic() + services.settings.runs.hot_wait_seconds
    while waiting and time.monotonic() < end:
        time.sleep(_LOOK_SECONDS)
        sizes |= look(waiting)
        waiting = [one for one in waiting if one not in sizes]
    return sizes


def _failed(session: Session, lesson_id: str) -> bool:
    """Whether making the file has failed and rests."""
    failed = work_lookups.step_left(session, lesson_id, packaging.RECORDING_STEP)
    return failed is not None and failed.rests


def _episode(
    services: Services, lesson: Lesson, plan: Plan, size_bytes: int, captions: Sequence[Captions], listing: Listing
) -> Episode:
    is_series = isinstance(listing.subject, Curated) and listing.subject.kind == "series"
    sound = shapes.recording_path(lesson.id, plan)
    assert sound
    return Episode(
        lesson_id=lesson.id,
        title=lesson.title,
        page=absolute(services, shapes.page_path(lesson.id)),
        sound=absolute(services, sound),
        size_bytes=size_bytes,
        seconds=lesson.seconds,
        published_at=lesson.published_at,
        description=lesson.description,
        author=lesson.speaker or lesson.unit_name,
        speaker=lesson.speaker,
        number=_number(lesson, listing),
        season=season_of(lesson.series_title) if is_series else None,
        picture=_picture(services, lesson),
        chapters=absolute(services, f"/media/{lesson.id}/chapters.json") if lesson.chapters else "",
        transcripts=tuple(
            Transcript(address=absolute(services, shapes.captions_path(one)), language=one.language) for one in captions
        ),
    )
