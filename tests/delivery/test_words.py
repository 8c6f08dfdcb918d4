"""Figures as people read them."""

import pytest

from medialib.delivery.words import clock, position


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (5.4, "0:05"), (59.6, "1:00"), (62.5, "1:03"), (520, "8:40"), (3599.9, "1:00:00"), (3725, "1:02:05")],
)
def test_lengths(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(("seconds", "told"), [(0, "0:00"), (61.9, "1:01"), (725, "12:05"), (3725.5, "1:02:05")])
def test_a_place_in_a_lesson(seconds: float, told: str) -> None:
    assert position(seconds) == told
