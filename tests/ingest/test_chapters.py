"""Chapters of every origin."""

import pytest

from medialib.errors import BadRequest
from medialib.ingest.chapters import Chapter, clean_chapters, is_contents, read_chapters, read_container_chapters
from medialib.ingest.lrc import read_lrc
from medialib.ingest.probe_answers import read_answer

SHEET = (
    'PERFORMER "贺老师"\nTITLE "全辑"\nFILE "课.mp3" MP3\n'
    '  TRACK 01 AUDIO\n    TITLE "开场"\n    INDEX 01 00:00:00\n'
    "  TRACK 02 AUDIO\n    TITLE 选竹\n    INDEX 00 01:00:00\n    INDEX 01 01:02:37\n"
    "  TRACK 03 AUDIO\n    INDEX 01 100:00:00\n"
)


def read(content: str | bytes, name: str = "a.cue") -> list[tuple[float, str]]:
    raw = content.encode() if isinstance(content, str) else content
    return [(round(one.start_seconds, 3), one.title) for one in read_chapters(raw, name)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_cue_sheet_is_read_in_every_encoding(encoding: str) -> None:
    assert read(SHEET.encode(encoding)) == [(0.0, "开场"), (62.493, "选竹"), (6000.0, "")]


def test_a_cue_sheet_of_several_files_has_no_chapters_of_one() -> None:
    with pytest.raises(BadRequest, match=r"a\.cue"):
        read(SHEET + 'FILE "b.mp3" MP3\n')


def test_webvtt_and_subrip_and_lrc_list_chapters() -> None:
    vtt = "WEBVTT\n\n00:00.000 --> 00:10.000\n<b>开场</b> &amp; 选竹\n\n00:10.000 --> 00:20.000\n破篾\n"
    assert read(vtt, "a.chapters.vtt") == [(0.0, "开场 & 选竹"), (10.0, "破篾")]
    assert read("1\n00:00:05,000 --> 00:00:06,000\n一\n", "a.chapters.srt") == [(5.0, "一")]
    assert read("[00:00]一\n[02:00]二\n", "a.chapters.lrc") == [(0.0, "一"), (120.0, "二")]


@pytest.mark.parametrize("content", [b"", b"nothing", b"\0" * 99, b"FILE\nTRACK\nINDEX 01 xx", b"x" * 6_000_000])
def test_what_lists_no_chapters_is_refused_by_its_name(content: bytes) -> None:
    with pytest.raises(BadRequest, match=r"a\.cue"):
        read(content)


def test_lyrics_are_no_contents_but_a_line_every_few_minutes_is() -> None:
    assert is_contents(read_lrc("[00:00]一\n[02:00]二\n[05:00]三\n"))
    assert not is_contents(read_lrc("[00:00]一\n[00:04]二\n[05:00]三\n[05:04]四\n"))
    assert not is_contents(read_lrc("[00:00]一\n"))


def test_chapters_are_sorted_within_the_lesson_each_once_and_all_have_titles() -> None:
    raw = [(50.0, "三"), (-1.0, " 一\0\n"), (0.2, "同"), (20.0, ""), (99.0, "长" * 300), (100.0, "晚")]
    found = clean_chapters([Chapter(start_seconds=at, title=title) for at, title in raw], seconds=100)
    assert [(one.start_seconds, one.title) for one in found] == [(0, "一"), (20, "2"), (50, "三"), (99, "长" * 200)]


def test_one_chapter_is_none() -> None:
    assert clean_chapters([Chapter(start_seconds=0, title="Chapter 1")], seconds=100) == ()


def test_chapters_of_a_container_are_on_the_lessons_clock_and_mended() -> None:
    probe = {
        "chapters": [
            {"start_time": "5.000000", "tags": {"title": "开场".encode("gbk").decode("latin-1")}},
            {"start_time": "65.5", "tags": {}},
            {"id": 3},
        ]
    }
    found = read_container_chapters(probe, clock_start=5.0)
    assert [(one.start_seconds, one.title) for one in found] == [(0.0, "开场"), (60.5, "")]
    assert [one.start_seconds for one in read_container_chapters(probe, clock_start=9.0)] == [5.0, 65.5]
    assert read_container_chapters({}, clock_start=0) == ()


@pytest.mark.parametrize(
    "text",
    [
        "00:00 一 讲\n01:02:03 二\n",
        "本期内容\n1. 00:00:00 - 一 讲\n2. 01:02:03 — 二\n",
        "00：00-01：00 一 讲\n01：02：03.000 二",
        "CHAPTER01=00:00:00.000\nCHAPTER01NAME=一 讲\nCHAPTER02=01:02:03.000\nCHAPTER02NAME=二\n",
    ],
)
def test_a_list_with_times_is_chapters(text: str) -> None:
    assert read(text, "a.chapters.txt") == [(0.0, "一 讲"), (3723.0, "二")]


def test_titles_in_the_bytes_of_gbk_are_read() -> None:
    told = '{"chapters": [{"start_time": "1.5", "tags": {"title": "开场\\n二", "x": "é"}}]}'
    for encoding in ("gbk", "utf-8"):
        answer = read_answer(told.replace("é", "e").encode(encoding))
        assert read_container_chapters(answer, clock_start=0.0) == (Chapter(start_seconds=1.5, title="开场\n二"),)
    assert read_answer(told.encode())["chapters"][0]["tags"]["x"] == "é"
    with pytest.raises(ValueError, match="Expecting"):
        read_answer(b"\xff")


@pytest.mark.parametrize(
    ("title", "kept"), [("ch0", ""), ("chp_12", ""), ("Chapter 1", "Chapter 1"), ("c大调", "c大调")]
)
def test_what_programs_call_a_chapter_among_themselves_is_no_title(title: str, kept: str) -> None:
    probe = {"chapters": [{"start_time": "0", "tags": {"title": title}}]}
    assert read_container_chapters(probe, clock_start=0.0)[0].title == kept
