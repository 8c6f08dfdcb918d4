"""A lesson as the JSON that the HTTP API and the commands both show. Of stored rows it only reads fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from medialib.catalogue.lessons import Captions, Lesson, RenditionProgress
from medialib.catalogue.plans import AudioRendition, Plan, VideoRendition
from medialib.catalogue.plays import LEAST_SHOWN
from medialib.catalogue.posters import Posters
from medialib.catalogue.readings import Reading
from medialib.delivery import posters

_ENOUGH_SECONDS = 20
"""Of a rendition under way: from so many on, the rest of it is taken to be like them."""

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Which means to find a place in a lesson are made."""

    thumbnails: bool
    peaks: bool


@dataclass(frozen=True, kw_only=True)
class Coming:
    """The plan that is to take the place of a lesson's present one, and how far it is made."""

    plan: Plan
    renditions: Sequence[RenditionProgress]


def page_path(lesson_id: str) -> str:
    return f"/lessons/{lesson_id}"


def master_path(lesson_id: str) -> str:
    return f"/media/{lesson_id}/master.m3u8"


def audio_path(lesson_id: str, plan: Plan) -> str | None:
    """The playlist for listening only; a silent lesson has none."""
    return f"/media/{lesson_id}/audio.m3u8" if plan.audio else None


def ts_master_path(lesson_id: str) -> str:
    """MPEG-TS, for players that cannot do with fMP4."""
    return f"/media/{lesson_id}/ts.m3u8"


def film_path(lesson: Lesson, plan: Plan) -> str | None:
    """One MP4 file, for what knows nothing better; a lesson without a picture has none."""
    return f"/media/{lesson.id}/v{lesson.plan_version}/lesson.mp4" if plan.video else None


def recording_path(lesson_id: str, plan: Plan) -> str | None:
    """One M4A file to keep; a silent lesson has none."""
    return f"/media/{lesson_id}/lesson.m4a" if plan.audio else None


def captions_path(row: Captions, ending: str = "vtt") -> str:
    """All captions in one language as one file (`vtt` or `srt`), kept for ever: a change has another address."""
    return f"/media/{row.lesson_id}/captions/{row.language}/{row.revision}.{ending}"


def chapters_path(lesson: Lesson) -> str | None:
    return f"/media/{lesson.id}/chapters.vtt" if lesson.chapters else None


def lesson_summary(
    lesson: Lesson,
    plan: Plan,
    *,
    pictures: Posters | None,
    highlights: Mapping[str, Spans] | None = None,
    said: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """One entry of a list. Addresses are paths below the site's root.

    `highlights` are [start, end) in characters (code points) of the title and of the description, `said` the
    lines of captions in which something was found.
    """
    marked = highlights or {}
    return {
        "id": lesson.id,
        "title": lesson.title,
        "kind": lesson.kind,
        "seconds": lesson.seconds,
        "page": page_path(lesson.id),
        "master": master_path(lesson.id),
        "audio": audio_path(lesson.id, plan),
        "poster": posters.shown(lesson, pictures).address if pictures else None,
        "highlights": {field: [list(span) for span in marked.get(field, ())] for field in ("title", "description")},
        "said": list(said),
        "plays": lesson.plays if lesson.plays >= LEAST_SHOWN else None,
    }


def lesson_detail(
    lesson: Lesson,
    plan: Plan,
    renditions: Sequence[RenditionProgress],
    *,
    coming: Coming | None = None,
    captions: Sequence[Captions] = (),
    pictures: Posters | None,
    overview: Overview,
    reason: str | None = None,
    readings: Sequence[Reading] = (),
) -> dict[str, Any]:
    """Everything known of one lesson; `reason` is the sentence that says why it is parked."""
    return {
        **lesson_summary(lesson, plan, pictures=pictures),
        "ts_master": ts_master_path(lesson.id),
        "mp4": film_path(lesson, plan),
        "download": recording_path(lesson.id, plan),
        "posters": posters.described(lesson, pictures) if pictures else [],
        "thumbnails": posters.thumbnails_path(lesson) if overview.thumbnails else None,
        "peaks": posters.peaks_path(lesson) if overview.peaks else None,
        "state": lesson.state,
        "reason": reason,
        **_said_of(lesson),
        "captions": [
            {"language": one.language, "label": one.label, "url": captions_path(one), "srt": captions_path(one, "srt")}
            for one in captions
        ],
        "chapters": lesson.chapters,
        "chapters_track": chapters_path(lesson),
        "readings": [
            {"name": one.name, "type": one.extension[1:], "size_bytes": one.size_bytes, "url": one.path}
            for one in readings
        ],
        "trim": plan.source.trim.to_json(),
        "cleaned": plan.is_cleaned,
        "notices": [one["message"] % one["values"] if one["values"] else one["message"] for one in lesson.notices],
        "themes": [{"slug": theme.slug, "zh": theme.zh, "en": theme.en} for theme in lesson.themes],
        "size_bytes": {"video": video_bytes(plan, renditions), "audio": audio_bytes(plan, renditions)},
        "renditions": [_progress(row, plan) for row in renditions if not row.left_out],
        "left_out": [row.name for row in renditions if row.left_out],
        "coming": [_progress(row, coming.plan) for row in coming.renditions] if coming else [],
    }


def _said_of(lesson: Lesson) -> dict[str, Any]:
    return {
        "description": lesson.description,
        "speaker": lesson.speaker,
        "unit": lesson.unit_name,
        "series": lesson.series_title,
        "number": lesson.number,
        "place": lesson.place,
        "recorded": lesson.recorded,
        "language": lesson.language,
        "published_at": datetime.fromtimestamp(lesson.published_at, UTC).isoformat(timespec="seconds"),
    }


def _progress(row: RenditionProgress, plan: Plan) -> dict[str, Any]:
    """How far one rendition is: seconds of media, and `seconds_left` of work at the present speed."""
    rung = plan.rendition(row.name)
    left = 0.0 if row.complete else max(row.seconds_total - row.seconds_done, 0.0)
    return {
        "name": row.name,
        "kind": "audio" if isinstance(rung, AudioRendition) else "video",
        "width": rung.width if isinstance(rung, VideoRendition) else None,
        "height": rung.height if isinstance(rung, VideoRendition) else None,
        "complete": row.complete,
        "seconds_done": row.seconds_total if row.complete else row.seconds_done,
        "seconds_total": row.seconds_total,
        "seconds_left": _work_left(left, row.media_per_second),
        "speed": row.media_per_second or None,
        "size_bytes": row.size_bytes if row.complete else None,
    }


def _work_left(media_seconds: float, media_per_second: float) -> float | None:
    if media_seconds == 0:
        return 0.0
    return round(media_seconds / media_per_second, 1) if media_per_second > 0 else None


def video_bytes(plan: Plan, renditions: Sequence[RenditionProgress] = ()) -> int | None:
    """What watching takes: the starting rung with its sound; None without a picture, and as long as nobody can tell."""
    rung = next((one for one in plan.video if one.name == plan.start_rung), None) or next(iter(plan.video), None)
    return _with_sound(rung, plan, renditions) if rung else None


def picture_bytes(plan: Plan, renditions: Sequence[RenditionProgress] = ()) -> list[tuple[VideoRendition, int | None]]:
    """What watching takes with each picture that is offered, with its sound, once that is known; the smallest first."""
    left_out = {row.name for row in renditions if row.left_out}
    return [(rung, _with_sound(rung, plan, renditions)) for rung in plan.video if rung.name not in left_out]


def audio_bytes(plan: Plan, renditions: Sequence[RenditionProgress] = ()) -> int | None:
    """About what listening takes, in the best sound there is; None for a silent lesson."""
    if not plan.audio:
        return None
    sound = plan.audio[-1]
    return _measured(sound, renditions) or int(sound.bits_per_second / 8 * float(sound.seconds))


def _with_sound(rung: VideoRendition, plan: Plan, renditions: Sequence[RenditionProgress]) -> int | None:
    """Slides take a fiftieth of what their rung allows, water all of it: what was not measured nobody knows."""
    picture = _measured(rung, renditions)
    return picture + (audio_bytes(plan, renditions) or 0) if picture else None


def _measured(rung: VideoRendition | AudioRendition, renditions: Sequence[RenditionProgress]) -> int | None:
    """What it takes; while it is made, what it will take if all of it is as what is there."""
    row = next((one for one in renditions if one.name == rung.name), None)
    if row is None or not row.size_bytes:
        return None
    if row.complete:
        return row.size_bytes
    return round(row.size_bytes / row.seconds_done * row.seconds_total) if row.seconds_done >= _ENOUGH_SECONDS else None
