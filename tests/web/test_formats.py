"""Figures, dates and found words as people read them."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from medialib.web import i18n
from medialib.web.forms import Listing, read_listing
from medialib.web.phone import covers, formats


@pytest.mark.parametrize(
    ("recorded", "language", "text"),
    [
        (None, "zh_CN", ""), ("", "zh_CN", ""), ("2023-13", "zh_CN", ""), ("2023-02-30", "zh_CN", ""),
        ("0000", "zh_CN", ""), ("May", "en", ""), ("2023", "zh_CN", "2023年"), ("2023-05", "zh_CN", "2023年5月"),
        ("2023-05-04", "zh_CN", "2023年5月4日"), ("2023-05", "en", "May 2023"), ("2023-05-04", "en", "4 May 2023"),
    ],
)  # fmt: skip
def test_dates_are_as_exact_as_is_known(recorded: str | None, language: str, text: str) -> None:
    app = Flask(__name__)
    i18n.install(app, default=language)
    with app.test_request_context():
        assert formats.month(recorded, with_day=True) == text


@pytest.mark.parametrize(("size", "text"), [(None, ""), (400_000, "不到 1 MB"), (38_400_000, "约 38 MB")])
def test_costs(size: int | None, text: str) -> None:
    app = Flask(__name__)
    i18n.install(app, default="zh_CN")
    with app.test_request_context():
        assert formats.megabytes(size) == text.replace(" ", formats.NO_BREAK)


def test_marks_escape_what_they_surround() -> None:
    assert formats.marked("<b>编织", ((3, 5),)) == "&lt;b&gt;<mark>编织</mark>"


def test_a_snippet_shows_the_found_word_in_a_long_text() -> None:
    text = "前" * 200 + "编织" + "后" * 200
    shown = formats.snippet(text, ((200, 202),))
    assert "<mark>编织</mark>" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert formats.snippet("短", ()) == "短"


def test_a_lesson_keeps_its_cover() -> None:
    assert covers.cover_file("abcde", "video") == covers.cover_file("abcde", "video")
    assert {covers.cover_file(str(n), "audio") for n in range(99)} == {f"covers/{one}.svg" for one in covers.SQUARE}


def test_addresses_begin_anew_when_the_choice_changes_and_stay_short() -> None:
    listing = Listing(q="编织", kind="video", page=3)
    assert listing.address("/search", page=4).endswith("kind=video&page=4")
    assert "page" not in listing.address("/search", kind="audio")
    assert Listing().address("/") == "/"


def test_a_page_that_is_too_deep_is_the_last_that_can_be_shown() -> None:
    listing = read_listing(MultiDict({"page": "600", "per_page": "20"}))
    assert (listing.page, listing.last_page) == (500, 500)
    assert read_listing(MultiDict({"page": "500"}), strict=True).page == 500
