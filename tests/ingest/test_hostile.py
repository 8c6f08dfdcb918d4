"""Files that want to do harm: texts that name other files or addresses, and media with broken bytes."""

import os
import random
import resource
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import media
import pytest
from web.factories import make_plan, opened_services

from medialib.catalogue import lookups
from medialib.catalogue.edits import Details
from medialib.errors import ToolFailed, UnusableMedia
from medialib.ingest import commands, ffmpeg, hot
from medialib.ingest.command_parts import Run
from medialib.ingest.intake import take_in
from medialib.services import Services

CANARY = b"the-canary-sings-at-midnight"
# Of each container; MEDIALIB_MUTATIONS=75 tries all 300 and makes a segment of every lesson that comes of them.
USUAL_MUTATIONS = 8
MUTATIONS = int(os.environ.get("MEDIALIB_MUTATIONS", USUAL_MUTATIONS))


class Trap:
    """An address of this machine that must never be called."""

    def __init__(self) -> None:
        self.calls = 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            caller, _ = self._door.accept()
            with caller:
                if caller.recv(4) == b"stop":
                    return
                self.calls += 1

    def close(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as caller:
            caller.sendall(b"stop")
        self._thread.join()
        self._door.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    opened = Trap()
    yield opened
    opened.close()


HLS = """#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:10
#EXTINF:10.0,
{target}
#EXT-X-ENDLIST
"""
MASTER = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1280000\n{target}\n"
CONCAT = "ffconcat version 1.0\nfile '{target}'\n"
DASH = """<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT10S"
  profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" minBufferTime="PT1S">
<Period><AdaptationSet mimeType="video/mp4">
<Representation id="1" bandwidth="1000" width="320" height="180"><BaseURL>{target}</BaseURL></Representation>
</AdaptationSet></Period></MPD>
"""
SDP = """v=0
o=- 0 0 IN IP4 127.0.0.1
s=x
c=IN IP4 127.0.0.1
t=0 0
m=video {port} RTP/AVP 96
a=rtpmap:96 H264/90000
"""
SMIL = '<smil><body><video src="{target}"/></body></smil>'
XSPF = '<?xml version="1.0"?><playlist><trackList><track><location>{target}</location></track></trackList></playlist>'
PLS = "[playlist]\nFile1={target}\nNumberOfEntries=1\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><image href="{target}" width="9" height="9"/></svg>'
TEXTS = {
    "hls": HLS, "master": MASTER, "concat": CONCAT, "dash": DASH, "sdp": SDP, "smil": SMIL, "xspf": XSPF, "pls": PLS,
    "svg": SVG,
}  # fmt: skip
TARGETS = (
    "{canary}",
    "file:{canary}",
    "http://127.0.0.1:{port}/a.ts",
    "tcp://127.0.0.1:{port}",
    "concat:{canary}|{canary}",
)


def hostile_files(folder: Path, canary: Path, port: int) -> list[Path]:
    found = []
    for kind, text in TEXTS.items():
        for number, target in enumerate(TARGETS):
            path = folder / f"{kind}{number}.{('mp4', 'mkv', 'mp3')[number % 3]}"
            path.write_text(text.format(target=target.format(canary=canary, port=port), port=port))
            found.append(path)
    return found


def everything_in(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_text_that_names_other_places_is_refused_and_reaches_none(
    services: Services, tmp_path: Path, trap: Trap
) -> None:
    canary = media.tone(tmp_path / "canary.ts", seconds=1, more=("-metadata", f"title={CANARY.decode()}"))
    canary.write_bytes(canary.read_bytes() + CANARY)
    for path in hostile_files(tmp_path, canary, trap.port):
        with pytest.raises(UnusableMedia, match=r"This is a (playlist|picture)") as caught:
            take_in(services.workshop, path, Details(title="x"), name=path.name)
        assert CANARY.decode() not in str(caught.value) + caught.value.detail
    assert trap.calls == 0
    assert not any(CANARY in content for content in everything_in(services.store.root))
    assert list(services.store.temporary.iterdir()) == []
    assert list(services.store.lessons.iterdir()) == []


@pytest.mark.parametrize("program", media.FFMPEGS, ids=lambda path: path.rpartition("/")[2])
def test_a_text_that_came_past_the_door_opens_nothing_either(
    services: Services, tmp_path: Path, trap: Trap, program: str
) -> None:
    canary = media.film(tmp_path / "canary.ts", seconds=1)
    work = tmp_path / "work"
    (work / "v480").mkdir(parents=True)
    plan = make_plan(seconds=8)
    for path in hostile_files(tmp_path, canary, trap.port)[::3]:
        argv = commands.video_command(program, path, plan, Run(names=("v480",), first=0, count=1))
        with pytest.raises(ToolFailed):
            ffmpeg.run(argv, reach=ffmpeg.Reach(reads=path, writes=work), limits=services.workshop.limits(hot=True))
        assert list((work / "v480").glob("*.m4s")) == []
    assert trap.calls == 0


def naming_another(film: bytes, target: Path) -> bytes:
    """The film, whose pictures are said to lie elsewhere (QuickTime File Format: data reference atoms, aliases)."""
    content, begin = bytearray(film), film.index(b"moov")
    at = film.index(b"url ", begin) - 4
    size = int.from_bytes(film[at : at + 4], "big")
    name, path = target.name.encode(), bytes(target) + bytes(len(bytes(target)) % 2)
    alias = b"\0\0\0\0\0\x96\0\2\0\0\4root".ljust(50, b"\0") + bytes([len(name)]) + name
    alias = alias.ljust(150, b"\0")  # then records: 2 and 18 are the path, with colons and with slashes
    alias += b"".join(struct.pack(">HH", kind, len(bytes(target))) + path for kind in (2, 18)) + b"\xff\xff\0\0"
    entry = struct.pack(">I4sI", 12 + len(alias), b"alis", 0) + alias
    content[at : at + size] = entry
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        place = film.index(box, begin) - 4
        larger = int.from_bytes(film[place : place + 4], "big") + len(entry) - size
        content[place : place + 4] = struct.pack(">I", larger)
    return bytes(content)


def declaring(film: bytes, box: bytes, offset: int, value: bytes) -> bytes:
    at = film.index(box, film.index(b"moov")) + 4 + offset
    return film[:at] + value + film[at + len(value) :]


def test_pictures_that_are_said_to_lie_elsewhere_are_not_fetched(services: Services, tmp_path: Path) -> None:
    film = media.film(tmp_path / "a.mp4", seconds=1, size="64x48").read_bytes()
    os.mkfifo(tmp_path / "pipe")  # who opens it waits for ever
    (tmp_path / "b.mp4").write_bytes(naming_another(film, tmp_path / "pipe"))
    lesson = take_in(services.workshop, tmp_path / "b.mp4", Details(title="x"), name="b.mp4").lesson
    assert lesson.kind == "audio"


def children_seconds() -> float:
    """What the processor has worked for programs that this process ran."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def test_what_a_header_declares_costs_no_memory_and_no_time(tmp_path: Path) -> None:
    film = media.film(tmp_path / "a.mp4", seconds=3, size="64x48", sound_seconds=0).read_bytes()
    gigabytes = film[: film.index(b"mdat") - 4] + struct.pack(">I", 0xFFFFFFF0) + film[film.index(b"moov") :]
    kinds = {
        "samples": declaring(film, b"stsz", 4, struct.pack(">II", 1, 0x0FFFFFFF)),
        "edits": declaring(film, b"elst", 4, struct.pack(">I", 0xFFFFFF)),
        "index": gigabytes,
    }
    found, before = {}, children_seconds()
    # Less than that many samples or bytes would take. Want of memory is told otherwise (test_failures.py), and raised.
    with opened_services(tmp_path / "store", tools={"memory_megabytes": 1536}) as services:
        for kind, content in kinds.items():
            (tmp_path / kind).write_bytes(content)
            try:
                found[kind] = take_in(services.workshop, tmp_path / kind, Details(title="x"), name="a.mp4").lesson.kind
            except UnusableMedia as error:
                found[kind] = error.message
    assert found["edits"] == "video"
    assert found["samples"].startswith("Nothing in this file can be played"), "no picture is one byte long"
    assert found["index"].startswith("Nothing in this file can be played"), "its pictures are not there"
    assert children_seconds() - before < 20, "an ordinary film of three seconds takes one"


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.ogg"])
def test_broken_bytes_are_refused_or_become_a_lesson_and_leave_nothing_behind(
    services: Services, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    whole = media.tone(path, seconds=1) if name == "a.ogg" else media.film(path, seconds=1, size="64x48")
    content, chance = whole.read_bytes(), random.Random(name)
    refused, taken = 0, []
    for _ in range(MUTATIONS):
        broken = bytearray(content[: chance.choice((len(content), chance.randrange(1, len(content))))])
        for _ in range(chance.choice((1, 10, 100))):
            within = chance.choice((len(broken), min(len(broken), 800)))
            broken[chance.randrange(within)] = chance.randrange(256)
        path.write_bytes(broken)
        try:
            taken.append(take_in(services.workshop, path, Details(title="x"), name=name).lesson)
        except UnusableMedia as error:
            refused += 1
            assert str(error).endswith((".", "again."))
    assert refused + len(taken) == MUTATIONS
    for lesson in taken if MUTATIONS > USUAL_MUTATIONS else taken[:3]:
        with services.database.read() as session:
            rendition = lookups.current_plan(session, lesson).renditions[0].name
        hot.hurry(services.workshop, lesson.id, 1, rendition, 0)
    assert list(services.store.temporary.iterdir()) == []
    assert len(list(services.store.lessons.glob("*/*"))) == len(taken)
