"""Values kept while there is room."""

from dataclasses import dataclass

from medialib.search.recent import Recent


@dataclass(frozen=True)
class Thing:
    """Something that takes room."""

    size_bytes: int


def test_the_longest_unused_go_first_and_the_too_large_are_not_kept() -> None:
    recent: Recent[str, Thing] = Recent(80)
    made: list[str] = []

    def get(key: str, size: int = 10) -> int:
        def make() -> Thing:
            made.append(key)
            return Thing(size)

        return recent.get(key, make).size_bytes

    for key in "abcdefgh":
        get(key)
    get("a")
    assert get("large", 11) == get("large", 11) == 11
    get("i")
    made.clear()
    for key in "acdefghi":
        get(key)
    assert made == []
    get("b")
    assert made == ["b"]
