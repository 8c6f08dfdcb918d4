"""What people call a language."""

import pytest

from medialib.ingest.languages import language_tag, own_name, well_formed


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("zh", "zh"), ("chs", "zh-Hans"), ("CHT", "zh-Hant"), ("zh-CN", "zh-Hans"), ("zh_TW", "zh-Hant"),
        ("zh-hant", "zh-Hant"), ("简体", "zh-Hans"), ("繁體", "zh-Hant"), ("chi", "zh"), ("zho", "zh"), ("cmn", "zh"),
        ("eng", "en"), ("en-us", "en-US"), ("英文", "en"), ("chs&eng", "zh-Hans"), ("yue", "yue"), ("tib", "bo"),
        ("pt-BR", "pt-BR"), ("jpn", "ja"), ("藏文", "bo"),
        ("", None), ("und", None), ("第一", None), ("mp4", None), ("forced", None), ("sdh", None), ("new", None),
        ("final", None), ("v2", None), ("../x", None), ('zh"', None),
    ],
)  # fmt: skip
def test_names_and_codes_become_tags(name: str, tag: str | None) -> None:
    assert language_tag(name) == tag


def test_a_language_has_its_own_name() -> None:
    names = {"zh": "中文", "zh-Hans": "中文 (简体)", "en": "English", "und": "und", "qq": "qq"}
    assert {tag: own_name(tag) for tag in names} == names


@pytest.mark.parametrize(
    ("typed", "tag"),
    [("ZH-hans", "zh-Hans"), ("zh-HK", "zh-HK"), ("en", "en"), ("klingon", None), ("e", None), ("zh_CN", None)],
)
def test_a_typed_tag_is_spelled_as_usual(typed: str, tag: str | None) -> None:
    assert well_formed(typed) == tag
