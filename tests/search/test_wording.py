"""What a person typed: words, phrases, what is unwanted, and filters by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialib.search import wording
from medialib.search.wording import Wording, read


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("竹编 入门", Wording(words="竹编 入门")),
        ('"竹编入门"', Wording(phrases=("竹编入门",))),
        ("“竹編入門” 收口", Wording(words="收口", phrases=("竹编入门",))),
        ("「竹编」「竹席」", Wording(phrases=("竹编", "竹席"))),
        ("竹编 -竹席", Wording(words="竹编", without=("竹席",))),
        ("竹编 －“竹席编织”", Wording(words="竹编", without=("竹席编织",))),
        ("Wi-Fi", Wording(words="Wi-Fi")),
        ("- 竹编", Wording(words="- 竹编")),
        ("kind:audio 竹编", Wording(words="竹编", named={"kind": "audio"})),
        ("主题：党性教育 竹编", Wording(words="竹编", named={"theme": "党性教育"})),
        ("單位:“桃江县 文化馆”", Wording(named={"unit": "桃江县 文化馆"})),
        ("竹编，年份：2023年", Wording(words="竹编", named={"year": "2023年"})),
        ("KIND:audio kind:video", Wording(words="video", named={"kind": "audio"})),
        ("12:30 https://a.example", Wording(words="12:30 https://a.example")),
        ("kind:", Wording(words="kind:")),
        ('"没有结束', Wording(words="没有结束")),
        ('"" -“ ” “！”', Wording()),
        ("", Wording()),
    ],
)
def test_a_question_is_read(typed: str, read_as: Wording) -> None:
    assert read(typed) == read_as


@given(st.text(max_size=60) | st.text(st.sampled_from('ab竹主题kind:：-－"“”「」 ，'), max_size=40))
def test_any_text_is_read(typed: str) -> None:
    asked = read(typed)
    assert set(asked.named) <= {"theme", "unit", "kind", "place", "year", "length"}
    assert all(part.strip() for part in (*asked.phrases, *asked.without, *asked.named.values()))


def test_values_have_names_in_both_languages() -> None:
    assert [wording.kind_of(one) for one in ("Video", "視頻", "音频", "film")] == ["video", "video", "audio", None]
    assert [wording.length_of(one) for one in ("短", "LONG", "5")] == ["short", "long", None]
    assert [wording.year_of(one) for one in ("２０２３年", "1999", "1899", "23", "３年")] == [
        2023,
        1999,
        None,
        None,
        None,
    ]
