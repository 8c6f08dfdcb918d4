"""config.yaml shows every setting, with its default and a comment."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from medialib.settings import Settings, load_settings

CONFIG = Path(__file__).parents[2] / "config.yaml"


def places(document: dict[str, Any]) -> Iterator[str]:
    return (f"{section}.{key}" for section, keys in document.items() for key in keys)


def test_config_lists_every_setting_and_no_other() -> None:
    shown = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    assert list(places(shown)) == list(places(Settings().model_dump()))


def test_config_shows_the_defaults() -> None:
    shown = load_settings(CONFIG, {})
    for section in Settings.model_fields:
        if section != "store":  # its default is counted from the folder of the file
            assert getattr(shown, section) == getattr(Settings(), section), section
    assert shown.store.url == str(CONFIG.parent / Settings().store.url)


def test_every_setting_of_config_has_a_comment_of_its_own() -> None:
    lines = CONFIG.read_text(encoding="utf-8").splitlines()
    bare = [line for above, line in pairwise(lines) if is_key(line) and "  # " not in above]
    assert bare == []


def is_key(line: str) -> bool:
    return line.startswith("  ") and line[2].isalpha() and ":" in line


def test_every_section_says_what_it_is_for() -> None:
    sections = [field.annotation for field in Settings.model_fields.values()]
    assert all(isinstance(one, type) and issubclass(one, BaseModel) and one.__doc__ for one in sections)
