"""Who in this process waits for a segment, and who of them goes first."""

from medialib.ingest.command_parts import Run


class Waiting:
    """Hot runs whose first segment, the one that was asked for, is not there yet; each under its lease's token."""

    def __init__(self) -> None:
        self._runs: dict[str, tuple[str, Run]] = {}  # in the order in which they began to wait

    def begin(self, token: str, lesson_id: str, run: Run) -> None:
        self._runs[token] = (lesson_id, run)

    def end(self, token: str) -> None:
        self._runs.pop(token, None)

    def anybody(self) -> bool:
        return bool(self._runs)

    def others(self, lesson_id: str, run: Run) -> bool:
        """Whether anybody waits for another part or another lesson."""
        return any(_is_other(one, (lesson_id, run)) for one in list(self._runs.values()))

    def later_ones(self, token: str) -> bool:
        """Whether others began to wait after this one, which still does, for another part or another lesson.

        Who began last goes first: players that jumped do not wait any longer for where they were.
        """
        runs = list(self._runs.items())
        place = next((number for number, (one, _) in enumerate(runs) if one == token), None)
        if place is None:
            return False
        return any(_is_other(later, runs[place][1]) for _, later in runs[place + 1 :])


def _is_other(one: tuple[str, Run], than: tuple[str, Run]) -> bool:
    return one[0] != than[0] or not _go_together(one[1], than[1])


def _go_together(one: Run, other: Run) -> bool:
    """Picture and sound of the same part are for the same player: neither gives way to the other."""
    apart = other.first >= one.first + one.count or one.first >= other.first + other.count
    return one.names != other.names and not apart
