"""Characters that look alike."""

import random

import pytest

from medialib.search import shapes
from medialib.search.likenesses import distance

from . import drawing


@pytest.mark.parametrize("pair", ["末未", "土士", "贷货", "苟荀", "午牛", "挑桃", "蛋蚤", "席度"])
def test_what_is_easily_taken_for_each_other_looks_alike(pair: str) -> None:
    assert shapes.look_alike(*pair)
    assert shapes.look_alike(*reversed(pair))


@pytest.mark.parametrize("pair", ["竹鸡", "一村", "长短", "ab", "竹a"])
def test_what_is_not_does_not(pair: str) -> None:
    assert not shapes.look_alike(*pair)


def test_a_word_with_a_character_that_looks_alike_is_near() -> None:
    assert distance("直播带贷", "直播带货") < distance("直播带贷", "直播带鱼")


@pytest.mark.skipif(not (drawing.FONT / "unicode.json").exists(), reason="make setup fetches the font")
def test_the_list_is_what_drawing_gives() -> None:
    lines = shapes.FILE.read_text(encoding="utf-8").splitlines()
    for line in random.Random(1).sample(lines, 40):
        drawn = drawing.pictures(line)
        assert (drawn @ drawn[0]).min() > drawing.ALIKE - 0.02, line
