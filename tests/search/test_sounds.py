"""Pinyin, initials, and pinyin read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialib.search import sounds


def test_a_word_is_said_as_a_word() -> None:
    assert sounds.readings("重庆银行") == ["chong", "qing", "yin", "hang"]


def test_sounds_are_joined_from_one_to_six_syllables() -> None:
    assert sounds.sound_terms("竹笋") == ["zhu", "zhusun", "sun"]
    assert max(len(sounds.split_pinyin(term)) for term in sounds.sound_terms("农民专业合作社登记")) == 6


def test_initials_start_at_words() -> None:
    assert "cgmy" in sounds.initials_terms("村规民约修订指南")
    assert "xdzn" not in sounds.initials_terms("张，村")


@pytest.mark.parametrize(
    ("letters", "syllables"),
    [
        ("zhusun", ["zhu", "sun"]),
        ("xiangcunzhenxing", ["xiang", "cun", "zhen", "xing"]),
        ("fangan", ["fang", "an"]),
        ("lvse", ["lv", "se"]),
        ("excel", []),
        ("", []),
    ],
)
def test_letters_are_read_as_pinyin_when_they_can_be(letters: str, syllables: list[str]) -> None:
    assert sounds.split_pinyin(letters) == syllables


@given(st.text(st.characters(), max_size=40))
def test_sounds_take_any_text(value: str) -> None:
    for term in [*sounds.sound_terms(value), *sounds.initials_terms(value), *sounds.word_sounds([value])]:
        assert term
        assert term.encode().decode() == term


@given(st.lists(st.sampled_from(sorted(sounds.SYLLABLES)), min_size=1, max_size=8))
def test_joined_syllables_can_always_be_read_back(syllables: list[str]) -> None:
    assert "".join(sounds.split_pinyin("".join(syllables))) == "".join(syllables)
