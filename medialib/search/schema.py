"""What the index knows of a lesson: its fields, and a lesson turned into ready lists of terms."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whoosh import columns, fields, formats

from medialib.search import likenesses, sounds, text

_BETWEEN = "，"
"""Keeps what is joined from being read as neighbours."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """What the index knows of one lesson; seconds is a length, published Unix seconds.

    `themes`, `units` and `place` are slugs, those above in the trees included; `unit` is a name. `transcript` is what
    is said in it, by its captions. `featured` lessons stand on a shelf of what the curators picked out.
    """

    id: str
    title: str
    description: str = ""
    speaker: str = ""
    unit: str = ""
    series: str = ""
    units: tuple[str, ...] = ()
    place: str | None = None
    themes: tuple[str, ...] = ()
    theme_words: tuple[str, ...] = ()
    transcript: str = ""
    kind: str = "video"
    year: int | None = None
    seconds: float = 0.0
    published: float
    featured: bool = False


class Weights(formats.Existence):  # type: ignore[misc]
    """Postings that carry a term's count as its weight and nothing else; takes a ready list of terms."""

    def word_values(
        self,
        value: Sequence[str],
        analyzer: object,  # noqa: ARG002 (there is none: the terms are ready)
        **kwargs: object,  # noqa: ARG002
    ) -> Iterator[tuple[str, int, float, bytes]]:
        """Each term with its frequency, weight and (empty) posting value."""
        return ((term, count, float(count), b"") for term, count in Counter(value).items())


def make_schema() -> fields.Schema:
    """The fields. Only ``id`` is stored; everything else about a lesson comes from the database."""
    counted = Weights()

    def scored() -> fields.FieldType:
        return fields.FieldType(counted, None, scorable=True)

    def exact() -> fields.FieldType:
        return fields.FieldType(counted, None)

    def number() -> fields.COLUMN:
        return fields.COLUMN(columns.NumericColumn("d"))

    return fields.Schema(
        id=fields.ID(stored=True, unique=True),
        title=scored(), title_grams=scored(), title_sounds=scored(), initials=scored(),
        series=scored(), series_sounds=scored(),
        names=scored(), names_sounds=scored(), names_initials=scored(),
        description=scored(), description_grams=scored(), description_sounds=scored(),
        transcript=scored(), likenesses=exact(),
        theme=exact(), kind=exact(), unit=exact(), place=exact(), year=exact(),
        published=number(), seconds=number(), featured=number(),
    )  # fmt: skip


def index_fields(document: Document) -> dict[str, object]:
    """The terms of one lesson by field, as ``IndexWriter.add_document`` takes them."""
    people = _BETWEEN.join((document.speaker, document.unit))
    names = _BETWEEN.join((document.speaker, document.unit, *document.theme_words))
    title_words, names_words = text.words(document.title), text.words(names)
    series_words, description_words = text.words(document.series), text.words(document.description)
    return {
        "id": document.id,
        "title": title_words,
        "title_grams": text.grams(document.title),
        "title_sounds": sounds.sound_terms(document.title),
        "initials": sounds.initials_terms(_BETWEEN.join((document.title, document.series))),
        "series": [*series_words, *text.grams(document.series)],
        "series_sounds": sounds.sound_terms(document.series),
        "names": [*names_words, *text.grams(names)],
        "names_sounds": [*sounds.person_terms(document.speaker), *sounds.sound_terms(document.unit)],
        "names_initials": sounds.initials_terms(people),
        "description": description_words,
        "description_grams": text.grams(document.description),
        "description_sounds": sounds.word_sounds(description_words),
        "transcript": text.said_words(document.transcript),
        "likenesses": likenesses.terms(
            [*text.words_and_pairs(_BETWEEN.join((document.title, document.series, names))), *description_words]
        ),
        "theme": list(document.themes),
        "kind": [document.kind],
        "unit": list(document.units),
        "place": [document.place] if document.place else [],
        "year": [] if document.year is None else [str(document.year)],
        "published": float(document.published),
        "seconds": float(document.seconds),
        "featured": float(document.featured),
    }
