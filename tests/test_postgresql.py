"""The catalogue and the queue in PostgreSQL: the schema, a lesson from intake to complete, what the desk asks."""

import gc
import os
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import media
import pytest
from journeys.running import until
from web.signing import add_person, sign_in

from medialib.app import create_app
from medialib.catalogue import lookups
from medialib.catalogue.edits import Details
from medialib.catalogue.seeds import plant
from medialib.ingest.intake import take_in
from medialib.services import Services, open_with
from medialib.settings import Settings
from medialib.web import i18n
from medialib.worker import Worker

PROGRAMS = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)

pytest.importorskip("psycopg", reason="NOT TESTED: pip install psycopg")
pytestmark = pytest.mark.skipif(
    PROGRAMS is None or not (PROGRAMS / "initdb").exists(),
    reason="NOT TESTED: no PostgreSQL here (Debian: apt install postgresql)",
)


@pytest.fixture
def address() -> Iterator[str]:
    """A server of its own, without a word of a password, on this machine only."""
    assert PROGRAMS
    folder = Path(tempfile.mkdtemp(prefix="medialib-postgresql-"))
    other: tuple[str, ...] = ()
    if os.geteuid() == 0:  # which PostgreSQL refuses to be
        other = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    quiet = {"check": True, "capture_output": True, "cwd": "/"}
    subprocess.run([*other, PROGRAMS / "initdb", "-D", data, "-A", "trust", "-U", "medialib"], **quiet)  # type: ignore[call-overload]
    argv = [*other, str(PROGRAMS / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), "-h", "127.0.0.1"]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/") as server:
        try:
            end = time.monotonic() + 60
            while subprocess.run(
                [PROGRAMS / "pg_isready", "-h", "127.0.0.1", "-p", str(port)], capture_output=True
            ).returncode:
                assert time.monotonic() < end
                time.sleep(0.2)
            yield f"postgresql://medialib@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(2)
            server.wait(timeout=60)
            shutil.rmtree(folder)


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_lesson_is_made_and_listed_on_the_desk(address: str, tmp_path: Path) -> None:
    i18n.compile_catalogues()
    told = {"store": {"url": str(tmp_path / "store")}, "database": {"url": address}, "jobs": {"url": address}}
    services = open_with(Settings.model_validate(told))
    services.database.upgrade()
    plant(services.database)
    add_person(services, "boss", "admin")
    path = media.film(tmp_path / "a.mp4", seconds=3)
    lesson = take_in(services.workshop, path, Details(title="竹编"), name=path.name).lesson
    worker = Worker(services)
    worker.start()
    try:
        services.queues.send("bulk", "advance")
        until(partial(is_complete, services, lesson.id), seconds=120)
    finally:
        worker.stop()
    client = create_app(services).test_client()
    sign_in(client, "boss")
    assert "竹编" in client.get("/desk/lessons?sort=largest").text
    services.index.close()
    services.database.close()
    del worker, services, client
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()  # huey has a connection in each thread, which ends with it


def is_complete(services: Services, lesson_id: str) -> bool:
    with services.database.read() as session:
        return lookups.lesson(session, lesson_id).state == "complete"
