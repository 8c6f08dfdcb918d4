"""Captions files of every kind, ordinary, sloppy and hostile."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medialib.errors import BadRequest
from medialib.ingest.captions import MOST_BYTES, read_captions
from medialib.ingest.chapters import read_chapters

SRT = "1\n00:00:01,000 --> 00:00:02,500\n{}\n\n2\n00:00:03,000 --> 00:00:04,000\n第二\n"
FIVE = "".join(f"{n}\r\n00:00:0{n},000 --> 00:00:0{n},900\r\n第{n}句话，说竹子\r\n\r\n" for n in range(1, 6))
ASS = """[Script Info]
Title: x
[V4+ Styles]
Style: Default,Arial,not a number
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def lines(text: str | bytes) -> list[tuple[float, float, str]]:
    content = text.encode() if isinstance(text, str) else text
    return [(cue.begin, cue.end, cue.text) for cue in read_captions(content, "a.srt")]


def said(how: str) -> str:
    """What becomes of a line of SubRip."""
    return lines(SRT.format(how))[0][2]


def drawn(how: str) -> list[tuple[float, float, str]]:
    """What becomes of SubStation's events."""
    return lines(ASS + how)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_five_lines_of_chinese_are_read_in_every_encoding(encoding: str) -> None:
    found = lines(FIVE.encode(encoding))
    assert [text for _, _, text in found] == [f"第{n}句话，说竹子" for n in range(1, 6)]
    assert found[2][:2] == (3.0, 3.9)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\n\n", "\u2028"])
def test_any_line_end_is_one(line_end: str) -> None:
    found = lines(SRT.format("一").replace("\n", line_end))
    assert found == [(1.0, 2.5, "一"), (3.0, 4.0, "第二")]


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("一\n二", "一\n二"),
        ("<i>斜</i><b>粗</b><u>线</u>", "<i>斜</i><b>粗</b><u>线</u>"),
        ("<I>斜", "<i>斜</i>"),
        ("<i>a<b>b</i>c</b>", "<i>a<b>b</b></i>c"),
        ('<font color="red">红</font>', "红"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<img src=x onerror=alert(1)>图", "图"),
        ("<<i>>", "&lt;<i>&gt;</i>"),
        ("a < b & c --> d", "a &lt; b &amp; c --&gt; d"),
        ("&lt;i&gt; &amp;amp;", "&lt;i&gt; &amp;amp;"),
        ("<开场音乐>", "&lt;开场音乐&gt;"),
        (r"{\an8}上面", "上面"),
        ("{不是代码}", "{不是代码}"),
        ("a\0b\x1bc", "a b c"),
        ("2023", "2023"),
        ("  空\t格  ", "空 格"),
    ],
)
def test_markup_is_reduced_to_what_webvtt_and_we_allow(how: str, text: str) -> None:
    assert said(how) == text


@pytest.mark.parametrize("how", ["", "<i></i>", "\0", "<br>"])
def test_a_cue_without_words_is_none(how: str) -> None:
    assert lines(SRT.format(how)) == [(3.0, 4.0, "第二")]


@pytest.mark.parametrize(
    ("times", "read"),
    [
        ("0:0:1.5 --> 0:0:2", (1.5, 2.0)),
        ("00：00：01，500 －－＞ 00：00：02，000", (1.5, 2.0)),
        ("00: 00: 01, 500 -> 00: 00: 02, 000", (1.5, 2.0)),
        ("00:00:01 → 00:00:02", (1.0, 2.0)),
        ("00:00:00:01:00 --> 00:00:00:02:00", None),
        ("0:0:1.5 --> 0:0:2.0", (1.5, 2.0)),
        ("00:00:01.5 --> 00:00:02,25 X1:100 Y1:0", (1.5, 2.25)),
        ("-00:00:01,000 --> 00:00:02,000", (0.0, 2.0)),
        ("00:00:02,000-->00:00:01,000", (2.0, 1.0)),
        ("00:01,000 --> 00:02,000", (1.0, 2.0)),
    ],
)
def test_times_are_read_as_players_read_them(times: str, read: tuple[float, float] | None) -> None:
    text = f"1\n{times}\n一\n"
    if read is None:
        with pytest.raises(BadRequest):
            lines(text)
    else:
        assert lines(text) == [(*read, "一")]


def test_webvtt_loses_its_styles_and_settings() -> None:
    text = (
        "WEBVTT - title\n\nSTYLE\n::cue { color: url(http://x) }\n\nNOTE 不念\n\nintro\n"
        "00:01.000 --> 00:02.000 align:start line:0\n<v 李师傅>来<00:01.500><c.big>看</c> &lt;这里\n\n"
        "00:00:bad --> 00:03.000\n丢\n\n01:00:00.000 --> 01:00:01.000\n远\n"
    )
    assert lines(text) == [(1.0, 2.0, "来看 &lt;这里"), (3600.0, 3601.0, "远")]


def test_substation_keeps_what_is_said() -> None:
    events = (
        r"Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\i1}斜{\i0}, 逗号\N第二行" + "\n"
        r"Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\k20}卡{\k30}拉{\kf9}OK" + "\n"
        r"Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\p1}m 0 0 l 100 0 100 100{\p0}" + "\n"
        r"Dialogue: 0,0:00:07.00,0:00:08.00,Default,,0,0,0,fx,{\pos(1,2)\fad(1,1)}影" + "\n"
        r"Dialogue: 1,0:00:07.00,0:00:08.00,Default,,0,0,0,fx,{\blur4}影" + "\n"
        "Comment: 0,0:00:09.00,0:00:10.00,Default,,0,0,0,,不念\n"
        "Dialogue: x,when,0:00:10.00,Default,,0,0,0,,坏\n"
    )
    assert drawn(events) == [(1.0, 2.5, "<i>斜</i>, 逗号\n第二行"), (3.0, 4.0, "卡拉OK"), (7.0, 8.0, "影")]


def test_webvtt_with_the_commas_of_subrip_is_read() -> None:
    assert lines("WEBVTT\n\n00:00:01,500 --> 00:00:02,000\n一\n") == [(1.5, 2.0, "一")]


@pytest.mark.parametrize(
    ("told", "event"),
    [
        ("Start, End, Text", "0:00:01.00,0:00:02.50,一,二"),
        ("Layer, Start, End, Style, Text", "0,0:00:01.00,0:00:02.50,Default,一,二"),
        ("Style, End, Start, Text", "Default,0:00:02.50,0:00:01.00,一,二"),
        ("Marked,Start,End,Style,Name,MarginL,Text", "Marked=0,0:00:01.00,0:00:02.50,x,,0,一,二"),
        ("Start, Text, End", "0,0:00:01.00,0:00:02.50,Default,,0,0,0,,一,二"),  # no such thing: as usual
    ],
)  # fmt: skip
def test_substation_has_the_columns_that_it_says(told: str, event: str) -> None:
    """The styles have a line of their own, which means nothing here."""
    for word in ("Dialogue", "dialogue"):
        text = f"[V4+ Styles]\nFormat: Name, Fontname\n[Events]\nFormat: {told}\n{word}: {event}\n"
        assert lines(text) == [(1.0, 2.5, "一,二")]


def test_lyrics_go_on_after_an_hour() -> None:
    assert lines("[59:59.50]前\n[01:00:01.50]后\n") == [(3599.5, 3601.5, "前"), (3601.5, 3613.5, "后")]


def test_lyrics_last_until_the_next_line() -> None:
    text = "[ti:渔鼓]\n[offset:+500]\n[00:12.50][01:40]合唱\n[00:20.00]\n[00:25]<00:25.10>字<00:26.00>词\n"
    assert lines(text) == [(12.0, 19.5, "合唱"), (24.5, 36.5, "字词"), (99.5, 111.5, "合唱")]


@pytest.mark.parametrize("content", [b"", b"\0" * 999, b"nothing", b"\xff\xd8\xe0" * 99, b"WEBVTT\n", b"[Events]\n"])
def test_a_file_without_captions_is_refused_by_its_name(content: bytes) -> None:
    with pytest.raises(BadRequest) as caught:
        read_captions(content, "课.srt")
    assert "课.srt" in str(caught.value)


HOSTILE = {
    "one line": SRT.format("x" * 4_900_000),
    "tags that never close": SRT.format("<a" * 2_400_000),
    "tags on lines of their own": SRT.format("<a\n" * 1_600_000),
    "emptiness": SRT.format("a" + "\n" * 4_800_000 + "b"),
    "numbers": SRT.format("\n 1" * 1_600_000),
    "braces": ASS + "Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,," + "{" * 1_990 + "\n" + "{" * 4_000_000,
    "times": "[00:01]" * 700_000,
    "entities": SRT.format("&amp" * 1_200_000),
    "arrows": "-->" * 1_600_000,
    "cues": "1\n00:00:01,000 --> 00:00:02,000\nx\n\n" * 60_000,
    "settings": "WEBVTT\n\n00:01.000 --> 00:02.000 " + "a:b " * 1_200_000 + "\nx\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_no_more_than_a_moment(name: str) -> None:
    content = HOSTILE[name].encode()[: MOST_BYTES // 5]
    began = time.process_time()
    try:
        cues = read_captions(content, name)
    except BadRequest:
        cues = ()
    assert time.process_time() - began < 3
    assert all("<a" not in cue.text for cue in cues[:9])


def test_a_file_of_ten_megabytes_is_refused_unread() -> None:
    with pytest.raises(BadRequest, match="larger than 5 MB"):
        read_captions(b"x" * 10_000_000, "a.srt")


@given(text=st.text(st.sampled_from("0123456789:,.->\n\r[]{}\\<>/ibupN&;WEBVTDialogue 竹\0"), max_size=400))
@settings(deadline=None)
def test_whatever_is_read_can_be_shown_safely(text: str) -> None:
    for head in ("", "WEBVTT\n\n00:01.000 --> 00:02.000\n", "1\n00:00:01,000 --> 00:00:02,000\n", ASS):
        try:
            cues = read_captions((head + text).encode(), "a.srt")
        except BadRequest:
            continue
        for cue in cues:
            plain = cue.text
            for mark in ("<i>", "</i>", "<b>", "</b>", "<u>", "</u>"):
                plain = plain.replace(mark, "")
            assert "<" not in plain and "-->" not in plain and "\n\n" not in plain and "\0" not in plain
            assert cue.text == cue.text.strip("\n")


BLANKS = " " * 1_980


@pytest.mark.parametrize("before", ["", "1\n00:00:01,000 --> 00:00:02,000\n"])
@pytest.mark.parametrize("line", [BLANKS + "x", f"x{BLANKS}x", "Dialogue: x", BLANKS + "Dialogue:"])
def test_lines_of_blanks_are_read_quickly(before: str, line: str) -> None:
    text = before + "\n".join([line] * ((MOST_BYTES - 100) // (len(line) + 1)))
    begun = time.process_time()
    for read in (read_captions, read_chapters):
        try:
            read(text.encode(), "a.srt")
        except BadRequest as refused:
            assert "cannot be read" in str(refused)
    assert time.process_time() - begun < 5
