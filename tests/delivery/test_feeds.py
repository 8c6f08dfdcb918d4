"""Feeds, lists and QR codes: values and their text."""

import io
import xml.etree.ElementTree as Xml
from dataclasses import replace

import feedparser
import podcastparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medialib.delivery.m3u import Entry, render_m3u
from medialib.delivery.qr import render_png, render_svg
from medialib.delivery.rss import Episode, Feed, Transcript, render_rss, season_of

SITE = "https://ke.example.org"
EPISODE = Episode(
    lesson_id="k7m2p9x4wb", title="竹编 & <入门>", page=f"{SITE}/lessons/k7m2p9x4wb",
    sound=f"{SITE}/media/k7m2p9x4wb/lesson.m4a", size_bytes=61_387, seconds=312.4, published_at=1_700_000_000,
    description="从选竹到收口", author="李师傅", number=3, season=2, picture=f"{SITE}/a.jpg",
    chapters=f"{SITE}/chapters.json", transcripts=(Transcript(address=f"{SITE}/a.vtt", language="zh"),),
)  # fmt: skip
FEED = Feed(
    title="小桃讲党课 第二季", page=f"{SITE}/collections/xiaotao", address=f"{SITE}/collections/xiaotao.rss",
    description="", language="zh-CN", author="桃江微课堂", episodes=[EPISODE], serial=True,
)  # fmt: skip


def test_a_feed_is_read_as_it_was_meant() -> None:
    found = feedparser.parse(render_rss(FEED))
    assert not found.bozo
    assert (found.feed.title, found.feed.language, found.feed.itunes_type) == (FEED.title, "zh-CN", "serial")
    (entry,) = found.entries
    assert (entry.title, entry.id, entry.author) == ("竹编 & <入门>", "medialib:k7m2p9x4wb", "李师傅")
    assert (entry.itunes_episode, entry.itunes_season, entry.itunes_duration) == ("3", "2", "312")
    assert entry.podcast_chapters["url"] == f"{SITE}/chapters.json"
    assert entry.podcast_transcript["language"] == "zh"
    assert dict(entry.enclosures[0]) == {"href": EPISODE.sound, "length": "61387", "type": "audio/mp4"}


def test_another_reader_agrees() -> None:
    found = podcastparser.parse(FEED.address, io.BytesIO(render_rss(FEED)))
    (episode,) = found["episodes"]
    assert episode["guid"] == "medialib:k7m2p9x4wb"
    assert episode["enclosures"] == [{"url": EPISODE.sound, "file_size": 61_387, "mime_type": "audio/mp4"}]
    assert (episode["total_time"], episode["number"], episode["published"]) == (312, 3, 1_700_000_000)


def test_a_feed_is_the_same_for_the_same_values_and_its_identity_is_its_address() -> None:
    assert render_rss(FEED) == render_rss(FEED)
    guid = b"<podcast:guid>"
    moved = replace(FEED, address=FEED.address.replace("https", "http"))
    assert render_rss(FEED).split(guid)[1][:36] == render_rss(moved).split(guid)[1][:36]


def test_what_is_not_known_is_not_told() -> None:
    bare = replace(EPISODE, number=None, season=None, picture="", chapters="", transcripts=(), author="")
    text = render_rss(replace(FEED, episodes=[bare])).decode()
    assert all(word not in text for word in ("episode>", "season>", "chapters", "transcript", "image"))
    assert "<itunes:author>桃江微课堂</itunes:author>" in text


@pytest.mark.parametrize(
    ("described", "shown"),
    [
        ("从选竹到收口", "从选竹到收口"),
        ("两篾 < 三篾 & 更细", "两篾 &lt; 三篾 &amp; 更细"),
        ("选竹。\n破篾。\n\n<b>刮青</b>。", "<p>选竹。<br>破篾。</p><p>&lt;b&gt;刮青&lt;/b&gt;。</p>"),
    ],
)
def test_a_description_is_html_that_shows_what_was_written(described: str, shown: str) -> None:
    feed = replace(FEED, description=described, episodes=[replace(EPISODE, description=described)])
    channel = Xml.fromstring(render_rss(feed))[0]
    assert [one.text for one in channel.iter("description")] == [shown, shown]
    (summary,) = channel.iter("{http://www.itunes.com/dtds/podcast-1.0.dtd}summary")
    assert summary.text == described, "that one is plain text"


def test_an_empty_feed_is_a_feed() -> None:
    found = feedparser.parse(render_rss(replace(FEED, episodes=[])))
    assert not found.bozo and found.entries == []


@settings(max_examples=30, deadline=None)
@given(st.text())
def test_any_title_makes_a_feed_that_can_be_read(title: str) -> None:
    found = feedparser.parse(render_rss(replace(FEED, title=title, episodes=[replace(EPISODE, title=title)])))
    assert not found.bozo


@pytest.mark.parametrize(
    ("title", "season"),
    [("小桃讲党课 第二季", 2), ("第12季", 12), ("Voices, Season 3", 3), ("小桃讲党课", None), ("第一课", None)],
)
def test_the_season_is_read_from_the_title(title: str, season: int | None) -> None:
    assert season_of(title) == season


def test_a_list_has_lengths_titles_and_addresses() -> None:
    entries = [
        Entry(seconds=312.4, title="竹编\n入门", address="http://x/1"),
        Entry(seconds=0.2, title="b", address="http://x/2"),
    ]
    assert render_m3u("本月 精选", entries) == (
        "#EXTM3U\n#PLAYLIST:本月 精选\n#EXTINF:312,竹编 入门\nhttp://x/1\n#EXTINF:1,b\nhttp://x/2\n"
    )


@given(st.text())
def test_no_title_can_add_a_line_to_a_list(title: str) -> None:
    text = render_m3u(title, [Entry(seconds=1, title=title, address="http://x/1")])
    assert len(text.splitlines()) == 4


def test_a_code_is_drawn_as_svg_and_png() -> None:
    assert render_png(SITE)[:8] == b"\x89PNG\r\n\x1a\n"
    assert render_svg(SITE).startswith(b"<?xml") and b"<script" not in render_svg(SITE)
    assert render_svg(SITE) != render_svg(f"{SITE}/latest")
