"""What the API answers about lessons and themes, as models: the description is made of them."""

from typing import Any, Literal

from medialib.web.api.operations import Answer


class Said(Answer):
    seconds: float
    text: str
    marks: list[list[int]]
    language: str


class LessonSummary(Answer):
    """One entry of a list; addresses are paths below the site's root."""

    id: str
    title: str
    kind: Literal["video", "audio"]
    seconds: float
    page: str
    master: str
    audio: str | None
    poster: str | None
    highlights: dict[str, list[list[int]]]
    said: list[Said]
    plays: int | None


class LessonList(Answer):
    total: int
    page: int
    per_page: int
    meant: str | None
    named: dict[str, str | int]
    degraded: bool
    counts: dict[str, dict[str, int]] | None = None
    results: list[LessonSummary]


class Size(Answer):
    video: int | None
    audio: int | None


class Named(Answer):
    slug: str
    zh: str
    en: str


class CaptionsLink(Answer):
    language: str
    label: str
    url: str
    srt: str


class Chapter(Answer):
    start_seconds: float
    title: str


class ReadingLink(Answer):
    name: str
    type: str
    size_bytes: int
    url: str


class Trimmed(Answer):
    start_seconds: float
    end_seconds: float | None


class RenditionState(Answer):
    name: str
    kind: Literal["video", "audio"]
    width: int | None
    height: int | None
    complete: bool
    seconds_done: float
    seconds_total: float
    seconds_left: float | None
    speed: float | None
    size_bytes: int | None


class LessonDetail(LessonSummary):
    """Everything known of one lesson."""

    ts_master: str
    mp4: str | None
    download: str | None
    posters: list[dict[str, Any]]
    thumbnails: str | None
    peaks: str | None
    state: Literal["published", "complete", "parked"]
    reason: str | None
    description: str
    speaker: str
    unit: str
    series: str
    number: int | None
    place: str | None
    recorded: str | None
    language: str
    published_at: str
    captions: list[CaptionsLink]
    chapters: list[Chapter]
    chapters_track: str | None
    readings: list[ReadingLink]
    trim: Trimmed
    cleaned: bool
    notices: list[str]
    themes: list[Named]
    size_bytes: Size
    renditions: list[RenditionState]
    left_out: list[str]


class Suggestion(Answer):
    text: str
    kind: Literal["lesson", "series", "theme", "speaker", "unit"]
    url: str
    marks: list[list[int]]


class Suggestions(Answer):
    suggestions: list[Suggestion]


class ThemeNode(Named):
    path: list[str]
    words: list[str]
    lessons: int


class ThemeTree(Answer):
    themes: list[ThemeNode]


class Proposal(Named):
    path: list[str]
    confidence: float
    words: list[str]
    has: bool


class Proposals(Answer):
    lesson: str
    proposals: list[Proposal]
