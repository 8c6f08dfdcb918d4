"""The table of figures in docs/benchmarks.md, between its two marks."""

import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_BEGIN = "<!-- figures: written by `medialib bench` -->"
_END = "<!-- end of figures -->"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured value beside its bar and the yardstick it is compared with."""

    group: str
    what: str
    value: str
    bar: str
    yardstick: str = ""


def write_report(page: Path, figures: Sequence[Figure], *, quick: bool) -> None:
    """Replace the groups just measured in the table of `page`; other groups keep their rows."""
    text = page.read_text(encoding="utf-8") if page.exists() else f"# Benchmarks\n\n{_BEGIN}\n{_END}\n"
    before, _, rest = text.partition(_BEGIN)
    old, _, after = rest.partition(_END)
    measured = {figure.group for figure in figures}
    kept = [row for row in old.splitlines() if row.startswith("| ") and row.split("|")[1].strip() not in measured]
    when = f"{time.strftime('%Y-%m-%d')}{', quick' if quick else ''}, {_machine()}"
    rows = [f"| {one.group} | {one.what} | {one.value} | {one.bar} | {one.yardstick} | {when} |" for one in figures]
    head = ["| group | what | measured | bar | beside | when, where |", "|---|---|---|---|---|---|"]
    kept = [row for row in kept if row != head[0]]
    page.write_text(
        f"{before}{_BEGIN}\n" + "\n".join([*head, *sorted([*kept, *rows])]) + f"\n{_END}{after}", encoding="utf-8"
    )


def _machine() -> str:
    return f"{os.cpu_count()} cores, Python {platform.python_version()}"
