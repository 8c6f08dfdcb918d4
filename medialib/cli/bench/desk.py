"""How long the desk's table of ten thousand lessons takes the server: listed, narrowed, searched, changed at once."""

import re
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import insert
from werkzeug.test import TestResponse

from medialib.app import create_app
from medialib.catalogue import people_edits, unit_tree
from medialib.catalogue.lessons import Lesson, StoredPlan
from medialib.catalogue.seeds import plant
from medialib.catalogue.stages import STAGES
from medialib.catalogue.themes import lesson_themes
from medialib.cli.bench.corpus import Corpus
from medialib.cli.bench.extent import Extent
from medialib.cli.bench.report import Figure
from medialib.ingest.facts import AudioTrack, Ends, Facts, VideoTrack
from medialib.ingest.plan import make_plan
from medialib.ladders import Ladder
from medialib.services import Services, open_with
from medialib.settings import Limits, Settings

LESSONS = 10_000
_TIMES, _ROWS = 20, 50
_TOWNS = 16
_BAR = "200 ms"
_PASSWORD = "measured by day"
_GROUP = f"desk, {LESSONS:,} lessons, p50 / slowest"
_LISTS = {
    "listed": "",
    "the last page": "page=200",
    "narrowed to a stage": "stage=submitted",
    "narrowed to a unit and a theme": "unit=town-3&theme=skills",
    "narrowed to a year, by title": "year=2020&sort=title",
    "by a word": "q=竹",
}
_CHANGES = {
    "of theme": {"what": "theme", "theme": "skills"},
    "of unit": {"what": "unit", "unit": "town-5"},
    "of speaker": {"what": "speaker", "speaker": "周师傅"},
    "of stage": {"what": "archived"},
}


def measure(folder: Path, _extent: Extent) -> list[Figure]:
    """Answers of the whole application to a signed-in curator, without the network."""
    services = open_with(Settings.model_validate({"store": {"url": str(folder / "desk")}}))
    services.database.upgrade()
    plant(services.database)
    _fill(services)
    client = _signed_in(services)
    figures = [_figure(what, _listed(client, query)) for what, query in _LISTS.items()]
    figures += [_change(client, what, fields) for what, fields in _CHANGES.items()]
    services.index.close()
    services.database.close()
    return figures


def _fill(services: Services) -> None:
    with services.database.begin() as session:
        for number in range(_TOWNS):
            unit_tree.add(session, name=f"town {number}", parent_slug=None, by=None)
        people_edits.add_person(
            session, login="county", name="county", role="curator", unit_slug=None, password=_PASSWORD, by=None
        )
    plan = _plan()
    with services.database.begin() as session:
        rows = list(_rows())
        session.execute(insert(Lesson), rows)
        plans = [{"lesson_id": row["id"], "version": 1, "document": plan} for row in rows]
        session.execute(insert(StoredPlan), plans)
        tagged = [{"lesson_id": row["id"], "theme_slug": "skills"} for row in rows[::3]]
        session.execute(insert(lesson_themes), tagged)


def _rows() -> Iterator[dict[str, object]]:
    for number, one in enumerate(Corpus(size=LESSONS).lessons()):
        yield {
            "id": f"{number:010}", "kind": one.kind, "title": one.title, "seconds": one.seconds, "speaker": one.speaker,
            "description": one.description, "published_at": one.published, "changed_at": one.published,
            "stage": STAGES[number % len(STAGES)] if number % 4 == 0 else "published", "recorded": f"{one.year}-05",
            "unit_slug": f"town-{number % _TOWNS}", "state": "complete", "plan_version": 1, "language": "zh",
            "revision": 1, "indexed_revision": 1, "tags": [], "chapters": [], "notices": [],
        }  # fmt: skip


def _plan() -> dict[str, object]:
    """Of a film of ten minutes in all rungs: what a page reads of each lesson that it shows."""
    video = VideoTrack(
        index=0, codec="h264", width=1920, height=1080, rotation=0, frames_per_second=Fraction(25), matrix="bt709",
        full_range=False, interlaced=False,
    )  # fmt: skip
    facts = Facts(
        container="mov", start_seconds=0, declared_seconds=600, track_count=2, video=video, cover_index=None,
        audio=(AudioTrack(index=1, codec="aac", channels=2, language=""),),
    )  # fmt: skip
    ends = Ends(video_seconds=600, audio_seconds=600)
    return make_plan(facts, ends, ladder=Ladder(), limits=Limits()).to_json()


def _signed_in(services: Services) -> FlaskClient:
    client = create_app(services).test_client()
    answer = _post(client, "/sign-in", "/sign-in", login="county", password=_PASSWORD)
    assert answer.status_code == 302, answer.text
    return client


def _post(client: FlaskClient, address: str, page: str, **fields: object) -> TestResponse:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert found
    return client.post(address, data={"csrf_token": found[1], **fields})


def _listed(client: FlaskClient, query: str) -> list[float]:
    """Seconds of each of some answers, after a first one that nobody counts."""
    client.get(f"/desk/lessons?{query}")
    return [_time(lambda: client.get(f"/desk/lessons?{query}")) for _ in range(_TIMES)]


def _time(ask: Callable[[], TestResponse]) -> float:
    begin = time.perf_counter()
    answer = ask()
    assert answer.status_code < 400, answer.text
    return time.perf_counter() - begin


def _change(client: FlaskClient, what: str, fields: dict[str, str]) -> Figure:
    """Each time other lessons: what is so already would cost nothing."""
    page = client.get("/desk/lessons").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    took = []
    for turn in range(_TIMES):
        ids = [f"{number:010}" for number in range(turn * _ROWS, (turn + 1) * _ROWS)]
        data = {"csrf_token": found[1], "lesson": ids, **fields}
        took.append(_time(lambda data=data: client.post("/desk/lessons/bulk", data=data)))  # type: ignore[misc]
    return _figure(f"{_ROWS} changed at once, {what}", took)


def _figure(what: str, seconds: list[float]) -> Figure:
    ordered = sorted(seconds)
    value = f"{ordered[len(ordered) // 2] * 1000:.0f} / {ordered[-1] * 1000:.0f} ms"
    return Figure(group=_GROUP, what=what, value=value, bar=_BAR)
