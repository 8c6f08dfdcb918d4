"""Numbers in digits and in Chinese characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialib.search import numerals


@pytest.mark.parametrize(
    ("digits", "han"),
    [
        ("1934", "一九三四"),
        ("2008", "二〇〇八"),
        ("2008", "二零零八"),
        ("800", "八百"),
        ("20", "二十"),
        ("15", "十五"),
        ("110", "一百一十"),
        ("1005", "一千零五"),
        ("5", "五"),
        ("2", "两"),
        ("2200", "两千两百"),
    ],
)
def test_a_number_is_the_same_in_both(digits: str, han: str) -> None:
    assert han in numerals.spelled(digits)
    assert numerals.digits(han) == digits


@pytest.mark.parametrize(("han", "digits"), [("一九三四年", "1934"), ("二十条", "20"), ("两百五十元", "250")])
def test_what_is_counted_may_stand_behind_a_number(han: str, digits: str) -> None:
    assert numerals.digits(han) == digits


@given(st.integers(min_value=0, max_value=9_999))
def test_every_number_can_be_read_back(number: int) -> None:
    for han in numerals.spelled(str(number)):
        assert numerals.digits(han) == str(number)


@pytest.mark.parametrize("words", ["", "竹", "百货", "第一", "12", "一一对应", "十分"])
def test_what_is_no_number_has_no_digits(words: str) -> None:
    assert numerals.digits(words) == ""


@pytest.mark.parametrize("words", ["三万", "三十万", "一百万", "二十亿", "三十万元", "三十万亿"])
def test_numbers_with_ten_thousands_are_left(words: str) -> None:
    """They are no smaller number of which something is counted."""
    assert numerals.digits(words) == ""


@pytest.mark.parametrize("words", ["", "12345", "竹", "1.5", "²"])
def test_what_nobody_spells_is_left(words: str) -> None:
    assert numerals.spelled(words) == []
