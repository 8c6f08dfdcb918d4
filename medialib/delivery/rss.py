"""RSS 2.0 with the namespaces of podcasts (itunes; podcast 1.0, podcastindex.org); pure."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formatdate
from html import escape
from xml.etree import ElementTree as Xml

MEDIA_TYPE = "application/rss+xml"
SOUND_TYPE = "audio/mp4"

_ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
_PODCAST = "https://podcastindex.org/namespace/1.0"
_ATOM = "http://www.w3.org/2005/Atom"
_SPACES = {"itunes": _ITUNES, "podcast": _PODCAST, "atom": _ATOM}
# The namespace of podcast:guid: UUIDv5 of the feed's address without its scheme.
_GUIDS = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
# What XML 1.0 cannot hold (section 2.2).
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_NUMERALS = {numeral: place for place, numeral in enumerate("一二三四五六七八九十", start=1)}
_SEASON = re.compile(r"第([一二三四五六七八九十]|\d{1,3})季|\b[Ss]eason (\d{1,3})\b")


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """Captions in a language, at an absolute address."""

    address: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Episode:
    """A lesson's sound; addresses are absolute, `published_at` in unix seconds.

    `size_bytes` is exactly what `sound` is long. `number` is its place in what is heard in order, `season` that of its
    series.
    """

    lesson_id: str
    title: str
    page: str
    sound: str
    size_bytes: int
    seconds: float
    published_at: float
    description: str = ""
    author: str = ""
    speaker: str = ""
    number: int | None = None
    season: int | None = None
    picture: str = ""
    chapters: str = ""
    transcripts: tuple[Transcript, ...] = ()

    @property
    def guid(self) -> str:
        """Never changes, whatever the lesson is called and wherever the library moves."""
        return f"medialib:{self.lesson_id}"


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A listing as a podcast; a `serial` one is heard from its first episode on."""

    title: str
    page: str
    address: str
    description: str
    language: str
    author: str
    episodes: Sequence[Episode]
    serial: bool = False
    picture: str = ""


def season_of(title: str) -> int | None:
    """The season that a series' title tells: 第二季, Season 2."""
    found = _SEASON.search(title)
    if not found:
        return None
    told = found.group(1) or found.group(2)
    return _NUMERALS.get(told) or int(told)


def render_rss(feed: Feed) -> bytes:
    """The feed, the same for the same values."""
    for prefix, space in _SPACES.items():
        Xml.register_namespace(prefix, space)
    root = Xml.Element("rss", version="2.0")
    channel = Xml.SubElement(root, "channel")
    _texts(
        channel,
        title=feed.title,
        link=feed.page,
        description=_marked_up(feed.description or feed.title),
        language=feed.language,
        generator="medialib",
    )
    Xml.SubElement(channel, f"{{{_ATOM}}}link", href=feed.address, rel="self", type=MEDIA_TYPE)
    told = [one.published_at for one in feed.episodes]
    if told:
        _texts(channel, lastBuildDate=formatdate(max(told), usegmt=True))
    _spaced(channel, _ITUNES, author=feed.author, type="serial" if feed.serial else "episodic", explicit="false")
    Xml.SubElement(channel, f"{{{_ITUNES}}}category", text="Education")
    if feed.picture:
        Xml.SubElement(channel, f"{{{_ITUNES}}}image", href=feed.picture)
        _texts(Xml.SubElement(channel, "image"), url=feed.picture, title=feed.title, link=feed.page)
    _spaced(channel, _PODCAST, guid=_channel_guid(feed.address), medium="podcast", locked="no")
    for episode in feed.episodes:
        _item(channel, episode, feed)
    text: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _channel_guid(address: str) -> str:
    return str(uuid.uuid5(_GUIDS, re.sub(r"^https?://", "", address).rstrip("/")))


def _item(channel: Xml.Element, one: Episode, feed: Feed) -> None:
    item = Xml.SubElement(channel, "item")
    _texts(
        item,
        title=one.title,
        link=one.page,
        description=_marked_up(one.description or one.title),
        pubDate=formatdate(one.published_at, usegmt=True),
    )
    Xml.SubElement(item, "guid", isPermaLink="false").text = one.guid
    Xml.SubElement(item, "enclosure", url=one.sound, length=str(one.size_bytes), type=SOUND_TYPE)
    _spaced(item, _ITUNES, author=one.author or feed.author, duration=str(round(one.seconds)), explicit="false")
    _spaced(item, _ITUNES, title=one.title, summary=one.description, episodeType="full")
    if one.speaker:
        Xml.SubElement(item, f"{{{_PODCAST}}}person", role="host").text = _plain(one.speaker)
    # Apple asks for an episode of 1 or more.
    for name, number in (("season", one.season), ("episode", one.number)):
        if number:
            _spaced(item, _ITUNES, **{name: str(number)})
            _spaced(item, _PODCAST, **{name: str(number)})
    if one.picture:
        Xml.SubElement(item, f"{{{_ITUNES}}}image", href=one.picture)
    if one.chapters:
        Xml.SubElement(item, f"{{{_PODCAST}}}chapters", url=one.chapters, type="application/json+chapters")
    for transcript in one.transcripts:
        told = {"url": transcript.address, "type": "text/vtt", "language": transcript.language}
        Xml.SubElement(item, f"{{{_PODCAST}}}transcript", told)


def _marked_up(text: str) -> str:
    """Plain text as the HTML that readers take a description for: its lines stay lines, and < is no tag."""
    paragraphs = [escape(one.strip(), quote=False) for one in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())]
    if len(paragraphs) == 1 and "\n" not in paragraphs[0]:
        return paragraphs[0]
    return "".join(f"<p>{one}</p>" for one in paragraphs).replace("\n", "<br>")


def _texts(parent: Xml.Element, **texts: str) -> None:
    for name, text in texts.items():
        Xml.SubElement(parent, name).text = _plain(text)


def _spaced(parent: Xml.Element, space: str, **texts: str) -> None:
    for name, text in texts.items():
        if text:
            Xml.SubElement(parent, f"{{{space}}}{name}").text = _plain(text)


def _plain(text: str) -> str:
    return _NOT_XML.sub(" ", text)
