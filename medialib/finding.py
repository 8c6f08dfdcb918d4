"""Finding lessons by words and filters: by the search index, or by the database when that cannot answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from medialib.catalogue import caption_lookups, indexing, lookups, narrowing, rights, tallies
from medialib.catalogue.cues import from_stored
from medialib.catalogue.lessons import Lesson
from medialib.errors import N_, BadRequest
from medialib.search import browsing, naming, query, saying
from medialib.search.besides import Besides
from medialib.search.counting import Counts
from medialib.search.index import IndexUnavailable
from medialib.search.saying import Said
from medialib.search.wording import Wording
from medialib.services import Services

Spans = tuple[tuple[int, int], ...]
Highlights = dict[str, Spans]
MOST_SAID = 3
_MARKED_CHARACTERS = 3000
"""How far hits in a description are looked for: more than anyone reads in a list."""

SORTS = ("relevance", *narrowing.ORDERS)
"""Without words `relevance` means newest first."""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """One page of the lessons found; `degraded` when the search index could not be asked.

    `highlights` and `said` are by a lesson's id. `meant` is what the lessons were found by when that is not what was
    typed: a word that sounds or looks like it. `named` are the filters that the words named (`kind:audio`), by their
    parameter. `counts` is by filter and value, each filter counted without itself; None when that was not asked for.
    """

    total: int
    page: int
    per_page: int
    lessons: Sequence[Lesson]
    highlights: dict[str, Highlights] = field(default_factory=dict)
    said: dict[str, tuple[Said, ...]] = field(default_factory=dict)
    meant: str | None = None
    named: Mapping[str, str | int] = field(default_factory=dict)
    counts: Mapping[str, Mapping[str, int]] | None = None
    degraded: bool = False

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.per_page)


def find(
    services: Services,
    session: Session,
    *,
    words: str = "",
    theme: str | None = None,
    kind: str | None = None,
    unit: str | None = None,
    place: str | None = None,
    year: int | None = None,
    length: str | None = None,
    sort: str = "relevance",
    page: int = 1,
    per_page: int = 20,
    counted: bool = False,
    marked: bool = True,
    within: Sequence[ColumnElement[bool]] = (),
) -> Findings:
    """One page of the lessons that hold the words and pass the filters; `counted` with what each filter would leave.

    `marked` with where the words stand: for that the captions of all lessons of the page are read.

    What is found is what the present viewer may see (`rights.looking`), drafts included for those who edit them.
    `within` are further conditions on lessons.
    """
    given = {"theme": theme, "kind": kind, "unit": unit, "place": place, "year": year, "length": length}
    if words:
        services.known.learn_names()
    asked, named = naming.understood(session, words)
    filters: dict[str, Any] = {**named, **{key: value for key, value in given.items() if value is not None}}
    question = _Question(asked, filters, sort, counted, within, {"page": page, "per_page": per_page})
    degraded = False
    try:
        by_index = question.by_index(services, session)
    except IndexUnavailable:
        question.distrust(services)
        by_index, degraded = None, bool(asked.wanted)
    found = by_index or question.by_catalogue(session)
    highlights, said = _hits(session, found.lessons, found.meant or asked.wanted) if marked else ({}, {})
    return replace(found, highlights=highlights, said=said, named=named, degraded=degraded)


def counts_of_all(services: Services, session: Session) -> Mapping[str, Mapping[str, int]]:
    """How many lessons each theme, unit, kind, place, year and length has, by filter and value."""
    counts = find(services, session, per_page=1, counted=True).counts
    assert counts is not None
    return counts


@dataclass(frozen=True)
class _Question:
    """What is asked for, and the two that can answer."""

    asked: Wording
    filters: dict[str, Any]
    sort: str
    counted: bool
    within: Sequence[ColumnElement[bool]]
    window: dict[str, Any]

    def by_index(self, services: Services, session: Session) -> Findings | None:
        """None for what the index does not know; without words also while it does not know what changed last."""
        asks: dict[str, Any] = {**self.window, "sort": self.sort, "counted": self.counted}
        found: query.Found | browsing.Browsed
        if self.asked.wanted:
            found = query.search(
                services.index, self.asked, filters=query.Filters(**self.filters), check=partial(all_said, session),
                besides=besides(services, session),
                within=narrowing.ids_within(session, self.within) if self.within else None, **asks,
            )  # fmt: skip
        elif self.asked.without or self.within or indexing.is_search_behind(session):
            return None
        else:
            found = browsing.browse(services.index, self.filters, besides=besides(services, session), **asks)
            if self.sort == "plays":
                # How often each was played changes all the time and is the catalogue's to know; counting is not.
                listed = replace(self, counted=False).by_catalogue(session)
                return replace(listed, counts=_by_filter(found.counts) if found.counts else None)
        lessons = lookups.lessons_by_id(session, found.ids)
        if len(lessons) < len(found.ids) and not self.asked.wanted:
            return None
        meant = found.meant if isinstance(found, query.Found) else None
        counts = _by_filter(found.counts) if found.counts else None
        return Findings(total=found.total, lessons=lessons, meant=meant, counts=counts, **self.window)

    def distrust(self, services: Services) -> None:
        """Have that index built anew which cannot answer by itself; the other goes on being read."""
        for index in (services.index, services.withheld):
            try:
                if self.asked.wanted:
                    query.search(index, self.asked, filters=query.Filters(**self.filters), counted=self.counted)
                else:
                    browsing.browse(index, self.filters, counted=self.counted)
            except IndexUnavailable as error:
                index.distrust(error)

    def by_catalogue(self, session: Session) -> Findings:
        wanted = narrowing.Wanted(
            words=self.asked.words, phrases=self.asked.phrases, without=self.asked.without, **self.filters
        )
        listed = narrowing.browse(session, wanted, sort=self.sort, within=self.within, **self.window)
        counts = tallies.tally(session, wanted, within=self.within) if self.counted else None
        return Findings(total=listed.total, lessons=listed.lessons, counts=counts, **self.window)


def besides(services: Services, session: Session) -> Besides | None:
    """What the present viewer may find beside that which is for everyone: the catalogue decides, at this moment."""
    viewer = rights.looking.get()
    if viewer is not None and not viewer.sees_more:
        return None
    ids = narrowing.ids_within(session, [~rights.for_everyone()])
    return Besides(index=services.withheld, ids=ids) if ids else None


def _hits(
    session: Session, lessons: Sequence[Lesson], words: str
) -> tuple[dict[str, Highlights], dict[str, tuple[Said, ...]]]:
    """Where the words stand in the title and description of each lesson, and where they are said."""
    if not words:
        return {}, {}
    marked = {
        one.id: {
            "title": query.highlight(one.title, words),
            "description": query.highlight(one.description[:_MARKED_CHARACTERS], words),
        }
        for one in lessons
    }
    said: dict[str, tuple[Said, ...]] = {}
    for row in caption_lookups.cues_of(session, [one.id for one in lessons]):
        lines = saying.lines(from_stored(row.cues), words, language=row.language, most=MOST_SAID)
        if lines and row.lesson_id not in said:
            said[row.lesson_id] = tuple(lines)
    return marked, said


def all_said(session: Session, lesson_ids: Sequence[str], phrases: Sequence[str]) -> set[str]:
    """The lessons in whose captions all of these phrases are said, word for word."""
    said = caption_lookups.transcripts(session, lesson_ids)
    return {id for id, transcript in said.items() if all(saying.holds(transcript, phrase) for phrase in phrases)}


def _by_filter(found: Counts) -> dict[str, Mapping[str, int]]:
    return {
        "theme": found.themes, "unit": found.units, "kind": found.kinds, "place": found.places,
        "year": {str(year): number for year, number in found.years.items()}, "length": found.lengths,
    }  # fmt: skip


def suggestions(services: Services, typed: str, *, limit: int = 8) -> list[dict[str, Any]]:
    """What somebody who typed this so far may mean, as `GET /api/suggestions` answers."""
    return [
        {"text": one.text, "kind": one.kind, "url": _PAGES[one.kind] + quote(one.key, safe=""), "marks": marks}
        for one in services.known.completions(typed, limit)
        for marks in [[list(span) for span in query.highlight(one.text, typed)]]
    ]


# Where a lesson is shown, or what a name is about is listed.
_PAGES = {
    "lesson": "/lessons/",
    "theme": "/themes/",
    "unit": "/units/",
    "series": "/collections/",
    "speaker": "/search?q=",
}


def named(
    session: Session, *, theme: str | None = None, unit: str | None = None, place: str | None = None
) -> dict[str, str]:
    """The slugs of what people name by slug or name in any language; raises BadRequest for what there is not."""
    found: dict[str, tuple[str | None, str, str]] = {}
    if theme:
        found["theme"] = (naming.theme(session, theme), theme, N_("There is no such theme."))
    if unit:
        found["unit"] = (naming.unit(session, unit), unit, N_("There is no such unit."))
    if place:
        found["place"] = (naming.place(session, place), place, N_("There is no such place."))
    for slug, name, sentence in found.values():
        if slug is None:
            raise BadRequest(sentence, detail=name)
    return {key: slug for key, (slug, _, _) in found.items() if slug}
