"""Limits that are kept in memory, and forgotten."""

from medialib.counting.windows import Windows


def test_the_same_counts_only_so_often_until_the_window_is_over() -> None:
    now = 100.0
    windows = Windows(60, clock=lambda: now)
    assert [windows.allows("a", "b", most=2) for _ in range(3)] == [True, True, False]
    assert windows.allows("ab", most=2), "the parts of a key are kept apart"
    now = 160.0
    assert windows.allows("a", "b", most=2)


def test_an_address_is_not_held_in_memory() -> None:
    windows = Windows(60)
    windows.allows("begun", "203.0.113.7", most=1)
    assert "203.0.113.7" not in repr(vars(windows))
