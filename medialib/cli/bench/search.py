"""Search among ten thousand and a hundred thousand lessons: questions, suggestions, publishing, building anew."""

import json
import pickle
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil

from medialib.cli.bench.corpus import YEARS, Corpus, questions, themes
from medialib.cli.bench.extent import Extent
from medialib.cli.bench.report import Figure
from medialib.cli.bench.yardstick import FullText
from medialib.search.asking import take_apart
from medialib.search.browsing import browse
from medialib.search.completing import Completion, Completions
from medialib.search.index import SearchIndex
from medialib.search.query import search
from medialib.search.schema import Document, index_fields

T = TypeVar("T")

SIZES = (10_000, 100_000)
_ASKED, _WARM, _PUBLISHED, _TYPED = 300, 20, 40, 8
_MEGABYTE = 2**20
_BARS = {10_000: "2 / 10 ms", 100_000: "5 / 25 ms"}
_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class Built:
    """How an index was built: by the clock, and of processor time of both processes; FTS5 of processor time; the most
    memory that the writing process had."""

    seconds: float
    processor_seconds: float
    yardstick_seconds: float
    peak_bytes: int
    index_bytes: int


@dataclass(kw_only=True)
class Asked:
    """Milliseconds by what was asked, ours and FTS5's; the most that the asking process had in memory, and how much of
    it were pages of the index."""

    ours: dict[str, list[float]] = field(default_factory=dict)
    theirs: dict[str, list[float]] = field(default_factory=dict)
    most_bytes: int = 0
    mapped_bytes: int = 0

    def note_memory(self) -> None:
        memory = psutil.Process().memory_info()
        if memory.rss > self.most_bytes:
            self.most_bytes, self.mapped_bytes = memory.rss, memory.shared


def measure(folder: Path, extent: Extent) -> list[Figure]:
    """The figures for both sizes, of 10,000 lessons only when quick; each part in a process of its own."""
    figures: list[Figure] = []
    for size in (extent.size,) if extent.size else SIZES[:1] if extent.quick else SIZES:
        place = (extent.keep or folder) / f"search-{size}"
        place.mkdir(parents=True, exist_ok=True)
        figures += _figures(size, _built(place, size), _alone(_ask, place, size))
    return figures


def _built(place: Path, size: int) -> Built:
    """Built now, unless an earlier run that was to keep it has done so."""
    note = place / "built.json"
    if not note.exists():
        _alone(_draw, place, size)
        yardstick = _alone(_build_yardstick, place, size)
        seconds, processor, peak = _alone(_build, place, size)
        size_bytes = sum(path.stat().st_size for path in (place / "index").rglob("*.seg"))
        built = Built(
            seconds=seconds, processor_seconds=processor, yardstick_seconds=yardstick, peak_bytes=peak,
            index_bytes=size_bytes,
        )  # fmt: skip
        note.write_text(json.dumps(asdict(built)), encoding="utf-8")
    return Built(**json.loads(note.read_text(encoding="utf-8")))


def _alone(work: Callable[[Path, int], T], place: Path, size: int) -> T:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(work, place, size).result()


def _draw(place: Path, size: int) -> None:
    """Put the lessons on the disk, so that making them up takes none of the time measured."""
    with (place / "lessons").open("wb") as file:
        lessons = Corpus(size=size).lessons()
        while some := list(islice(lessons, _AT_ONCE)):
            pickle.dump(some, file)


def _lessons(place: Path) -> Iterator[Document]:
    with (place / "lessons").open("rb") as file, suppress(EOFError):
        while True:
            yield from pickle.load(file)


def _build_yardstick(place: Path, _size: int) -> float:
    """Seconds of processor time that FTS5 takes for words already cut."""
    (place / "yardstick.db").unlink(missing_ok=True)
    text, used = FullText(place / "yardstick.db"), 0.0
    for number, document in enumerate(_lessons(place), start=1):
        terms = index_fields(document)
        began = time.process_time()
        text.add(document, terms)
        if number % _AT_ONCE == 0:
            text.commit()
        used += time.process_time() - began
    text.commit()
    text.close()
    return used


def _build(place: Path, _size: int) -> tuple[float, float, int]:
    """Seconds by the clock and of processor time, and the most memory."""
    began, used = time.perf_counter(), time.process_time()
    SearchIndex(place / "index").rebuild(_lessons(place))
    helper = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = time.process_time() - used + helper.ru_utime + helper.ru_stime
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return time.perf_counter() - began, processor, peak


def _ask(place: Path, size: int) -> Asked:
    """Ask a fresh process everything, each question once; then publish."""
    asked = Asked()
    index, text = SearchIndex(place / "index"), FullText(place / "yardstick.db")
    for words in (1, 2):
        some = questions(_WARM + _ASKED, words=words)
        _time(asked, f"{words} terms", [partial(search, index, one, counted=True) for one in some])
        cut = [[unit.text for unit in take_apart(one).units] for one in some]
        _time(asked, f"{words} terms", [partial(text.find, one) for one in cut], theirs=True)
    chosen = [(theme, year) for theme in themes() for year in YEARS][: _WARM + _ASKED]
    dated = [partial(browse, index, {"theme": theme, "year": year}) for theme, year in chosen]
    _time(asked, "theme and date", dated)
    _time(asked, "theme and date", [partial(text.newest, theme) for theme, _ in chosen], theirs=True)
    lessons = [*Corpus(size=size).titles()]
    known = Completions([Completion(text=title, kind="lesson", key=id) for id, title in lessons])
    typed = [title[: 1 + at % 3] for at, (_, title) in enumerate(lessons[: _WARM + _ASKED])]
    _time(asked, "suggestions", [partial(known.find, one, _TYPED) for one in typed])
    _time(asked, "suggestions", [partial(text.beginning, one, _TYPED) for one in typed], theirs=True)
    asked.note_memory()
    _publish(asked, place, size, text)
    text.close()
    return asked


def _time(asked: Asked, what: str, calls: Sequence[Callable[[], object]], *, theirs: bool = False) -> None:
    """Milliseconds of processor time of each call; the first few are forgotten, as a process is only once new."""
    into = (asked.theirs if theirs else asked.ours).setdefault(what, [])
    for number, call in enumerate(calls):
        began = time.process_time()
        call()
        if number >= _WARM:
            into.append((time.process_time() - began) * 1000)
        asked.note_memory()


def _publish(asked: Asked, place: Path, size: int, text: FullText) -> None:
    """Milliseconds by the clock from a lesson to a reader that finds it."""
    writer, reader = SearchIndex(place / "index"), SearchIndex(place / "index")
    search(reader, "课")
    for document in Corpus(size=size).lessons(size, size + _PUBLISHED):
        began = time.perf_counter()
        writer.put([document])
        found = search(reader, document.title)
        asked.ours.setdefault("publish", []).append((time.perf_counter() - began) * 1000)
        assert document.id in found.ids, document
        began = time.perf_counter()
        terms = index_fields(document)
        text.add(document, terms)
        text.commit()
        assert text.find([unit.text for unit in take_apart(document.title).units])
        asked.theirs.setdefault("publish", []).append((time.perf_counter() - began) * 1000)
        writer.tidy()  # as the worker does when nothing else waits


def _figures(size: int, built: Built, asked: Asked) -> list[Figure]:
    group = f"search, {size:,} lessons, p50 / p99"
    bars = {"theme and date": "2 / 5 ms", "suggestions": "2 / 10 ms"}
    figures = [
        Figure(
            group=group, what=f"{what}, processor time", value=_middle_and_worst(asked.ours[what]),
            bar=bars.get(what, _BARS.get(size, "")), yardstick=f"FTS5 {_middle_and_worst(asked.theirs[what])}",
        )
        for what in asked.ours if what != "publish"
    ]  # fmt: skip
    figures.append(
        Figure(
            group=group, what="from publishing to found", value=_middle_and_worst(asked.ours["publish"]),
            bar="100 / 300 ms", yardstick=f"FTS5 {_middle_and_worst(asked.theirs['publish'])}",
        )
    )  # fmt: skip
    return [
        *figures,
        Figure(
            group=group, what="built anew, by the clock", value=f"{size / built.seconds:.0f} lessons/s",
            bar="250 lessons/s", yardstick=f"{size / built.processor_seconds:.0f}/s of both processes' processor time",
        ),
        Figure(
            group=group, what="built anew by FTS5, of processor time",
            value=f"{size / built.yardstick_seconds:.0f} lessons/s", bar="", yardstick="words already cut",
        ),
        Figure(
            group=group, what="most memory while building", value=f"{built.peak_bytes / _MEGABYTE:.0f} MB",
            bar="1500 MB", yardstick=f"index of {built.index_bytes / _MEGABYTE:.0f} MB",
        ),
        Figure(
            group=group, what="most memory of a searching process", value=f"{asked.most_bytes / _MEGABYTE:.0f} MB",
            bar="400 MB", yardstick=f"{asked.mapped_bytes / _MEGABYTE:.0f} MB of it pages that all processes share",
        ),
    ]  # fmt: skip


def _middle_and_worst(milliseconds: Sequence[float]) -> str:
    p50, p99 = np.percentile(milliseconds, [50, 99])
    return f"{p50:.2g} / {p99:.2g} ms" if p99 < 99 else f"{p50:.0f} / {p99:.0f} ms"
