"""Every sentence of the source is in the Chinese catalogue, whole."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from medialib.web import i18n


def translations(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, (tuple, list)) else [message.string or ""]


@pytest.mark.parametrize("path", i18n.catalogue_files(), ids=lambda path: path.parent.parent.name)
def test_nothing_is_missing_fuzzy_or_left_over(path: Path) -> None:
    wanted, have = i18n.extract(), i18n.read_catalogue(path)
    missing = [one.id for one in wanted if one.id and one.id not in have]
    assert not missing, "python -m medialib.web.i18n update"
    assert not [one.id for one in have if one.id and one.fuzzy]
    assert not [one.id for one in have if one.id and not all(translations(one))]
    assert not [one.id for one in have if one.id and one.id not in wanted], "left over: run update"


def test_there_is_a_chinese_catalogue() -> None:
    assert [path.parent.parent.name for path in i18n.catalogue_files()] == ["zh_CN"]


def test_translations_keep_their_placeholders_and_full_width_marks() -> None:
    placeholder = re.compile(r"%\(\w+\)s")
    for message in i18n.read_catalogue(i18n.catalogue_files()[0]):
        if not message.id:
            continue
        original = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
        for text in translations(message):
            assert set(placeholder.findall(text)) == set(placeholder.findall(original)), original
            assert not re.search(r"[\u4e00-\u9fff][,.;:?!]", text), text
