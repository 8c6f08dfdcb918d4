"""How figures, dates and found words are written on a page."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date
from flask_babel import get_locale
from markupsafe import Markup

from medialib.catalogue.plans import AudioRendition, Plan
from medialib.catalogue.themes import Theme
from medialib.delivery.offer import sound_names
from medialib.web.i18n import gettext

Span = tuple[int, int]
SNIPPET_CHARACTERS = 72
NO_BREAK = "\N{NO-BREAK SPACE}"


def month(recorded: str | None, *, with_day: bool = False) -> str:
    """When it was recorded, as exactly as is known: 2023年, 2023年5月, 2023年5月4日."""
    try:
        parts = [int(part) for part in (recorded or "").split("-")]
        day = date(*[*parts, 1, 1][:3])
    except ValueError:
        return ""  # nothing is known, or there is no such day
    patterns = ("y年", "y年M月", "y年M月d日") if _chinese() else ("y", "MMM y", "d MMM y")
    known = min(len(parts), 3 if with_day else 2)
    return format_date(day, patterns[known - 1], locale=get_locale())


def stated_day(told: str) -> str:
    """A day as somebody stated it, perhaps with its time: 2024年5月4日 周六 19:30; "" without one."""
    try:
        at = datetime.fromisoformat(told) if told else None
    except ValueError:
        at = None
    if at is None:
        return ""
    pattern = "y年M月d日 EEE" if _chinese() else "EEE, d MMM y"
    return f"{format_date(at, pattern, locale=get_locale())}{told[10:].replace('T', ' ')}"


def megabytes(size_bytes: int | None, *, about: bool = True) -> str:
    """What it costs to play: 约 38 MB. No line is broken within it."""
    if size_bytes is None:
        return ""
    number = round(size_bytes / 1_000_000)
    if size_bytes < 1_000_000:
        told = gettext("under 1 MB")
    else:
        told = gettext("about %(number)s MB", number=number) if about else f"{number} MB"
    return told.replace(" ", NO_BREAK)


def theme_name(theme: Theme) -> str:
    return theme.zh if _chinese() else theme.en or theme.zh


def rendition_name(name: str, plan: Plan) -> str:
    """What a person calls this rendition: 标清 480."""
    rung = plan.rendition(name)
    if rung is None or isinstance(rung, AudioRendition):
        if rung and rung.track:
            return gettext("Sound: %(name)s", name=sound_names(plan, language="", naming=language_name)[rung.track])
        return gettext("Sound, saving data") if rung and rung.channels == 1 else gettext("Sound")
    side = min(rung.width, rung.height)
    if side <= 300:
        return gettext("Saving data")
    if side <= 576:
        return gettext("Standard picture")
    return gettext("Sharp picture") if side <= 800 else gettext("Sharpest picture")


def language_name(tag: str, own: str = "") -> str:
    """A language as the reader of the page calls it; its `own` name where there is none."""
    try:
        known = Locale.parse(tag, sep="-", resolve_likely_subtags=False)
    except (UnknownLocaleError, ValueError):
        return own or ("" if tag == "und" else str(get_locale().languages.get(tag, "")))
    return str(known.get_display_name(get_locale()) or own)


def marked(text: str, spans: Sequence[Span]) -> Markup:
    """The text with the found words marked."""
    return Markup("").join(_pieces(text, spans))


def snippet(text: str, spans: Sequence[Span]) -> Markup:
    """The part of a long text around the first found word, on one line."""
    text = text.replace("\n", " ")
    first = spans[0][0] if spans else 0
    begin = 0 if len(text) <= SNIPPET_CHARACTERS else max(0, min(first - 16, len(text) - SNIPPET_CHARACTERS))
    end = begin + SNIPPET_CHARACTERS
    within = [(max(a, begin) - begin, min(b, end) - begin) for a, b in spans if b > begin and a < end]
    before, after = ("…" if begin else ""), ("…" if end < len(text) else "")
    return Markup("{}{}{}").format(before, marked(text[begin:end], within), after)


def _pieces(text: str, spans: Sequence[Span]) -> Iterator[Markup]:
    at = 0
    for start, end in spans:
        yield Markup("{}<mark>{}</mark>").format(text[at:start], text[start:end])
        at = end
    yield Markup("{}").format(text[at:])


def _chinese() -> bool:
    return str(get_locale()).startswith("zh")
