"""OPML 2.0: a list of feeds that podcast apps take in at once; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

MEDIA_TYPE = "text/x-opml"


@dataclass(frozen=True, kw_only=True)
class Outline:
    """One feed; addresses are absolute."""

    title: str
    feed: str
    page: str


def render_opml(title: str, outlines: Sequence[Outline]) -> bytes:
    root = Xml.Element("opml", version="2.0")
    Xml.SubElement(Xml.SubElement(root, "head"), "title").text = title
    body = Xml.SubElement(root, "body")
    for one in outlines:
        told = {"type": "rss", "text": one.title, "title": one.title, "xmlUrl": one.feed, "htmlUrl": one.page}
        Xml.SubElement(body, "outline", told)
    text: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return text
