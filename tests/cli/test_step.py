"""How far sound and picture lie apart is found by laying them over each other."""

import numpy as np
import pytest

from medialib.cli.bench.step import lag

NOISE = np.random.default_rng(5).random((2_000, 1), dtype=np.float32)


@pytest.mark.parametrize("later", [0, 8, 23, -11])
def test_a_lag_is_found_to_the_moment(later: int) -> None:
    moved = np.roll(NOISE, later, axis=0)
    assert lag(NOISE, moved) == later / 200


@pytest.mark.parametrize(
    "other",
    [np.zeros_like(NOISE), np.random.default_rng(6).random((2_000, 1), dtype=np.float32)],
    ids=["still", "else"],
)
def test_where_nothing_moves_or_nothing_is_alike_it_cannot_be_told(other: np.ndarray) -> None:
    assert lag(NOISE, other) is None


def test_what_fits_nearly_as_well_at_many_moments_is_not_believed() -> None:
    slowly = np.sin(np.arange(2_000, dtype=np.float32) / 900)[:, None]
    assert lag(slowly, slowly) is None
