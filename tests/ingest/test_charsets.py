"""Bytes to text when nobody says how they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialib.ingest.charsets import decode, mend, turned

CHINESE = "竹荪要在阴凉的地方种，浇水不能多。"
TRADITIONAL = "高山茶園的冬季管理，先把老枝剪掉。"
FRENCH = "l'été à la forêt, où l'on a créé des chansons"
# The 3,755 everyday characters: rows 16 to 55 of GB 2312.
EVERYDAY = [bytes([row, cell]).decode("gb2312", "ignore") for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
everyday = st.text(st.sampled_from([one for one in EVERYDAY if one]), min_size=2, max_size=30)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
def test_chinese_captions_are_read_in_every_usual_encoding(encoding: str) -> None:
    text = f"1\r\n00:00:01,000 --> 00:00:02,000\r\n{CHINESE}\r\n"
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TRADITIONAL, "big5"),
        (f"00:00:01,000\n{TRADITIONAL}", "big5"),
        (FRENCH, "latin-1"),
        (FRENCH, "cp1252"),
        ("Привет, как дела? Это субтитры", "cp1251"),
        ("これはテストです。字幕を読みます", "shift_jis"),
        ("plain", "ascii"),
        ("", "ascii"),
    ],
)
def test_what_is_rarer_is_told_by_what_comes_out(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    for encoding in ("utf-8", "gb18030"):
        content = (CHINESE * 20).encode(encoding)
        assert CHINESE in decode(content[:-1] + b"\xff\n")


@pytest.mark.parametrize("content", [b"\xff", b"\x00", b"\xfe\xff", b"\xff\xfe\x00", bytes(range(256)), b"\x80" * 9])
def test_bytes_that_are_no_text_are_read_somehow(content: bytes) -> None:
    assert isinstance(decode(content), str)


@given(content=st.binary(max_size=300))
def test_no_bytes_stop_the_reading(content: bytes) -> None:
    assert isinstance(decode(content), str)


@pytest.mark.parametrize(
    "title", ["凉席编织", "你好", "表", "Excel表格", "第1课", "小桃讲（三）", "A面", "破篾", "一一", "2023年5月"]
)
def test_a_tag_in_gbk_that_was_read_as_latin1_is_mended(title: str) -> None:
    assert mend(title.encode("gbk").decode("latin-1")) == title


@pytest.mark.parametrize("title", ["高山茶園冬季管理", "紅色交通站的故事", "老師講課"])
def test_a_tag_in_big5_is_mended(title: str) -> None:
    assert mend(title.encode("big5").decode("latin-1")) == title


def test_a_tag_that_ends_in_the_middle_of_a_character_is_mended_without_it() -> None:
    """ID3v1 has room for thirty bytes."""
    title = "A苹果树冬季修剪技术与管理要点之第一部分"
    assert mend(title.encode("gbk")[:30].decode("latin-1")) == title[:15]


def test_utf16_in_the_wrong_order_of_bytes_is_turned() -> None:
    for title in ("苹果树冬季修剪技术", "第3讲 安全用电", "Lesson 12"):
        assert turned(title.encode("utf-16-be").decode("utf-16-le")) == turned(title) == title
    for title in ("", "Ääremaa", "レッスン", "한국어", "𠮷野家", "\ud800"):
        assert turned(title) == title


def test_a_tag_in_utf8_that_was_read_as_latin1_is_mended() -> None:
    assert mend("凉席".encode().decode("latin-1")) == "凉席"
    assert mend("Café".encode().decode("latin-1")) == "Café"


@pytest.mark.parametrize(
    "title",
    [
        "Café", "Beyoncé", "naïve", "Ääremaa", "Köögi", "señor ¿qué?", "Größe 5°", "«Été»", "crème brûlée", "Noël",
        "¡Olé!", "© 2023 Café", "DÉJÀ VU", "3½ été", "Ærøskøbing", "São Paulo", "Dvořák", "凉席", "plain", "",
    ],
)  # fmt: skip
def test_what_is_right_stays(title: str) -> None:
    assert mend(title) == title


@given(title=everyday)
def test_everyday_chinese_is_always_mended(title: str) -> None:
    assert mend(title.encode("gbk").decode("latin-1")) == title


@given(
    words=st.lists(
        st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=2, max_size=8), min_size=1, max_size=4
    ),
    accent=st.sampled_from("éèêëàâäåçîïôöûüñøæÉÈÀÄÅÇÎÔÖÜÑØ"),
    at=st.integers(0, 30),
)
def test_european_words_always_stay(words: list[str], accent: str, at: int) -> None:
    text = " ".join(words)
    title = text[: at % len(text)] + accent + text[at % len(text) :]
    assert mend(title) == title
