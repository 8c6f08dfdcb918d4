"""A person's words taken apart: what must all be found, and what else is worth finding (pure)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import zip_longest

from medialib.search import folding, sounds, text

LONGEST_QUESTION = 100
MOST_UNITS = 12

# Words people put around what they look for; asked for only when there is nothing else.
_FILLERS = """
    的 了 吗 呢 吧 啊 呀 和 与 及 或 在 是 有 把 被 让 给 对 从 到 怎么 怎样 怎么样 怎么办 如何 什么 为什么
    哪些 哪里 多少 请问 关于 有关 一下 可以 我 我们 我想 想 the a an of to in and or for how what is
    """
FILLERS = frozenset(_FILLERS.split())

# What a request begins and ends with beside what is looked for: 教我…, …的视频, …有哪些方法.
_FORM = "(?:视频|录像|录音|课程?|教程|讲座|节目)"
_request = re.compile(
    rf"""
    (?:请问|请教|教我|我?[想要][学看听找](?:习|一下)?|\s)*
    (?P<wanted>.*?)
    (?:的{_FORM}|都?有哪些(?:方法|办法)?)?
    [?!。\s]*
    """,
    re.VERBOSE | re.DOTALL,
)
_form = re.compile(f"{_FORM}+")


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One word of a question, normalised: a Chinese word of any length, or a Latin word or number, and the character
    that is `counted` by a number.
    """

    text: str
    han: bool
    counted: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question taken apart. ``units`` must all be found; the rest is for a wider second look."""

    units: tuple[Unit, ...] = ()
    runs: tuple[str, ...] = ()
    """Whole stretches of Chinese, as typed."""
    subwords: tuple[str, ...] = ()
    """The shorter words inside long Chinese words."""
    sounds: tuple[str, ...] = ()
    """Joined pinyin of the stretches and of pairs of their syllables, for what sounds alike."""


def take_apart(words: str) -> Question:
    """Read a person's words; never raises, and gives an empty question when there is nothing to look for."""
    found = text.stretches(sounds.without_tones(_wanted(folding.normalise(words[:LONGEST_QUESTION]))))
    runs = _join_spelled_syllables(found)
    units: list[Unit] = []
    for run, behind in zip_longest(runs, runs[1:]):
        if run.han:
            units.extend(Unit(text=word, han=True) for word in text.cut(run.text))
        else:
            counts = run.text.isdecimal() and behind and behind.han and behind.start == run.end
            units.append(Unit(text=run.text, han=False, counted=behind.text[0] if behind and counts else ""))
    han = tuple(run.text for run in found if run.han)
    said = [sounds.readings(run) for run in han]
    said += [sounds.split_pinyin(run.text) for run in runs if not run.han and run.text.isascii()]
    fillers = {"".join(sounds.readings(unit.text)) for unit in units if unit.text in FILLERS and len(unit.text) > 1}
    inner = [word for run in han for word in text.subwords(run) if len(word) > 1]
    return Question(
        units=_meaningful(units),
        runs=han,
        subwords=_unique([word for word in inner if Unit(text=word, han=True) not in units and word not in FILLERS]),
        sounds=_unique([sound for sound in _sound_terms(said) if sound not in fillers]),
    )


def without_form(words: str, stands: Callable[[str], bool]) -> str:
    """The words without the form of a lesson that they end with: 竹荪视频 -> 竹荪; "" when they end with none.

    `stands` tells of two characters whether any lesson has them: where it has 短视 the form belongs to 短视频. The form
    may be what is looked for, so this is for a second look.
    """
    normalised = _wanted(folding.normalise(words[:LONGEST_QUESTION]))
    runs = text.stretches(normalised)
    parts = text.cut(runs[-1].text) if runs and runs[-1].han else []
    kept = [*parts]
    while kept and (kept[-1] in FILLERS or _form.fullmatch(kept[-1])):
        kept.pop()
    spare = parts[len(kept) :]
    if not any(map(_form.fullmatch, spare)) or (kept and stands(kept[-1][-1] + spare[0][0])):
        return ""
    rest = (normalised[: runs[-1].start] + "".join(kept)).strip()
    return rest if text.stretches(rest) else ""


def _wanted(normalised: str) -> str:
    """A question without what is only polite; all of it when nothing else is there."""
    found = _request.fullmatch(normalised)
    return found["wanted"] if found and text.stretches(found["wanted"]) else normalised


def units_of(words: Iterable[str]) -> tuple[Unit, ...]:
    """Words that are cut already, without fillers."""
    return _meaningful([Unit(text=word, han=not word.isascii()) for word in words])


def _join_spelled_syllables(found: list[text.Stretch]) -> list[text.Stretch]:
    """Pinyin typed with spaces is one word: zhu sun -> zhusun."""
    joined: list[text.Stretch] = []
    spelled: list[str] = []
    for run in [*found, None]:
        if run is not None and run.text in sounds.SYLLABLES:
            spelled.append(run.text)
            continue
        if spelled:
            joined.append(text.Stretch(text="".join(spelled), start=0, han=False))
            spelled = []
        if run is not None:
            joined.append(run)
    return joined


def _meaningful(units: list[Unit]) -> tuple[Unit, ...]:
    unique = list(dict.fromkeys(units))
    return tuple([unit for unit in unique if unit.text not in FILLERS] or unique)[:MOST_UNITS]


def _sound_terms(said: list[list[str]]) -> list[str]:
    terms: list[str] = []
    for syllables in said:
        if 2 < len(syllables) <= sounds.LONGEST_SOUND:
            terms.append("".join(syllables))
        terms.extend(sounds.pairs(syllables))
    return terms


def _unique(terms: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(terms))
