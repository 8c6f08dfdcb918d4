"""Where the searched words stand in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialib.search.query import highlight

any_text = st.text(st.characters(), max_size=30)
mixed = st.text(st.sampled_from("鄉村振興乡村振兴ＥＭＳems㍿ﬁé́竹笋 ，"), max_size=30)


@pytest.mark.parametrize(
    ("value", "words", "marked"),
    [
        ("雷竹覆盖早出笋技术", "笋", ["笋"]),
        ("竹笋与竹筍", "竹筍", ["竹笋", "竹筍"]),
        ("鄉村振興促進法解讀", "乡村振兴", ["鄉村振興"]),
        ("冷链快递ＥＭＳ打包", "ems", ["ＥＭＳ"]),
        ("Excel記賬，excellent", "excel", ["Excel"]),
        ("散养土鸡蛋", "养鸡 鸡蛋", ["鸡蛋"]),
        ("放养鸡与山地养鸡", "养鸡", ["养鸡", "养鸡"]),
        ("竹笋病虫害", "zhusun", ["竹笋"]),
        ("村规民约修订", "cgmy", ["村规民约"]),
        ("雷竹笋与竹林", "zhus", ["竹笋"]),
        ("竹笋", "z", []),
        ("Excel记账", "exce", ["Exce"]),
        ("绿豆", "lüdo", ["绿豆"]),
        ("乡村振兴", "相村振兴", ["乡村振兴"]),
        ("①号文件，㍿", "株式会社", ["㍿"]),
        ("养鸡", "", []),
        ("", "养鸡", []),
        ("养鸡", "茶", []),
    ],
)
def test_what_was_found_is_marked(value: str, words: str, marked: list[str]) -> None:
    assert [value[start:end] for start, end in highlight(value, words)] == marked


@given(st.one_of(any_text, mixed), st.one_of(any_text, mixed))
def test_spans_lie_in_the_text_in_order_and_apart(value: str, words: str) -> None:
    last = -1
    for start, end in highlight(value, words):
        assert last < start < end <= len(value)
        last = end


@given(mixed.filter(str.strip))
def test_a_text_is_found_in_itself(value: str) -> None:
    first = value.split("，")[0]
    assert all(value[start:end].strip() for start, end in highlight(value, first))
