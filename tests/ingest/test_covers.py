"""A drawn cover bears its title in letters that the machine has, or none."""

import pytest

from medialib.ingest import covers, lettering

ANY_FONT = lettering.find_font("Bamboo")
CHINESE = lettering.find_font("笋竹管护")
# One lesson for each drawing.
IDS = ("l0", "l1", "l2", "l3", "l6", "l7", "l11", "l15")


@pytest.mark.parametrize("size", [covers.SQUARE, covers.WIDE])
def test_lessons_have_different_drawings_which_stay_theirs(size: tuple[int, int]) -> None:
    drawn = [covers.draw_cover(one, "", "", size).resize((64, 64)).tobytes() for one in IDS]
    assert 3 <= len(set(drawn)) <= 5
    assert covers.draw_cover(IDS[0], "", "", size).size == size
    assert covers.draw_cover(IDS[0], "", "", size).resize((64, 64)).tobytes() == drawn[0]


@pytest.mark.skipif(ANY_FONT is None, reason="NOT TESTED: no font here (Debian: apt install fonts-dejavu-core)")
@pytest.mark.parametrize("title", ["Bamboo", "A" * 500, "word " * 90, "one\ntwo\tthree", "x" * 40])
def test_a_title_of_any_length_stays_on_the_picture(title: str) -> None:
    bare, told = (covers.draw_cover("l0", words, "", covers.SQUARE) for words in ("", title))
    assert bare.tobytes() != told.tobytes()
    # The margins are free of letters.
    columns = [told.crop((x, 700, x + 1, 1280)).getcolors(600) or [] for x in (3, 1276)]
    assert all(len(colours) < 40 for colours in columns)


def test_letters_that_no_font_has_leave_the_drawing_without_words() -> None:
    nowhere = "\U0001f9ff\U00012000\U000e0041"
    assert lettering.find_font(nowhere) is None
    bare = covers.draw_cover("l0", "", "", covers.SQUARE)
    assert covers.draw_cover("l0", nowhere, nowhere, covers.SQUARE).tobytes() == bare.tobytes()


@pytest.mark.skipif(CHINESE is None, reason="NOT TESTED: no Chinese font here (Debian: apt install fonts-noto-cjk)")
def test_chinese_lines_break_between_characters_and_never_before_a_comma() -> None:
    assert CHINESE
    font = lettering.open_font(CHINESE, 40)
    assert font
    lines = lettering.break_lines("冬笋什么时候挖最好，一位老篾匠的三十年经验谈", font, 400)
    assert "".join(lines) == "冬笋什么时候挖最好，一位老篾匠的三十年经验谈"
    assert len(lines) == 3
    assert all(font.getlength(line) <= 400 for line in lines)
    assert not any(line.startswith("，") for line in lines)
    doing = "微信扫一扫，看这一课"
    assert lettering.break_lines(doing, font, 370) == ["微信扫一扫，看这一", "课"]
    assert lettering.level_lines(doing, font, 370) == ["微信扫一扫，", "看这一课"]


@pytest.mark.skipif(ANY_FONT is None, reason="NOT TESTED: no font here (Debian: apt install fonts-dejavu-core)")
def test_words_are_kept_whole_and_what_does_not_fit_is_cut() -> None:
    assert ANY_FONT
    font = lettering.open_font(ANY_FONT, 30)
    assert font
    lines = lettering.break_lines("How to weave a bamboo mat", font, font.getlength("How to weave a") + 5)
    assert lines == ["How to weave a", "bamboo mat"]
    found = lettering.set_lines("word " * 90, ANY_FONT, [40, 30], 500, 2)
    assert found
    assert len(found[1]) == 2
    assert found[1][1].endswith("…")
    assert found[0].getlength(found[1][1]) <= 500
