"""XMLTV: the guide of all channels for Kodi, VLC and set-top boxes; pure (the DTD of xmltv 1.x)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree

MEDIA_TYPE = "application/xml"
DOCTYPE = '<!DOCTYPE tv SYSTEM "xmltv.dtd">'


@dataclass(frozen=True, kw_only=True)
class Station:
    """A channel as guides know it."""

    id: str
    name: str
    address: str
    icon: str = ""


@dataclass(frozen=True, kw_only=True)
class Programme:
    """What is on from `begin` to `end`, unix seconds; `picture` and `address` are absolute.

    `language` is that of what is said in it, of its title and of its description; categories are pairs of a language
    and a name.
    """

    station: str
    begin: float
    end: float
    title: str
    description: str = ""
    categories: tuple[tuple[str, str], ...] = ()
    picture: str = ""
    address: str = ""
    language: str = "zh"


def render_guide(stations: Sequence[Station], programmes: Sequence[Programme], *, source: str) -> str:
    """The guide; elements stand in the order that the DTD asks for."""
    root = ElementTree.Element("tv", {"source-info-url": source, "generator-info-name": "medialib"})
    for one in stations:
        channel = ElementTree.SubElement(root, "channel", {"id": one.id})
        ElementTree.SubElement(channel, "display-name").text = _clean(one.name)
        if one.icon:
            ElementTree.SubElement(channel, "icon", {"src": one.icon})
        ElementTree.SubElement(channel, "url").text = one.address
    for programme in programmes:
        _add(root, programme)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{DOCTYPE}\n{text}\n'


def _add(root: ElementTree.Element, one: Programme) -> None:
    times = {"start": _moment(one.begin), "stop": _moment(one.end), "channel": one.station}
    found = ElementTree.SubElement(root, "programme", times)
    ElementTree.SubElement(found, "title", {"lang": one.language}).text = _clean(one.title)
    if one.description:
        ElementTree.SubElement(found, "desc", {"lang": one.language}).text = _clean(one.description)
    for language, category in one.categories:
        ElementTree.SubElement(found, "category", {"lang": language}).text = _clean(category)
    ElementTree.SubElement(found, "language").text = one.language
    ElementTree.SubElement(found, "length", {"units": "seconds"}).text = str(round(one.end - one.begin))
    if one.picture:
        ElementTree.SubElement(found, "icon", {"src": one.picture})
    if one.address:
        ElementTree.SubElement(found, "url").text = one.address


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(round(seconds), UTC).strftime("%Y%m%d%H%M%S +0000")


def _clean(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return "".join(one for one in text if one.isprintable() or one in "\n\t")
