"""What the index knows of a lesson: its fields, and a lesson turned into ready lists of terms."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whoosh import columns, fields, formats

from medialib.search import sounds, text


@dataclass(frozen=True, kw_only=True)
class Document:
    """What the index knows of one lesson; seconds is a length, published Unix seconds.

    `themes`, `units` and `place` are slugs, those above in the trees included; `unit` is a name. `transcript` is what
    is said in it, by its captions.
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


class Places(formats.Positions):  # type: ignore[misc]
    """Postings with positions; takes a ready list of terms in order."""

    def word_values(
        self,
        value: Sequence[str],
        analyzer: object,  # noqa: ARG002 (there is none: the terms are ready)
        **kwargs: object,  # noqa: ARG002
    ) -> Iterator[tuple[str, int, float, bytes]]:
        """Each term with its frequency, weight and encoded positions."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, term in enumerate(value):
            places[term].append(place)
        return ((term, len(at), float(len(at)), self.encode(at)) for term, at in places.items())


def make_schema() -> fields.Schema:
    """The fields. Only ``id`` is stored; everything else about a lesson comes from the database."""
    counted, placed = Weights(), Places()

    def scored(format: formats.Format) -> fields.FieldType:
        return fields.FieldType(format, None, scorable=True)

    def exact() -> fields.FieldType:
        return fields.FieldType(counted, None)

    def number() -> fields.COLUMN:
        return fields.COLUMN(columns.NumericColumn("d"))

    return fields.Schema(
        id=fields.ID(stored=True, unique=True),
        title=scored(placed), title_grams=scored(counted), title_sounds=scored(counted),
        description=scored(placed), description_grams=scored(counted), description_sounds=scored(counted),
        names=scored(counted), names_sounds=scored(counted), initials=scored(counted),
        transcript=scored(counted),
        theme=exact(), kind=exact(), unit=exact(), place=exact(), year=exact(),
        published=number(), seconds=number(),
    )  # fmt: skip


def index_fields(document: Document) -> dict[str, object]:
    """The terms of one lesson by field, as ``IndexWriter.add_document`` takes them."""
    named = (document.speaker, document.unit, document.series, *document.theme_words)
    names = " ".join(named)
    said = " ".join((document.speaker, document.unit, document.series))
    description_words = text.words(document.description)
    return {
        "id": document.id,
        "title": text.words(document.title),
        "title_grams": text.grams(document.title),
        "title_sounds": sounds.sound_terms(document.title),
        "description": description_words,
        "description_grams": text.grams(document.description),
        "description_sounds": sounds.word_sounds(description_words),
        "names": [*text.words(names), *text.grams(names)],
        "names_sounds": sounds.sound_terms(said),
        "initials": sounds.initials_terms(f"{document.title} {said}"),
        "transcript": text.said_words(document.transcript),
        "theme": list(document.themes),
        "kind": [document.kind],
        "unit": list(document.units),
        "place": [document.place] if document.place else [],
        "year": [] if document.year is None else [str(document.year)],
        "published": float(document.published),
        "seconds": float(document.seconds),
    }
