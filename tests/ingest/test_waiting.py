"""Who waits for a segment, and who of them goes first."""

import pytest

from medialib.ingest.command_parts import Run
from medialib.ingest.waiting import Waiting

PICTURE = Run(names=("v240",), first=4, count=4, hot=True)


def waiting(*others: tuple[str, Run]) -> Waiting:
    """First comes "ours", for a picture of lesson "a"; then the others."""
    found = Waiting()
    found.begin("ours", "a", PICTURE)
    for number, (lesson_id, run) in enumerate(others):
        found.begin(str(number), lesson_id, run)
    return found


@pytest.mark.parametrize(
    ("lesson_id", "run", "other"),
    [
        ("a", Run(names=("a64",), first=4, count=1, hot=True), False),
        ("a", Run(names=("a64",), first=7, count=4, hot=True), False),
        ("a", Run(names=("a64",), first=8, count=1, hot=True), True),
        ("a", Run(names=("v240",), first=5, count=1, hot=True), True),
        ("b", Run(names=("a64",), first=4, count=1, hot=True), True),
    ],
)
def test_picture_and_sound_of_the_same_part_go_together_and_others_do_not(
    lesson_id: str, run: Run, other: bool
) -> None:
    found = waiting((lesson_id, run))
    assert found.later_ones("ours") is other
    found.end("ours")
    assert found.others("a", PICTURE) is other


def test_who_came_last_gives_way_to_nobody_and_who_has_its_segment_neither() -> None:
    found = waiting(("b", PICTURE), ("c", PICTURE))
    assert [found.later_ones(token) for token in ("ours", "0", "1")] == [True, True, False]
    found.end("0")
    assert not found.later_ones("0") and found.others("c", PICTURE)
    for token in ("ours", "1"):
        assert found.anybody()
        found.end(token)
    assert not found.anybody()
