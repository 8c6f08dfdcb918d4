"""Words that are taken for one another."""

import pytest

from medialib.search import likenesses


def test_a_word_is_kept_by_its_sound_and_with_a_gap_at_each_place() -> None:
    assert likenesses.terms(["竹笋", "竹笋", "ems", "竹"]) == ["zhusun|竹笋", "_笋|竹笋", "竹_|竹笋"]
    assert {likenesses.word_of(one) for one in likenesses.terms(["竹笋"])} == {"竹笋"}


@pytest.mark.parametrize(
    ("word", "nearer", "farther"),
    [
        ("竹荀", "竹笋", "竹席"),
        ("相村振兴", "乡村振兴", "乡村振动"),
        ("兰球", "篮球", "男球"),
        ("男球", "篮球", "足球"),
    ],
)
def test_what_sounds_alike_is_nearer(word: str, nearer: str, farther: str) -> None:
    assert 0 < likenesses.distance(word, nearer) < likenesses.distance(word, farther)


def test_a_word_is_no_distance_from_itself_and_far_from_longer_ones() -> None:
    assert likenesses.distance("竹笋", "竹笋") == 0
    assert likenesses.distance("竹笋", "竹笋干") > 2
    assert likenesses.distance("竹笋", "鸡蛋") > 2


@pytest.mark.parametrize(("one", "other"), [("shan", "san"), ("nan", "lan"), ("feng", "hen"), ("xiang", "xian")])
def test_what_dialects_do_not_tell_apart_is_near(one: str, other: str) -> None:
    assert likenesses.nearness(one, other) == likenesses.nearness(other, one) == 0.8
    assert likenesses.nearness(one, one) == 1
    assert likenesses.nearness("", "") == 0
