"""The text of one cue, however it is marked up, as WebVTT cue text with <i>, <b> and <u> only; pure."""

import html
import re
import unicodedata

from pysubs2 import SSAStyle
from pysubs2.formats.substation import parse_tags

_LONGEST = 1_000
_MARKS = ("i", "b", "u")
# A tag begins with a letter, or a digit (WebVTT's timestamps): “a < b” and “<开场音乐>” are text.
_TAG = re.compile(r"<(/?)([A-Za-z0-9]+)[^<>]*>")
_OVERRIDE = re.compile(r"\{\\[^{}]*\}")
_LINE_ENDS = re.compile(r"\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")


def from_html(text: str) -> str:
    """Of SubRip or WebVTT text, with entities and perhaps stray overrides of SubStation."""
    parts: list[str] = []
    open_marks: list[str] = []
    at = 0
    text = _OVERRIDE.sub("", text)
    for tag in _TAG.finditer(text):
        parts.append(_escaped(html.unescape(text[at : tag.start()])))
        parts.append(_mark(tag[2].lower(), closing=bool(tag[1]), opened=open_marks))
        at = tag.end()
    parts.append(_escaped(html.unescape(text[at:])))
    return _tidy("".join(parts) + _closing(open_marks))


def from_substation(text: str) -> str:
    """Of the text of a SubStation event: override codes become marks, drawings nothing."""
    text = text.replace(r"\N", "\n").replace(r"\n", "\n").replace(r"\h", " ")
    # A brace that is never closed would be looked for again and again.
    closed, brace, rest = text.rpartition("}")
    parts = [_styled(fragment, style) for fragment, style in parse_tags(closed + brace + rest.replace("{", ""))]
    return _tidy("".join(parts))


def from_plain(text: str) -> str:
    return _tidy(_escaped(text))


def _styled(fragment: str, style: SSAStyle) -> str:
    if style.drawing or not fragment:
        return ""
    marks = [mark for mark, on in zip(_MARKS, (style.italic, style.bold, style.underline), strict=True) if on]
    opening = "".join(f"<{mark}>" for mark in marks)
    return opening + _escaped(fragment) + _closing(marks) if fragment.strip() else fragment


def _mark(name: str, *, closing: bool, opened: list[str]) -> str:
    """A mark that is kept; `opened` are those that are open now, and stay properly nested."""
    if name not in _MARKS or closing != (name in opened):
        return ""
    if not closing:
        opened.append(name)
        return f"<{name}>"
    inner = opened[opened.index(name) :]
    del opened[opened.index(name) :]
    # What was opened within is closed with it.
    return _closing(inner)


def _closing(marks: list[str]) -> str:
    return "".join(f"</{mark}>" for mark in reversed(marks))


def _escaped(text: str) -> str:
    """Escaped for WebVTT, where even “-->” is then harmless; shortened when it cannot be a caption."""
    lines = _LINE_ENDS.sub("\n", text[:_LONGEST])
    kept = "".join(one if one == "\n" or unicodedata.category(one) not in ("Cc", "Cs") else " " for one in lines)
    return html.escape(kept.replace("\ufeff", ""), quote=False)


def _tidy(text: str) -> str:
    """Without empty lines, which would end the cue, and surrounding space; nothing when only marks are left."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    kept = "\n".join(line for line in lines if line)
    return kept if _TAG.sub("", kept).strip() else ""
