"""Descriptions: a little Markdown, and never anything that runs."""

import pytest

from medialib.web.prose import editorial, prose


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("第一段\n第二行\n\n第二段", "<p>第一段<br>\n第二行</p>\n<p>第二段</p>\n"),
        ("- 选竹\n- 劈篾", "<ul>\n<li>选竹</li>\n<li>劈篾</li>\n</ul>\n"),
        ("1. 选竹\n2. 劈篾", "<ol>\n<li>选竹</li>\n<li>劈篾</li>\n</ol>\n"),
        ("**要紧**", "<p><strong>要紧</strong></p>\n"),
        ("<b>竹</b>", "<p>&lt;b&gt;竹&lt;/b&gt;</p>\n"),
        ("# 竹 `x`", "<p># 竹 `x`</p>\n"),
    ],
)
def test_what_is_typed_is_shown_so(typed: str, shown: str) -> None:
    assert prose(typed) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>", "[x](javascript:alert(1))", "[x](data:text/html,x)", "![x](http://a/b.png)",
        "<img src=x onerror=alert(1)>", '[x](http://a "onmouseover=alert(1)")', "<svg/onload=alert(1)>",
        "[x](//evil.example)", "&lt;script&gt;", "[a](<javascript:alert(1)>)",
    ],
)  # fmt: skip
def test_nothing_typed_runs(typed: str) -> None:
    shown = str(prose(typed))
    for mark in ("<script", "<img", "<svg", 'href="javascript', 'href="data', ' onerror="', "title="):
        assert mark not in shown, shown


def test_the_page_of_a_package_has_headings_of_one_level() -> None:
    assert editorial("# 五月\n看笋\n\n#### <b>再做</b>") == (
        "<h2>五月</h2>\n<p>看笋</p>\n<h2>&lt;b&gt;再做&lt;/b&gt;</h2>\n"
    )


def test_links_lead_to_other_sites_without_saying_from_where() -> None:
    assert prose("[县里](https://example.org/a)") == (
        '<p><a href="https://example.org/a" rel="noopener noreferrer nofollow">县里</a></p>\n'
    )
