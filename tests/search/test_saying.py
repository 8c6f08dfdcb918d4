"""The lines of captions in which the words are said."""

from medialib.catalogue.cues import Cue
from medialib.search import saying

CUES = [
    Cue(begin=1.0, end=3.0, text="大家好"),
    Cue(begin=4.0, end=6.0, text="先选<b>竹篾</b>，要三年的毛竹"),
    Cue(begin=7.0, end=9.0, text="竹篾泡软再編織"),
    Cue(begin=10.0, end=12.0, text="用Excellent的刀"),
    Cue(begin=13.0, end=15.0, text="编织收口"),
    Cue(begin=16.0, end=18.0, text="再说竹篾"),
]


def said(words: str, most: int = 3) -> list[tuple[float, list[str]]]:
    found = saying.lines(CUES, words, language="zh", most=most)
    return [(one.seconds, [one.text[start:end] for start, end in one.marks]) for one in found]


def test_lines_come_with_their_second_and_their_marks() -> None:
    assert said("毛竹") == [(4.0, ["毛竹"])]
    assert saying.lines(CUES, "毛竹", language="zh", most=1)[0].text == "先选竹篾，要三年的毛竹"


def test_lines_with_more_of_the_words_are_preferred_and_stay_in_order() -> None:
    assert [second for second, _ in said("竹篾 编织", most=2)] == [4.0, 7.0]
    assert [second for second, _ in said("竹篾 编织", most=1)] == [7.0]
    assert said("编织", most=9) == [(7.0, ["編織"]), (13.0, ["编织"])]


def test_a_latin_word_is_a_whole_word_and_a_sound_is_no_hit() -> None:
    assert said("excel") == []
    assert said("zhumie") == []
    assert said("") == []
    assert saying.lines([], "竹", language="zh", most=3) == []


def test_a_phrase_is_held_word_for_word() -> None:
    assert saying.holds("先选竹篾，\n要三年", "竹篾要三年")
    assert saying.holds("用 Excel 記賬", "excel记账")
    assert not saying.holds("excellent 记账", "excel记账")
