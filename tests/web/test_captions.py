"""Captions and chapters over HTTP, in the JSON and on the lesson's page."""

import json
import re

import m3u8
import pytest
from flask.testing import FlaskClient

from medialib import tasks
from medialib.catalogue import caption_edits, edits, lookups
from medialib.catalogue.cues import CaptionTrack, Cue
from medialib.services import Services

from .factories import add_lesson

CUES = (Cue(begin=3, end=6, text="<i>留下的竹蔸</i>不会积水 &lt;x&gt;"), Cue(begin=9, end=10, text="第二句"))
CHAPTERS = [{"start_seconds": 0.0, "title": "选竹 <b>"}, {"start_seconds": 65.0, "title": "破篾"}]


def captioned(services: Services, *tracks: CaptionTrack, **details: object) -> str:
    lesson_id = add_lesson(services, **details)  # type: ignore[arg-type]
    with services.database.begin() as session:
        for track in tracks or (track_in("zh", "中文"), track_in("en", "English")):
            caption_edits.put(session, lesson_id, track)
    return lesson_id


def track_in(language: str, label: str, cues: tuple[Cue, ...] = CUES) -> CaptionTrack:
    return CaptionTrack(language=language, label=label, cues=cues)


def test_the_json_names_the_captions_and_they_are_there_for_ever(services: Services, client: FlaskClient) -> None:
    lesson_id = captioned(services)
    found = client.get(f"/api/lessons/{lesson_id}").json["captions"]  # type: ignore[index]
    assert found == [
        {"language": language, "label": label, "url": f"{place}.vtt", "srt": f"{place}.srt"}
        for language, label, place in (
            ("zh", "中文", f"/media/{lesson_id}/captions/zh/2"),
            ("en", "English", f"/media/{lesson_id}/captions/en/3"),
        )
    ]
    answer = client.get(found[0]["url"])
    assert (answer.status_code, answer.mimetype) == (200, "text/vtt")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "00:00:03.000 --> 00:00:06.000\n<i>留下的竹蔸</i>不会积水 &lt;x&gt;\n" in answer.text


def test_members_take_the_captions_along_as_files(services: Services, client: FlaskClient) -> None:
    lesson_id = captioned(services, title="竹编")
    page = client.get(f"/lessons/{lesson_id}").text
    (sheet,) = re.findall(r'<dialog[^>]* id="keep".*?</dialog>', page, flags=re.DOTALL)
    (unscripted,) = re.findall(r'<noscript><p class="quiet-links">.*?</noscript>', page, flags=re.DOTALL)
    links = re.findall(r'<a class="file" href="([^"]+)" download="([^"]+)">', sheet)
    assert links[-4:] == re.findall(r'<a class="file" href="([^"]+)" download="([^"]+)">', unscripted)
    assert links[-4:] == [
        (f"/media/{lesson_id}/captions/{language}/{revision}.{ending}", f"竹编.{language}.{ending}")
        for language, revision in (("zh", 2), ("en", 3))
        for ending in ("srt", "vtt")
    ]
    assert "字幕（中文）" in sheet and "字幕（英语）" in sheet
    answer = client.get(links[-4][0])
    assert (answer.status_code, answer.mimetype) == (200, "application/x-subrip")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.text.startswith("1\n00:00:03,000 --> 00:00:06,000\n<i>留下的竹蔸</i>不会积水 <x>\n\n2\n")
    assert client.get(f"/media/{lesson_id}/captions/zh/9.srt").status_code == 404


def test_a_change_has_a_new_address_that_no_old_one_ever_had(services: Services, client: FlaskClient) -> None:
    lesson_id = captioned(services, track_in("zh", "中文"))
    before = f"/media/{lesson_id}/captions/zh/2.vtt"
    assert client.get(before).status_code == 200
    with services.database.begin() as session:
        caption_edits.drop(session, lesson_id, "zh")
        caption_edits.put(session, lesson_id, track_in("zh", "中文", CUES[1:]))
    (now,) = client.get(f"/api/lessons/{lesson_id}").json["captions"]  # type: ignore[index]
    assert now["url"] == f"/media/{lesson_id}/captions/zh/4.vtt"
    assert "竹蔸" not in client.get(now["url"]).text


def test_the_segments_of_a_playlist_hold_every_cue(services: Services, client: FlaskClient) -> None:
    lesson_id = captioned(services, seconds=10)
    master = client.get(f"/media/{lesson_id}/master.m3u8").text
    assert 'URI="v1/captions/zh/2/index.m3u8"' in master and 'SUBTITLES="captions"' in master
    folder = f"/media/{lesson_id}/v1/captions/zh/2"
    playlist = client.get(f"{folder}/index.m3u8")
    assert playlist.mimetype == "application/vnd.apple.mpegurl"
    names = [line for line in playlist.text.splitlines() if line.endswith(".vtt")]
    texts = [client.get(f"{folder}/{name}").text for name in names]
    assert ["竹蔸" in text for text in texts] == [True, True, False]
    assert ["第二句" in text for text in texts] == [False, False, True]
    assert "TYPE=SUBTITLES" in client.get(f"/media/{lesson_id}/audio.m3u8").text


def test_beside_ts_the_captions_follow_its_clock(services: Services, client: FlaskClient) -> None:
    lesson_id = captioned(services, seconds=10)
    for name in ("ts.m3u8", "audio.m3u8?container=ts"):
        assert 'URI="v1/captions/zh/2/ts/index.m3u8"' in client.get(f"/media/{lesson_id}/{name}").text
    folder = f"/media/{lesson_id}/v1/captions/zh/2"
    assert client.get(f"{folder}/ts/index.m3u8").text == client.get(f"{folder}/index.m3u8").text
    ts, fmp4 = client.get(f"{folder}/ts/0.vtt").text, client.get(f"{folder}/0.vtt").text
    assert ts.replace("MPEGTS:900000", "MPEGTS:0") == fmp4 != ts


@pytest.mark.parametrize(
    "name",
    ["captions/zh/1.vtt", "captions/fr/2.vtt", "captions/z/2.vtt", "captions/zh/x.vtt", "captions/../2.vtt",
     "captions/zh%00/2.vtt", "v1/captions/zh/2/999.vtt", "v2/captions/zh/2/index.m3u8", "v2/captions/zh/2/0.vtt",
     "v1/captions/zh/9/index.m3u8", "chapters.vtt"],
)  # fmt: skip
def test_what_is_not_there_is_404(services: Services, client: FlaskClient, name: str) -> None:
    lesson_id = captioned(services)
    assert client.get(f"/media/{lesson_id}/{name}").status_code == 404


def test_the_page_offers_languages_chapters_and_notices(services: Services, client: FlaskClient) -> None:
    lesson_id = captioned(services)
    with services.database.begin() as session:
        lesson = lookups.lesson(session, lesson_id)
        lesson.chapters = CHAPTERS
        notice = {"message": "The chapters %(file)s cannot be read.", "values": {"file": "<x>.cue"}}
        edits.add_notices(session, lesson_id, [notice, notice])
        edits.add_notices(session, lesson_id, [notice])
    page = client.get(f"/lessons/{lesson_id}?lang=zh_CN").text
    assert f'<track kind="captions" srclang="zh" label="中文" src="/media/{lesson_id}/captions/zh/2.vtt">' in page
    assert '<option value="en">英语</option>' in page
    assert 'data-seconds="65.0"><time class="num">1:05</time><span>破篾</span>' in page
    assert "选竹 &lt;b&gt;" in page
    assert page.count("章节 &lt;x&gt;.cue 读不出来。") == 1
    document = client.get(f"/api/lessons/{lesson_id}?lang=en").json
    assert document["chapters"] == CHAPTERS  # type: ignore[index]
    assert document["notices"] == ["The chapters <x>.cue cannot be read."]  # type: ignore[index]
    track = client.get(document["chapters_track"]).text  # type: ignore[index]
    assert "00:00:00.000 --> 00:01:05.000\n选竹 &lt;b&gt;\n" in track


def test_a_lesson_without_captions_shows_none(services: Services, client: FlaskClient) -> None:
    lesson_id = add_lesson(services)
    page = client.get(f"/lessons/{lesson_id}").text
    assert 'class="captions"' not in page and "<track" not in page and 'class="chapters"' not in page
    document = client.get(f"/api/lessons/{lesson_id}").json
    assert (document["captions"], document["chapters"], document["chapters_track"]) == ([], [], None)  # type: ignore[index]


def test_what_is_only_said_is_found_after_what_a_lesson_is_about(services: Services, client: FlaskClient) -> None:
    about = add_lesson(services, "春笋怎样挖", description="留下竹蔸", searchable=False)
    titled = add_lesson(services, "竹蔸的用处", searchable=False)
    said = captioned(services, track_in("zh", "中文", CUES * 50), title="冬季管护", searchable=False)
    tasks.index_stale(services)
    found = client.get("/api/lessons?q=竹蔸").json["results"]  # type: ignore[index]
    assert [one["id"] for one in found] == [titled, about, said]
    with services.database.begin() as session:
        caption_edits.drop(session, said, "zh")
    tasks.index_stale(services)
    assert said not in json.dumps(client.get("/api/lessons?q=竹蔸").json)


def test_a_rebuilt_index_knows_what_is_said(services: Services, client: FlaskClient) -> None:
    lesson_id = captioned(services, title="冬季管护", searchable=False)
    assert tasks.rebuild_index(services) == 1
    found = client.get("/api/lessons?q=积水").json["results"]  # type: ignore[index]
    assert [one["id"] for one in found] == [lesson_id]


@pytest.mark.parametrize(("form", "clock"), [("m3u8", 0), ("ts.m3u8", (10 + 10) * 90_000)])
def test_captions_are_joined_as_pictures_are(services: Services, client: FlaskClient, form: str, clock: int) -> None:
    add_lesson(services, "没有字幕", seconds=10, published_at=2.0)
    second = captioned(services, track_in("zh", "中文"), seconds=10, published_at=1.0)
    master = m3u8.loads(client.get(f"/latest.{form}").text)
    (told,) = (one for one in master.media if one.type == "SUBTITLES")
    pictures = m3u8.loads(client.get(master.playlists[0].uri).text).segments
    lines = m3u8.loads(client.get(told.uri).text).segments
    assert [one.duration for one in lines] == [one.duration for one in pictures]
    assert [one.discontinuity for one in lines] == [one.discontinuity for one in pictures]
    assert [client.get(one.uri).text.strip() for one in lines[:3]] == ["WEBVTT"] * 3
    assert f"/media/{second}/" in lines[3].uri
    said = client.get(lines[3].uri)
    assert (said.status_code, said.mimetype) == (200, "text/vtt")
    assert f"X-TIMESTAMP-MAP=MPEGTS:{clock},LOCAL:00:00:00.000" in said.text and "00:00:03.000" in said.text
