"""What the DTD of XMLTV asks of a guide, as far as ours could say it: content, attributes, times."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

_TIME = re.compile(r"\d{4}(\d\d){0,5}( ([+-]\d{4}|[A-Z]{1,5}))?")
_ALLOWED_TEXT = "#text"
_EMPTY = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`content` is a content model as in a DTD; `must` and `may` are attributes, with what they match."""

    content: str = _ALLOWED_TEXT
    must: Mapping[str, str] = ()  # type: ignore[assignment]
    may: Mapping[str, str] = ()  # type: ignore[assignment]


_LANG = Rule(may={"lang": r"[A-Za-z]{2,3}([-_]\w+)*"})
_ANY = r"(?s).*"
_TV = (
    "date", "source-info-url", "source-info-name", "source-data-url", "generator-info-name", "generator-info-url",
)  # fmt: skip
_PROGRAMME = (
    "title+ sub-title* desc* credits? date? category* keyword* language? orig-language? length? icon* url* country* "
    "episode-num* video? audio? previously-shown? premiere? last-chance? new? subtitles* rating* star-rating* review* "
    "image*"
)

RULES: Mapping[str, Rule] = {
    "tv": Rule(content="channel* programme*", may=dict.fromkeys(_TV, _ANY)),
    "channel": Rule(content="display-name+ icon* url*", must={"id": r"\S+"}),
    "display-name": _LANG,
    "icon": Rule(content=_EMPTY, must={"src": r"\S+"}, may={"width": r"\d+", "height": r"\d+"}),
    "url": Rule(may={"system": _ANY}),
    "programme": Rule(
        content=_PROGRAMME,
        must={"start": _TIME.pattern, "channel": r"\S+"},
        may={"stop": _TIME.pattern, "clumpidx": r"\d+/\d+"},
    ),
    "title": _LANG,
    "sub-title": _LANG,
    "desc": _LANG,
    "date": Rule(),
    "category": _LANG,
    "keyword": _LANG,
    "language": _LANG,
    "length": Rule(must={"units": "seconds|minutes|hours"}),
    "country": _LANG,
    "episode-num": Rule(may={"system": _ANY}),
    "new": Rule(content=_EMPTY),
}


def problems(document: str) -> list[str]:
    """What is wrong with a guide, one sentence each."""
    root = ElementTree.fromstring(document)
    found = [] if '<!DOCTYPE tv SYSTEM "xmltv.dtd">' in document.splitlines()[1] else ["the document type is not told"]
    if root.tag != "tv":
        found.append(f"the root is {root.tag}")
    for one in root.iter():
        found += _problems_of(one)
    known = {one.get("id") for one in root.iter("channel")}
    found += [
        f"{one.get('channel')} is no channel" for one in root.iter("programme") if one.get("channel") not in known
    ]
    return found


def _problems_of(one: ElementTree.Element) -> Iterator[str]:
    rule = RULES.get(one.tag)
    if rule is None:
        yield f"{one.tag} is not among what is checked"
        return
    children = "".join(f"{part.tag} " for part in one)
    if not re.fullmatch(_as_expression(rule.content), children):
        yield f"{one.tag} holds {children}"
    texts = [one.text, *(part.tail for part in one)]
    if rule.content != _ALLOWED_TEXT and any((text or "").strip() for text in texts):
        yield f"{one.tag} holds text"
    must, may = dict(rule.must), dict(rule.may)
    yield from (f"{one.tag} lacks {name}" for name in must if name not in one.attrib)
    for name, value in one.attrib.items():
        form = (must | may).get(name)
        if form is None or not re.fullmatch(form, value):
            yield f"{one.tag} has {name}={value!r}"


def _as_expression(content: str) -> str:
    """A content model as an expression over the names of the children, each with a space behind it."""
    if content == _ALLOWED_TEXT:
        return ""
    return "".join(f"(?:{re.escape(part.rstrip('*+?'))} ){part[len(part.rstrip('*+?')) :]}" for part in content.split())
