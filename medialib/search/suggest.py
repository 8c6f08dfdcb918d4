"""Themes for a lesson by what is said of it: its text is the question, and themes are the documents (pure)."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from medialib.search import folding, text

Terms = defaultdict[str, float]

MOST = 5
LONGEST_TRANSCRIPT = 20_000
LEAST_CONFIDENCE = 0.1
ENOUGH_TAGGED = 300
"""How many tagged lessons a library has when what is like this lesson says half as much as the themes' own words."""

_PAIR, _CHARACTER = 0.4, 0.15
_TITLE, _TEXT, _SAID = 2.0, 1.0, 0.3
_TITLES_OF_TAGGED = 0.3
_ABOVE = 0.5
"""How much of what speaks for a theme speaks for those below it."""
_K1, _B = 1.2, 0.3  # BM25: themes are short documents, whose length says how well the curator knows them
_BESIDE = 3.0
"""What full agreement of all neighbours counts, in the measure of a theme's score."""

# A logistic curve through the first choices for the judged lessons (see tests/search/test_suggest.py): how strong the
# evidence is, and how much of it the strongest other theme has.
_CONFIDENCE, _BY_STRENGTH, _BY_LEAD = -1.43, 0.9, 1.32
_LONGEST_LEAD = 3.0
_ONLY_CHARACTERS = 0.5
"""What is left of it when no whole word, and no neighbour, spoke."""


@dataclass(frozen=True, kw_only=True)
class ThemeText:
    """A theme as a document: `path` is the slugs from the root down to it, `words` its names and words, `titles` those
    of lessons that have it."""

    path: tuple[str, ...]
    words: tuple[str, ...]
    titles: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        return self.path[-1]


@dataclass(frozen=True, kw_only=True)
class LessonText:
    """What is known of a lesson in words."""

    title: str
    series: str = ""
    description: str = ""
    transcript: str = ""


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A tagged lesson with much the same words: how near it is (any measure above 0), and its themes."""

    nearness: float
    themes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A theme that fits. `confidence` is how often such a suggestion is right, 0 to 1; `words` of the lesson, the
    strongest first, spoke for it (none when only neighbours or single characters did)."""

    slug: str
    confidence: float
    words: tuple[str, ...]


class ThemeIndex:
    """The themes of a library as a tiny index. `tagged` is how many lessons have a theme at all."""

    def __init__(self, themes: Sequence[ThemeText], *, tagged: int = 0) -> None:
        self._paths = {theme.slug: theme.path for theme in themes}
        self._listed = {theme.slug: frozenset(map(_normalised, theme.words)) for theme in themes}
        self._learned = tagged / (tagged + ENOUGH_TAGGED)
        documents = {theme.slug: self._terms(theme) for theme in themes}
        self._weights = _weigh(documents)

    def suggest(
        self, lesson: LessonText, *, neighbours: Sequence[Neighbour] = (), most: int = MOST
    ) -> list[Suggestion]:
        """The themes that fit best, the best first; of a branch of the tree the node that fits best."""
        asked, votes = _question(lesson), _votes(neighbours)
        spoke = {slug: _speaking(asked, weights) for slug, weights in self._weights.items()}
        own = {slug: sum(terms.values()) for slug, terms in spoke.items()}
        for slug, agreed in votes.items():
            if slug in own:
                own[slug] += _BESIDE * self._learned * agreed
        ranked = self._ranked(own)
        whole = f"{lesson.title}\n{lesson.series}\n{lesson.description}\n{_said(lesson)}"
        words, grams = {word for word in text.words(whole) if len(word) > 1}, set(text.grams(whole))
        found = []
        for slug, score in ranked[:most]:
            # A single character, or a pair that is in no dictionary, tells when the curator named it.
            told = _told(spoke[slug], words | (grams & self._listed[slug]))
            confidence = self._confidence(slug, score, ranked) * (1.0 if told or slug in votes else _ONLY_CHARACTERS)
            if confidence >= LEAST_CONFIDENCE:
                found.append(Suggestion(slug=slug, confidence=round(confidence, 2), words=told))
        return found

    def _terms(self, theme: ThemeText) -> Terms:
        terms: Terms = defaultdict(float)
        for word in dict.fromkeys(theme.words):
            _add(terms, word, 1.0)
        # A theme that nobody described is known by its lessons alone.
        share = _TITLES_OF_TAGGED * self._learned if len(theme.words) > 2 else 1.0
        for title in theme.titles:
            _add(terms, title, share)
        return terms

    def _ranked(self, own: Mapping[str, float]) -> list[tuple[str, float]]:
        scores = {
            slug: score + _ABOVE * sum(own.get(above, 0.0) for above in self._paths[slug][:-1])
            for slug, score in own.items()
            if score > 0
        }
        ranked: list[tuple[str, float]] = []
        covered: set[str] = set()
        for slug in sorted(scores, key=lambda slug: (-scores[slug], slug)):
            if slug not in covered:
                ranked.append((slug, scores[slug]))
                covered.update(self._paths[slug])
        return ranked

    def _confidence(self, slug: str, score: float, ranked: Sequence[tuple[str, float]]) -> float:
        rival = max((other for name, other in ranked if name != slug), default=0.0)
        lead = math.log(score / rival) if rival else _LONGEST_LEAD
        lead = max(-_LONGEST_LEAD, min(lead, _LONGEST_LEAD))
        curve = _CONFIDENCE + _BY_STRENGTH * math.log1p(score) + _BY_LEAD * lead
        return 1 / (1 + math.exp(-curve))


def _weigh(documents: Mapping[str, Terms]) -> dict[str, dict[str, float]]:
    """What each term of each theme says for it (BM25): much where few themes have it."""
    having = Counter(term for terms in documents.values() for term in terms)
    lengths = {slug: sum(terms.values()) for slug, terms in documents.items()}
    usual = sum(lengths.values()) / len(documents) if documents else 1.0
    rare = {term: math.log(1 + (len(documents) - count + 0.5) / (count + 0.5)) for term, count in having.items()}
    return {
        slug: {
            term: rare[term] * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * lengths[slug] / usual))
            for term, count in terms.items()
        }
        for slug, terms in documents.items()
    }


def _question(lesson: LessonText) -> dict[str, float]:
    asked: Terms = defaultdict(float)
    for value, weight in ((lesson.title, _TITLE), (lesson.series, _TEXT), (lesson.description, _TEXT)):
        _add(asked, value, weight)
    for word, count in Counter(text.said_words(_said(lesson))).items():
        asked[word] += _SAID * math.log1p(count)
    return {term: count / (count + 1) for term, count in asked.items()}


def _said(lesson: LessonText) -> str:
    return lesson.transcript[:LONGEST_TRANSCRIPT]


def _speaking(asked: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    fewer, more = (asked, weights) if len(asked) < len(weights) else (weights, asked)
    return {term: asked[term] * weights[term] for term in fewer if term in more}


def _votes(neighbours: Sequence[Neighbour]) -> dict[str, float]:
    """How much of all nearness has each theme, 0 to 1."""
    whole = sum(one.nearness for one in neighbours)
    votes: defaultdict[str, float] = defaultdict(float)
    for one in neighbours:
        for slug in one.themes:
            votes[slug] += one.nearness / whole
    return votes


def _told(spoke: Mapping[str, float], words: Set[str]) -> tuple[str, ...]:
    """Those of the words that spoke loudest; none that is part of another one."""
    told: list[str] = []
    for term in sorted(spoke, key=lambda term: (-spoke[term], term)):
        if term in words and not any(term in one or one in term for one in told):
            told.append(term)
    return tuple(told[:MOST])


def _add(terms: Terms, value: str, weight: float) -> None:
    for term, count in _analysed(value):
        terms[term] += count * weight


_normalised = lru_cache(maxsize=4_096)(folding.normalise)


@lru_cache(maxsize=16_384)
def _analysed(value: str) -> tuple[tuple[str, float], ...]:
    """Words count once each time, pairs and single characters that are no words less."""
    terms: Terms = defaultdict(float)
    words = text.words(value)
    for word in words:
        terms[word] += 1.0
    known = set(words)
    for gram in text.grams(value):
        if gram not in known:
            terms[gram] += _CHARACTER if len(gram) == 1 else _PAIR
    return tuple(terms.items())
