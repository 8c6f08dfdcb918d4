"""What somebody who is still typing may mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialib.search.completing import Completion, Completions, Kind

KNOWN: list[tuple[Kind, str]] = [
    ("theme", "技能培训"),
    ("speaker", "李秀英"),
    ("lesson", "竹笋病虫害绿色防控"),
    ("lesson", "高节竹笋用林培育"),
    ("lesson", "用Excel 2016记账"),
    ("lesson", "重庆银行的音乐会"),
    ("lesson", "绿豆"),
]
ALL = Completions([Completion(text=text, kind=kind, key=text) for kind, text in KNOWN])


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("竹", "竹笋病虫害绿色防控"),
        ("笋用", "高节竹笋用林培育"),
        ("竹筍病蟲害", "竹笋病虫害绿色防控"),
        ("z", "竹笋病虫害绿色防控"),
        ("zhus", "竹笋病虫害绿色防控"),
        ("zhu sun b", "竹笋病虫害绿色防控"),
        ("zhusunbingchonghailvsefangkong", "竹笋病虫害绿色防控"),
        ("bingch", "竹笋病虫害绿色防控"),
        ("zsbch", "竹笋病虫害绿色防控"),
        ("bch", "竹笋病虫害绿色防控"),
        ("ｅｘ", "用Excel 2016记账"),
        ("excel 2016记", "用Excel 2016记账"),
        ("201", "用Excel 2016记账"),
        ("jizh", "用Excel 2016记账"),
        ("lxy", "李秀英"),
        ("chongq", "重庆银行的音乐会"),
        ("yinyueh", "重庆银行的音乐会"),
        ("lüd", "绿豆"),
        ("lvdou", "绿豆"),
    ],
)
def test_it_is_completed_from_any_beginning(typed: str, first: str) -> None:
    assert [one.text for _, one in ALL.find(typed, 8)][:1] == [first]


@pytest.mark.parametrize(
    "typed", ["", "，", "xyz", "竹笋虫", "zhusunbingchonghailvsefangkongx", "zh1", "记账2", "\ud800"]
)
def test_what_nothing_begins_with_is_not_completed(typed: str) -> None:
    assert ALL.find(typed, 8) == []


def test_beginnings_come_before_the_middle_and_as_many_as_asked() -> None:
    found = ALL.find("竹笋", 8)
    assert [(one.text, distance) for distance, one in found] == [("竹笋病虫害绿色防控", 0), ("高节竹笋用林培育", 2)]
    assert len(ALL.find("竹笋", 1)) == 1
    many = Completions([Completion(text=f"竹编{n}", kind="lesson", key=f"{n}") for n in range(500)])
    assert [one.key for _, one in many.find("竹", 3)] == ["0", "1", "2"]


@given(st.text(max_size=20))
def test_any_text_can_be_typed_and_known(value: str) -> None:
    known = Completions([Completion(text=value, kind="lesson", key="1")])
    assert len(known.find(value, 8)) <= 1
    ALL.find(value, 8)
