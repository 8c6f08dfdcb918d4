"""What people type or paste is kept without what nobody can see."""

import pytest

from medialib.catalogue.readable import readable


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  竹编\u3000入门 ", "竹编\u3000入门"),
        ("竹\x00编\n入门\ud800", "竹 编 入门"),
        ("竹编\u202egpj.exe\u2066入门", "竹编gpj.exe入门"),
        ("👨\u200d🌾 नमस्\u200dते", "👨\u200d🌾 नमस्\u200dते"),
    ],
)
def test_a_line_has_no_control_characters_and_is_not_read_backwards(typed: str, kept: str) -> None:
    assert readable(typed) == kept


def test_several_lines_keep_their_ends() -> None:
    assert readable("\r\n一、备篾\r\n\t泡软\x07\n", lines=True) == "一、备篾\n\t泡软"
