"""What lies beside a recording, and what it comes to."""

from pathlib import Path

import pytest

from medialib.ingest.beside import Beside, TextFile, look_beside, named_language
from medialib.ingest.captioning import accompany
from medialib.ingest.chapters import Chapter

SRT = "1\n00:00:01,000 --> 00:00:02,000\n{}\n".format


def lay(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).write_text(SRT("竹子"), encoding="utf-8")
    return folder / "课.mp4"


def test_captions_of_every_language_are_found_better_endings_first(tmp_path: Path) -> None:
    path = lay(tmp_path, "课.srt", "课.en.vtt", "课.chs.ass", "课.zh-TW.forced.srt", "课.mp4.lrc", "课.SRT", "课.mp4")
    found = [(one.name, one.language) for one in look_beside(path).captions]
    assert found == [
        ("课.en.vtt", "en"), ("课.SRT", ""), ("课.srt", ""), ("课.zh-TW.forced.srt", "zh-Hant"),
        ("课.chs.ass", "zh-Hans"), ("课.mp4.lrc", ""),
    ]  # fmt: skip


def test_what_belongs_to_another_recording_is_left_alone(tmp_path: Path) -> None:
    path = lay(tmp_path, "课.第一.srt", "课程.srt", "a.srt", "课.yaml", "课.第一.chapters.txt", "课.txt")
    (tmp_path / "课.en.srt").mkdir()
    assert look_beside(path) == Beside()


def test_chapters_are_told_by_name(tmp_path: Path) -> None:
    path = lay(tmp_path, "课.chapters.vtt", "课.cue", "课.章节.lrc")
    assert [one.name for one in look_beside(path).chapters] == ["课.chapters.vtt", "课.章节.lrc", "课.cue"]
    assert look_beside(path).captions == ()


def test_a_folder_that_cannot_be_listed_has_nothing_beside() -> None:
    assert look_beside(Path("/nonexistent/a.mp4")) == Beside()


@pytest.mark.parametrize(
    ("name", "tag"), [("a.srt", ""), ("a.zh.default.srt", "zh"), ("a.b.eng.srt", "en"), ("zh.srt", "")]
)
def test_the_language_stands_between_the_name_and_the_ending(name: str, tag: str) -> None:
    assert named_language(name) == tag


def captions(text: str, name: str = "a.srt", language: str = "") -> TextFile:
    return TextFile(name=name, content=text.encode(), language=language)


@pytest.mark.parametrize(
    ("text", "lesson", "tag"),
    [("竹子好", "zh", "zh"), ("竹子好", "zh-HK", "zh-HK"), ("bamboo is good", "zh", "en"), ("竹子好", "en", "zh"),
     ("bamboo", "fr", "fr"), ("Привет", "zh", "und"), ("123", "zh", "zh"), ("竹", "", "zh")],
)  # fmt: skip
def test_a_language_that_nobody_tells_is_guessed(text: str, lesson: str, tag: str) -> None:
    found = accompany(Beside(captions=(captions(SRT(text)),)), (), seconds=10, language=lesson)
    assert [one.language for one in found.captions] == [tag]


def test_the_first_of_two_files_in_a_language_is_taken_and_a_bad_one_is_told() -> None:
    beside = Beside(
        captions=(
            captions("nothing", "坏.vtt"), captions(SRT("甲"), "甲.zh.srt", "zh"), captions(SRT("乙"), "乙.srt"),
            captions(SRT("tea"), "t.en.srt", "en"), captions("1\n00:01:00,000 --> 00:01:01,000\n晚\n", "晚.srt"),
            captions(SRT("一") + "\n2\n00:01:00,000 --> 00:01:01,000\n晚\n", "长.ja.srt", "ja"),
        ),
        chapters=(captions("nothing", "坏.cue"),),
    )  # fmt: skip
    found = accompany(beside, (), seconds=10, language="zh")
    assert [(one.language, one.label, one.cues[0].text) for one in found.captions] == [
        ("zh", "中文", "甲"), ("en", "English", "tea"), ("ja", "日本語", "一"),
    ]  # fmt: skip
    told = [one.message % one.values for one in found.notices]
    assert told == [
        "The chapters 坏.cue cannot be read.",
        "The captions 坏.vtt cannot be read. Please save them as SRT or WebVTT.",
        "The captions 晚.srt begin after the end of this recording: they belong to another one.",
        "The captions 长.ja.srt are longer than the recording: 1 lines are left out.",
    ]


def test_files_come_before_chapters_inside_and_an_lrc_may_be_the_contents() -> None:
    inside = (Chapter(start_seconds=0, title="内一"), Chapter(start_seconds=5, title="内二"))
    lrc = captions("[00:00]一\n[02:00]二\n[04:00]三\n", "课.lrc")
    by_file = accompany(Beside(captions=(lrc,)), inside, seconds=300, language="zh")
    assert [one.title for one in by_file.chapters] == ["一", "二", "三"]
    assert by_file.captions == ()
    assert [one.title for one in accompany(Beside(), inside, seconds=300, language="zh").chapters] == ["内一", "内二"]
