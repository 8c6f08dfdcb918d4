"""Captions and chapters inside a recording, with every ffmpeg that is here."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import media
import pytest
from mutagen.id3 import CHAP, CTOC, ID3, TIT2, CTOCFlags, Encoding

from medialib.catalogue import caption_lookups, lookups, work_lookups
from medialib.catalogue.cues import from_stored
from medialib.catalogue.edits import Details
from medialib.catalogue.lessons import Lesson
from medialib.errors import Stopped
from medialib.ingest import pipeline
from medialib.ingest.beside import NOTHING, Beside, TextFile
from medialib.ingest.errand import Errand
from medialib.ingest.extraction import PICTURES, take_out_captions, unreadable_texts
from medialib.ingest.intake import take_in
from medialib.ingest.recording import load
from medialib.ingest.texts import read_text_tracks, texts_command
from medialib.services import Services

SRT = "1\n00:00:00,500 --> 00:00:01,500\n<i>选竹</i>\n\n2\n00:00:02,000 --> 00:00:03,000\n破篾\n"
ASS = (
    "[Script Info]\n[V4+ Styles]\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    r"Dialogue: 0,0:00:00.50,0:00:01.50,Default,,0,0,0,,{\b1}bamboo{\b0} {\p1}m 0 0{\p0}" + "\n"
)
CONTENTS = ";FFMETADATA1\n" + "".join(
    f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={at}\nEND={at + 2000}\ntitle={title}\n"
    for at, title in ((0, "选竹"), (2000, "破篾"))
)
QUICK = {"ladder": {"segment_seconds": 2, "preset": "ultrafast", "start_rung": 240}}


def with_texts(folder: Path, name: str, *how: str, seconds: float = 4) -> Path:
    """A film with two text tracks and two chapters."""
    (folder / "zh.srt").write_text(SRT, encoding="utf-8")
    (folder / "en.ass").write_text(ASS, encoding="utf-8")
    (folder / "contents").write_text(CONTENTS, encoding="utf-8")
    film = media.film(folder / "plain.mp4", seconds=seconds, size="160x90")
    media.run_ffmpeg(
        *("-i", str(film)), *("-i", str(folder / "zh.srt")), *("-i", str(folder / "en.ass")),
        *("-f", "ffmetadata", "-i", str(folder / "contents")), *("-map_metadata", "3", "-map_chapters", "3"),
        *("-map", "0", "-map", "1", "-map", "2", "-c:v", "copy", "-c:a", "copy"),
        *("-metadata:s:s:0", "language=chi", "-metadata:s:s:0", "title=简体", "-metadata:s:s:1", "language=eng"),
        *how, str(folder / name),
    )  # fmt: skip
    return folder / name


def taken_in(services: Services, path: Path, beside: Beside = NOTHING) -> Lesson:
    return take_in(services.workshop, path, Details(title="课"), name=path.name, beside=beside).lesson


def extracted(services: Services, lesson: Lesson, **tools: str) -> dict[str, list[tuple[float, float, str]]]:
    """What the step leaves in the catalogue, by language."""
    workshop = replace(services.workshop, tools=replace(services.workshop.tools, **tools))
    with services.leases.hold("work:test") as lease:
        assert lease is not None
        take_out_captions(Errand(workshop=workshop, recording=load(workshop, lesson.id), lease=lease))
    return stored(services, lesson)


def stored(services: Services, lesson: Lesson) -> dict[str, list[tuple[float, float, str]]]:
    with services.database.read() as session:
        return {
            row.language: [(cue.begin, cue.end, cue.text) for cue in from_stored(row.cues)]
            for row in caption_lookups.captions_of(session, lesson.id)
        }


@pytest.mark.parametrize("program", media.FFMPEGS, ids=lambda one: str(one)[-24:])
@pytest.mark.parametrize(
    ("name", "codec", "chinese"), [("a.mkv", "copy", "zh-Hans"), ("a.mp4", "mov_text", "zh")], ids=["mkv", "mp4"]
)
def test_text_tracks_become_captions(
    services: Services, tmp_path: Path, program: str, name: str, codec: str, chinese: str
) -> None:
    lesson = taken_in(services, with_texts(tmp_path, name, "-c:s", codec))
    found = extracted(services, lesson, ffmpeg=program)
    # Matroska counts from the first sound, which comes an encoder's delay before the picture.
    assert [begin for begin, _, _ in found[chinese]] == pytest.approx([0.5, 2.0], abs=0.05)
    assert [text for _, _, text in found[chinese]] == ["<i>选竹</i>", "破篾"]
    assert found["en"][0][2].startswith("<b>bamboo</b>")
    assert [one["title"] for one in lesson.chapters] == ["选竹", "破篾"]
    assert [one["start_seconds"] for one in lesson.chapters] == pytest.approx([0.0, 2.0], abs=0.05)


def test_captions_are_on_the_lessons_clock_when_the_recordings_begins_later(services: Services, tmp_path: Path) -> None:
    path = with_texts(tmp_path, "a.mkv", "-c:s", "copy", "-output_ts_offset", "5")
    lesson = taken_in(services, path)
    assert load(services.workshop, lesson.id).plan.source.start_seconds == pytest.approx(5, abs=0.1)
    found = extracted(services, lesson)
    assert [begin for begin, _, _ in found["zh-Hans"]] == pytest.approx([0.5, 2.0], abs=0.05)
    assert [one["start_seconds"] for one in lesson.chapters] == pytest.approx([0.0, 2.0], abs=0.05)


def test_a_file_beside_comes_before_the_track_inside(services: Services, tmp_path: Path) -> None:
    srt = TextFile(name="a.chs.srt", content=SRT.replace("破篾", "旁边的").encode(), language="zh-Hans")
    lesson = taken_in(services, with_texts(tmp_path, "a.mkv", "-c:s", "copy"), Beside(captions=(srt,)))
    assert [text for _, _, text in extracted(services, lesson)["zh-Hans"]] == ["<i>选竹</i>", "旁边的"]


def test_the_step_is_one_of_the_lessons_and_is_done_once(services: Services, tmp_path: Path) -> None:
    lesson = taken_in(services, with_texts(tmp_path, "a.mkv", "-c:s", "copy"))
    with services.database.read() as session:
        assert "captions" in [row.step for row in work_lookups.steps_left(session, lesson.id)]
    with services.leases.hold("work:test") as lease:
        assert lease is not None
        work = pipeline.Work(step="captions", lesson_id=lesson.id)
        assert pipeline.attempt(services.workshop, work, lease, lambda: True)
    assert set(stored(services, lesson)) == {"zh-Hans", "en"}
    with services.database.read() as session:
        assert "captions" not in [row.step for row in work_lookups.steps_left(session, lesson.id)]
        assert lookups.lesson(session, lesson.id).revision == 3  # so that search looks again


def test_a_recording_whose_tracks_cannot_be_read_says_so_and_is_complete(services: Services, tmp_path: Path) -> None:
    lesson = taken_in(services, with_texts(tmp_path, "a.mkv", "-c:s", "copy"))
    source = services.store.source(lesson.id, ".mkv")
    source.write_bytes(b"garbage")
    assert extracted(services, lesson) == {}
    with services.database.read() as session:
        (notice,) = lookups.lesson(session, lesson.id).notices
    assert notice["message"] == "The captions inside this recording cannot be read."


def test_what_is_inside_waits_for_more_urgent_work(services: Services, tmp_path: Path) -> None:
    lesson = taken_in(services, with_texts(tmp_path, "a.mkv", "-c:s", "copy"))
    with services.leases.hold("work:test") as lease:
        assert lease is not None
        recording = load(services.workshop, lesson.id)
        errand = Errand(workshop=services.workshop, recording=recording, lease=lease, keep_going=lambda: False)
        with pytest.raises(Stopped):
            take_out_captions(errand)
    assert list(services.store.temporary.iterdir()) == []


def test_chapters_of_id3_are_mended_as_its_tags_are(services: Services, tmp_path: Path) -> None:
    path = media.tone(tmp_path / "a.mp3", seconds=6)
    tags = ID3(path)
    for number, title in enumerate(("选竹", "破篾")):
        written = TIT2(Encoding.LATIN1, [title.encode("gbk").decode("latin-1")])
        tags.add(CHAP(f"c{number}", number * 3000, number * 3000 + 3000, sub_frames=[written]))
    tags.add(CTOC("toc", CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED, ["c0", "c1"]))
    tags.save(path)
    lesson = taken_in(services, path)
    assert [one["title"] for one in lesson.chapters] == ["选竹", "破篾"]
    assert [one["start_seconds"] for one in lesson.chapters] == pytest.approx([0, 3], abs=0.1)


def test_captions_that_are_pictures_are_told_of() -> None:
    streams: list[dict[str, Any]] = [
        {"index": 2, "codec_type": "subtitle", "codec_name": "hdmv_pgs_subtitle", "tags": {"language": "chi"}}
    ]
    assert unreadable_texts(read_text_tracks(streams)) == (PICTURES,)
    streams.append({"index": 3, "codec_type": "subtitle", "codec_name": "subrip"})
    assert unreadable_texts(read_text_tracks(streams)) == ()


def test_tracks_are_ordered_by_what_is_meant_to_be_shown_and_titles_know_more_than_codes() -> None:
    text = {"codec_type": "subtitle", "codec_name": "subrip"}
    streams: list[dict[str, Any]] = [
        {**text, "index": 2, "codec_name": "ass", "disposition": {"forced": 1}, "tags": {"language": "eng"}},
        {**text, "index": 3, "codec_name": "mov_text", "tags": {"language": "chi", "title": "繁體 (TW)"}},
        {**text, "index": 4, "disposition": {"default": 1}, "tags": {"title": "导演评论"}},
        {"index": 5, "codec_type": "subtitle"},
        {"index": 6, "codec_type": "audio", "codec_name": "aac"},
    ]
    found = read_text_tracks(streams)
    assert [(one.index, one.language, one.file_name) for one in found] == [
        (4, "", "4.srt"), (3, "zh-Hant", "3.srt"), (2, "en", "2.ass"),
    ]  # fmt: skip


def test_only_the_recording_is_read_and_nothing_that_it_names() -> None:
    tracks = read_text_tracks([{"index": 3, "codec_type": "subtitle", "codec_name": "ass"}])
    argv = texts_command("ffmpeg", Path("/a.mkv"), tracks)
    assert argv[argv.index("-protocol_whitelist") + 1] == "file"
    assert "hls" not in argv[argv.index("-format_whitelist") + 1]
    assert argv[-1] == "3.ass" and "file:/a.mkv" in argv
