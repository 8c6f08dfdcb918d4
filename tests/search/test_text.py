"""Analysis: folding, words, characters and pairs."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialib.search import folding, text, vocabulary
from medialib.search.index import SearchIndex
from medialib.search.query import search

from .conftest import make_document

any_text = st.text(st.characters(), max_size=60)
tricky = "鄉村振興乡村振兴後面后干乾幹麵发髮發體里裏裡竹笋ＥxcelABß㍿①ﬁü ，。"
chinese = st.text(st.sampled_from(tricky), max_size=40)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("鄉村振興", "乡村振兴"),
        ("ＥＭＳ快遞", "ems快递"),
        ("Straße", "strasse"),
        ("①ﬁ㍿", "1fi株式会社"),
        ("村\x00民\ud800", "村 民 "),
        ("", ""),
    ],
)
def test_width_case_and_traditional_forms_are_folded(written: str, folded: str) -> None:
    assert folding.normalise(written) == folded


@given(st.one_of(any_text, chinese))
def test_normalising_twice_changes_nothing_more(value: str) -> None:
    once = folding.normalise(value)
    assert folding.normalise(once) == once


@given(any_text)
def test_analysis_takes_any_text(value: str) -> None:
    for term in [*text.words(value), *text.grams(value)]:
        term.encode()
        assert term.strip()


@given(st.one_of(any_text, chinese))
def test_every_folded_character_comes_from_a_place_in_the_text(value: str) -> None:
    folded, offsets = folding.fold_with_offsets(value)
    assert len(folded) == len(offsets)
    assert list(offsets) == sorted(offsets)
    assert all(0 <= offset < len(value) for offset in offsets)


def test_long_words_come_with_the_words_inside_them() -> None:
    assert {"村规民约", "修订"} <= set(text.words("村規民約修訂"))
    assert {"合作社", "合作"} <= set(text.words("农民专业合作社"))


def test_latin_words_and_numbers_are_words() -> None:
    assert text.words("用Excel2016记3.5元") == ["用", "excel2016", "excel", "2016", "记", "3.5", "元"]


def test_grams_are_chinese_characters_and_pairs_of_neighbours() -> None:
    assert text.grams("养鸡 ABC，笔记") == ["养", "鸡", "笔", "记", "养鸡", "鸡 abc", "笔记"]
    assert text.neighbours("养鸡 abc") == ["养鸡", "鸡 abc"]
    assert text.neighbours("abc") == ["abc"]


def test_a_very_long_latin_word_is_kept_short() -> None:
    assert text.words("a" * 5000) == ["a" * text.LONGEST_WORD]


@pytest.fixture
def _forgetful() -> Iterator[None]:
    """The process knows no names: libraries of other tests may have taught it theirs."""
    vocabulary.learn([])
    yield
    vocabulary.learn([])


@pytest.mark.usefixtures("_forgetful")
def test_names_of_the_library_are_words() -> None:
    assert "马迹塘镇" not in text.words("到马迹塘镇去")
    vocabulary.learn(["马迹塘镇", "馬跡塘鎮农技站", "Excel 班", "长", "银行"])
    assert text.cut("到马迹塘镇去") == ["到", "马迹塘镇", "去"]
    assert text.cut("马迹塘镇农技站的银行")[0] == "马迹塘镇农技站"
    assert {"马迹塘镇农技站", "农技站"} <= set(text.words("马迹塘镇农技站"))
    with vocabulary.with_names():
        assert "马迹塘镇" not in text.words("到马迹塘镇去")
    assert "马迹塘镇" in text.words("到马迹塘镇去")


@pytest.mark.usefixtures("_forgetful")
def test_what_was_indexed_before_a_name_was_known_is_found_by_it(index: SearchIndex) -> None:
    index.put([make_document("title", "到马迹塘镇去"), make_document("said", "别的", transcript="我们到马迹塘镇去")])
    vocabulary.learn(["马迹塘镇"])
    assert search(index, "马迹塘镇").ids == ("title", "said")


@pytest.mark.usefixtures("_forgetful")
def test_a_part_of_a_name_has_initials_of_its_own(index: SearchIndex) -> None:
    vocabulary.learn(["石门镇林业站"])
    index.put([make_document("lesson", "选竹", unit="石门镇林业站")])
    assert search(index, "lyz").ids == ("lesson",)


def test_phrases_are_pairs_of_neighbours() -> None:
    assert text.neighbours("“竹”") == ["竹"]
    assert text.neighbours("竹编，入门 Excel 班") == ["竹编", "入门", "门 excel", "excel 班"]
