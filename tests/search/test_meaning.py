"""Words that nothing is known of are read as words that sound or look like them, and that is told."""

import pytest

from medialib.search import meaning
from medialib.search.index import SearchIndex
from medialib.search.query import Filters, search

from .conftest import make_document


@pytest.fixture
def shoots(index: SearchIndex) -> SearchIndex:
    index.put(
        [
            *(make_document(f"shoot{n}", f"竹笋种植第{n}课") for n in range(4)),
            make_document("law", "乡村振兴促进法解读", description="产业和人才。"),
            make_document("hens", "林下散养土鸡入门", speaker="李秀英", unit="马迹塘镇"),
            make_document("excel", "Excel记账"),
            make_document("once", "竹孙", description="只写错过一次。"),
        ]
    )
    return index


@pytest.mark.parametrize(
    ("words", "meant", "first"),
    [
        ("竹荀", "竹笋", "shoot0"),
        ("相村振兴", "乡村振兴", "law"),
        ("相村镇兴", "乡村振兴", "law"),
        ("散样鸡", "散养鸡", "hens"),
        ("李秀音", "李秀英", "hens"),
        ("excel 寄账", "excel 记账", "excel"),
        ("产页", "产业", "law"),
        ("士鸡", "土鸡", "hens"),
        ("马迹搪镇", "马迹塘镇", "hens"),
        ("鸡土", "土鸡", "hens"),
        ("乡振村兴", "乡村振兴", "law"),
        ("zhusnu", "zhusun", "once"),
        ("xiangcnzhenxing", "xiangcunzhenxing", "law"),
        ("maijtang", "majitang", "hens"),
        ("exel 记账", "excel 记账", "excel"),
        ("excell", "excel", "excel"),
    ],
)
def test_what_was_meant_is_found_and_told(shoots: SearchIndex, words: str, meant: str, first: str) -> None:
    found = search(shoots, words)
    assert (found.meant, found.ids[0]) == (meant, first)


@pytest.mark.parametrize(
    "words",
    [
        "竹笋",
        "林下 散养",
        "excel",
        "zhusun",
        "竹孙",
        "一",
        "天文望远镜",
        "“竹荀”",
        "",
        "竹" * 90,
        "zhus",
        "exce",
        "zusun",
        "xczx",
        "zzxx",
        "wifi",
        "qqqqqqqq",
        "a" * 90,
    ],
)
def test_what_is_known_or_like_nothing_is_left_alone(shoots: SearchIndex, words: str) -> None:
    assert search(shoots, words).meant is None


def test_a_word_that_there_is_stands_for_nothing_that_only_nearly_sounds_like_it(index: SearchIndex) -> None:
    index.put([make_document("dung", "鸡粪堆肥还田"), make_document("fall", "老人跌倒预防")])
    assert search(index, "鸡瘟").meant is None
    assert search(index, "跌到").meant == "跌倒"


def test_words_that_are_all_known_are_not_looked_for_under_others(
    shoots: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(meaning, "_nearest", lambda _view, part: asked.append(part))
    assert search(shoots, "竹笋种植入门").meant is None
    assert asked == []
    search(shoots, "竹荀种植入门")
    assert "竹荀" in asked


def test_lessons_with_the_very_words_come_before_those_with_what_was_meant(shoots: SearchIndex) -> None:
    shoots.put([make_document("typed", "说明", transcript="看这里。竹荀。")])
    found = search(shoots, "竹荀")
    assert found.meant == "竹笋"
    assert found.ids[0] == "typed"
    assert set(found.ids[1:5]) == {"shoot0", "shoot1", "shoot2", "shoot3"}


def test_nothing_is_announced_that_the_filters_leave_out(shoots: SearchIndex) -> None:
    assert search(shoots, "相村振兴", filters=Filters(kind="audio")).meant is None
