"""A rung made of the recording's own packets, and rungs left out, with every ffmpeg of this machine."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import m3u8
import media
import pytest
from web.factories import opened_services

from medialib import showing
from medialib.app import create_app
from medialib.catalogue import lookups, work_lookups
from medialib.catalogue.cuts import ENCODED, Cuts
from medialib.catalogue.edits import Details
from medialib.catalogue.lessons import RenditionProgress
from medialib.delivery import offer
from medialib.errors import ToolFailed
from medialib.ingest import choosing, copying, ffmpeg, hot, pipeline
from medialib.ingest.bitstream import Fragment, read_clock, read_fragment
from medialib.ingest.errand import Errand
from medialib.ingest.intake import take_in
from medialib.ingest.recording import Recording, load
from medialib.ingest.workshop import Workshop
from medialib.services import Services

QUICK: dict[str, Any] = {
    "jobs": {"backoff_seconds": 0.01, "lease_seconds": 60, "renew_seconds": 0.5},
    "ladder": {"segment_seconds": 2, "preset": "ultrafast", "start_rung": 240},
    "runs": {"bulk_segments": 8},
    "site": {"language": "en"},
}
CAPPED = ("-preset", "veryfast", "-b:v", "300k", "-maxrate", "300k", "-bufsize", "300k", "-sc_threshold", "0")
TOP = "v360"


def film(path: Path, *more: str, gop: int = 25, seconds: float = 7) -> Path:
    return media.film(path, seconds=seconds, size="640x360", more=(*CAPPED, "-g", str(gop), *more))


def published(services: Services, path: Path) -> Recording:
    lesson = take_in(services.workshop, path, Details(title="竹编"), name=path.name).lesson
    return load(services.workshop, lesson.id)


def worked_off(workshop: Workshop, recording: Recording) -> dict[str, RenditionProgress]:
    """All that there is to do, done; how far each rendition is then."""
    while pipeline.advance(workshop, lambda: True):
        pass
    with workshop.database.read() as session:
        lesson = lookups.lesson(session, recording.lesson_id)
        assert (lesson.state, [row.detail for row in work_lookups.troubles(session, lesson.id)]) == ("complete", [])
        return {row.name: row for row in work_lookups.renditions(session, lesson)}


def copied_or_not(services: Services, recording: Recording) -> Cuts | None:
    """How the step that copies ends, when nothing else is done."""
    with services.leases.hold("copy") as lease:
        assert lease
        copying.make_copy(
            Errand(workshop=services.workshop, recording=recording, lease=lease), recording.plan.video[-1]
        )
    return Cuts.read(services.store.cuts(recording.lesson_id, 1, TOP))


def is_copied(recording: Recording) -> bool:
    return any(one.copied for one in recording.plan.video)


def whole(services: Services, recording: Recording, name: str, target: Path) -> Path:
    folder = services.store.rendition(recording.lesson_id, 1, name)
    parts = [folder / f"{number}.m4s" for number in range(recording.plan.segment_count)]
    return media.joined(target, folder / "init.mp4", *parts)


def with_ffmpeg(workshop: Workshop, program: str) -> Workshop:
    return replace(workshop, tools=replace(workshop.tools, ffmpeg=program))


@pytest.mark.parametrize("program", media.FFMPEGS, ids=lambda path: path.rpartition("/")[2])
@pytest.mark.parametrize(
    ("name", "more"), [("plain.mp4", ()), ("late.mkv", ("-output_ts_offset", "5"))], ids=["mp4", "late"]
)
def test_a_copied_rung_plays_in_step_with_its_own_durations(
    services: Services, tmp_path: Path, program: str, name: str, more: tuple[str, ...]
) -> None:
    # Every picture is one grey: it is reckoned small.
    greys = "scale=32:18,geq=lum='20+mod(5*N,200)':cb=128:cr=128,scale=640:360:flags=neighbor"
    path = film(tmp_path / name, *more, "-vf", greys)
    recording = published(services, path)
    assert is_copied(recording)
    rows = worked_off(with_ffmpeg(services.workshop, program), recording)
    assert rows[TOP].complete and rows[TOP].codecs.startswith("avc1.64")

    made = whole(services, recording, TOP, tmp_path / "copy.mp4")
    theirs, ours, start = media.packets(path), media.packets(made), recording.plan.source.start_seconds
    assert [float(one["at"]) for one in ours] == pytest.approx([float(one["at"]) - start for one in theirs], abs=0.001)
    assert media.complaints(made) == ""
    large, small = media.brightness(made), media.brightness(whole(services, recording, "v240", tmp_path / "small.mp4"))
    assert large == media.brightness(path)
    # Every picture is brighter than the last: those of the encoded start rung come at the same moments.
    apart = {
        shift: sum(abs(a - b) for a, b in zip(large[2:-2], small[2 + shift :], strict=False)) for shift in (-1, 0, 1)
    }
    # Its sound begins before the picture of the late one, by less than a picture's time.
    assert min(apart, key=apart.__getitem__) in ((0, 1) if start else (0,))

    cuts = Cuts.read(services.store.cuts(recording.lesson_id, 1, TOP))
    assert cuts and cuts.copied
    keys = [float(one["at"]) for one in ours if one["key"]]
    assert all(any(abs(begin / cuts.timescale - key) < 0.001 for key in keys) for begin in cuts.begins)
    assert sum(cuts.durations) == pytest.approx(Fraction(7), abs=0.03)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The store of a lesson that is complete with its copy, and the lesson."""
    folder = tmp_path_factory.mktemp("made")
    with opened_services(folder / "store", **QUICK) as services:
        recording = published(services, film(folder / "a.mp4"))
        worked_off(services.workshop, recording)
    return folder / "store", recording.lesson_id


@pytest.fixture
def copied(made: tuple[Path, str], tmp_path: Path) -> Iterator[tuple[Services, Recording]]:
    """The same for one test alone."""
    store, lesson_id = made
    shutil.copytree(store, tmp_path / "store")
    with opened_services(tmp_path / "store", **QUICK) as services:
        yield services, load(services.workshop, lesson_id)


def test_every_segment_carries_its_parameter_sets(copied: tuple[Services, Recording]) -> None:
    services, recording = copied
    for number in range(recording.plan.segment_count):
        content = services.store.segment(recording.lesson_id, 1, TOP, number).read_bytes()
        samples = content[content.index(b"mdat") + 4 :]
        kinds: list[int] = []
        while len(kinds) < 3:
            kinds.append(samples[4] & 0x1F)
            samples = samples[4 + int.from_bytes(samples[:4], "big") :]
        assert {7, 8} <= set(kinds)  # ITU-T H.264 table 7-1: the sets of the sequence and of the picture


def test_a_copy_is_offered_when_it_is_complete_and_not_before(services: Services, tmp_path: Path) -> None:
    recording = published(services, film(tmp_path / "a.mp4"))
    client = create_app(services).test_client()
    address = f"/media/{recording.lesson_id}/v1/{TOP}"
    for part in ("index.m3u8", "init.mp4", "0.m4s"):
        answer = client.get(f"{address}/{part}")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    hot.hurry(services.workshop, recording.lesson_id, 1, TOP, 0)
    assert services.store.segments(recording.lesson_id, 1, TOP) == {}
    worked_off(services.workshop, recording)
    playlist = m3u8.loads(client.get(f"{address}/index.m3u8").text)
    assert [one.duration for one in playlist.segments] == [2, 2, 2, 1]
    assert f"v1/{TOP}/index.m3u8" in client.get(f"/media/{recording.lesson_id}/master.m3u8").text
    for one in playlist.segments:
        with client.get(f"{address}/{one.uri}") as segment:
            assert segment.status_code == 200
    assert client.get(f"{address}/4.m4s").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        lambda path: film(path, gop=30),
        lambda path: film(path, "-pix_fmt", "yuv422p"),
        lambda path: film(path, "-b:v", "6M", "-maxrate", "9M"),
        lambda path: film(path, "-vf", "setsar=4/3"),
        lambda path: media.film(path.with_suffix(".webm"), seconds=2, size="640x360"),
    ],
    ids=["keyframes elsewhere", "4:2:2", "too many bits", "oblong pixels", "VP8"],
)
def test_what_is_not_fit_is_not_even_tried(services: Services, tmp_path: Path, change: Callable[[Path], Path]) -> None:
    assert not is_copied(published(services, change(tmp_path / "a.mp4")))


def test_a_copy_that_turns_out_unusable_is_encoded_instead(services: Services, tmp_path: Path) -> None:
    """Keyframes as they should be wherever intake looks, and none where a segment begins in between."""
    times = [number * 2 for number in range(16) if number != 4]
    path = film(tmp_path / "a.mp4", "-r", "10", "-force_key_frames", ",".join(map(str, times)), gop=500, seconds=30)
    recording = published(services, path)
    assert is_copied(recording)
    rows = worked_off(services.workshop, recording)
    assert Cuts.read(services.store.cuts(recording.lesson_id, 1, TOP)) == ENCODED
    assert rows[TOP].complete
    made = media.packets(whole(services, recording, TOP, tmp_path / "made.mp4"))
    assert [one["at"] for one in made if one["key"]] == [number * 2 for number in range(15)]


def test_a_damaged_picture_is_not_copied(services: Services, tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4")
    recording = published(services, path)
    assert is_copied(recording)
    source = services.store.source(recording.lesson_id, ".mp4")
    packets = media.ask(source, "-select_streams", "v", "-show_entries", "packet=pos")["packets"]
    content = bytearray(source.read_bytes())
    at = int(packets[len(packets) // 2]["pos"])
    content[at : at + 8] = b"\xff" * 8
    source.write_bytes(content)
    assert copied_or_not(services, recording) == ENCODED


def test_a_picture_that_could_only_be_concealed_is_not_copied(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which damage that is depends on every bit of the recording: ffmpeg goes on, and says so in one line."""
    recording = published(services, film(tmp_path / "a.mp4"))
    run = ffmpeg.run

    def complaining(*arguments: Any, complained: Callable[[str], None] = lambda _: None, **more: Any) -> bytes:
        printed = run(*arguments, complained=complained, **more)
        complained("[h264] error while decoding MB 16 2, bytestream 1664")
        return printed

    monkeypatch.setattr(ffmpeg, "run", complaining)
    assert copied_or_not(services, recording) == ENCODED


def test_pictures_that_change_their_size_on_the_way_are_not_copied(services: Services, tmp_path: Path) -> None:
    """As a television recorder writes them: 640x360, then 320x180, each fit to be copied by itself."""
    large, small = (
        media.film(tmp_path / f"{size}.ts", seconds=4, size=size, more=(*CAPPED, "-bf", "0", "-g", "25"))
        for size in ("640x360", "320x180")
    )
    recording = published(services, media.in_a_row(tmp_path / "a.ts", large, small, seconds=4))
    assert is_copied(recording), "its beginning is fit"
    rows = worked_off(services.workshop, recording)
    assert Cuts.read(services.store.cuts(recording.lesson_id, 1, TOP)) == ENCODED
    assert rows[TOP].complete


def test_work_killed_between_the_decision_and_the_last_segment_goes_on(copied: tuple[Services, Recording]) -> None:
    services, recording = copied
    store, lesson_id = services.store, recording.lesson_id
    before = {number: store.segment(lesson_id, 1, TOP, number).read_bytes() for number in range(4)}
    for lost in (
        store.segment(lesson_id, 1, TOP, 2),
        store.segment(lesson_id, 1, TOP, 3),
        store.init(lesson_id, 1, TOP),
    ):
        lost.unlink()
    rung = recording.plan.video[-1]
    with services.leases.hold("again") as lease:
        assert lease
        copying.make_copy(Errand(workshop=services.workshop, recording=recording, lease=lease), rung)
    assert {number: store.segment(lesson_id, 1, TOP, number).read_bytes() for number in range(4)} == before
    assert store.init(lesson_id, 1, TOP).exists() and list(store.temporary.iterdir()) == []


def test_a_copy_that_was_good_and_cannot_be_made_again_is_a_failure(copied: tuple[Services, Recording]) -> None:
    services, recording = copied
    services.store.segment(recording.lesson_id, 1, TOP, 2).unlink()
    services.store.source(recording.lesson_id, ".mp4").write_bytes(b"garbage" * 100)
    with services.leases.hold("again") as lease, pytest.raises(ToolFailed):
        assert lease
        errand = Errand(workshop=services.workshop, recording=recording, lease=lease)
        copying.make_copy(errand, recording.plan.video[-1])


KIND, OTHER = frozenset({b"g: 640x360"}), frozenset({b"g: 320x180"})
FRAGMENTS = [
    Fragment(begin=number * 50, duration=50, pictures=50, independent=True, sequences=KIND) for number in range(3)
]
CUTS = Cuts(timescale=25, begins=(0, 50, 100), end=150)


@pytest.mark.parametrize(
    ("cuts", "fragments", "told"),
    [
        (CUTS, FRAGMENTS, None),
        (replace(CUTS, begins=(0, 51, 100)), FRAGMENTS, None),
        (replace(CUTS, begins=(0, 52, 100)), FRAGMENTS, "segment 1 begins at 2.080 s"),
        (CUTS, [FRAGMENTS[0], replace(FRAGMENTS[1], independent=False), FRAGMENTS[2]], "1 does not begin with an IDR"),
        (CUTS, [FRAGMENTS[0], replace(FRAGMENTS[1], duration=40), FRAGMENTS[2]], "segment 1 holds 1.600 of 2.000 s"),
        (CUTS, [*FRAGMENTS[:2], replace(FRAGMENTS[2], sequences=OTHER)], "change their size or kind"),
        (replace(CUTS, end=140), [*FRAGMENTS[:2], replace(FRAGMENTS[2], duration=40)], "ends at 5.600 s"),
    ],
)
def test_a_copy_is_looked_over(cuts: Cuts, fragments: list[Fragment], told: str | None) -> None:
    if told is None:
        copying.check(cuts, fragments, [0, 2, 4], 6)
        return
    with pytest.raises(ToolFailed) as caught:
        copying.check(cuts, fragments, [0, 2, 4], 6)
    assert told in caught.value.detail


@pytest.mark.parametrize("content", [b"", b"\0\0\0\x08moof", b"garbage" * 9, b"\0\0\0\x10moof\0\0\0\x08traf"])
def test_a_segment_that_is_none_is_a_failure_or_holds_nothing(content: bytes) -> None:
    with pytest.raises(ToolFailed):
        read_clock(content)
    try:
        assert (read_fragment(content).pictures, read_fragment(content).independent) == (0, False)
    except ToolFailed as error:
        assert error.detail == "segment without a fragment"


# --- rungs left out ---


CLOSE = [
    {"short_side": side, "max_bits_per_second": bits} for side, bits in ((120, 100_000), (240, 250_000), (360, 255_000))
]


@pytest.fixture
def choosy(tmp_path: Path) -> Iterator[Services]:
    """A library in which the two larger rungs may take nearly the same bits."""
    ladder = {"segment_seconds": 2, "preset": "ultrafast", "start_rung": 120, "rungs": CLOSE}
    with opened_services(tmp_path / "choosy", **{**QUICK, "ladder": ladder}) as opened:
        yield opened


def restless(path: Path) -> Path:
    """Pictures that take all the bits they are given; MPEG-4, so nothing is copied."""
    return media.film(path, seconds=9, size="640x360", sound_seconds=0, more=("-c:v", "mpeg4", "-q:v", "4"))


def test_a_rung_left_out_is_gone_everywhere(choosy: Services, tmp_path: Path) -> None:
    recording = published(choosy, restless(tmp_path / "a.mp4"))
    assert [one.name for one in recording.plan.video] == ["v120", "v240", "v360"]
    rows = worked_off(choosy.workshop, recording)
    gone = [name for name, row in rows.items() if row.left_out]
    assert "v240" in gone and "v120" not in gone and "v360" not in gone
    folder = choosy.store.version(recording.lesson_id, 1)
    assert not (folder / "v240").exists()
    assert [one.uri for one in offer.variants(recording.plan, list(rows.values()))][:2] == [
        "v1/v120/index.m3u8", "v1/v360/index.m3u8",
    ]  # fmt: skip
    client = create_app(choosy).test_client()
    for part in ("index.m3u8", "init.mp4", "0.m4s"):
        assert client.get(f"/media/{recording.lesson_id}/v1/v240/{part}").status_code == 404
    with choosy.database.read() as session:
        document = showing.detail(choosy, session, recording.lesson_id)
    assert document["left_out"] == ["v240"]
    assert [row["name"] for row in document["renditions"]] == ["v120", "v360"]
    hot.hurry(choosy.workshop, recording.lesson_id, 1, "v240", 0)
    assert not (folder / "v240").exists()


def test_until_it_is_decided_no_other_rung_is_offered(choosy: Services, tmp_path: Path) -> None:
    recording = published(choosy, restless(tmp_path / "a.mp4"))
    while not choosing_is_next(choosy, recording.lesson_id):
        assert pipeline.advance(choosy.workshop, lambda: True)
    names = choosing.candidates(choosy.workshop, recording)
    while choosing.lacks_trials(choosy.workshop, recording, names):
        assert pipeline.advance(choosy.workshop, lambda: True)
        with choosy.database.read() as session:
            rows = work_lookups.renditions(session, lookups.lesson(session, recording.lesson_id))
        assert [row.name for row in rows if row.complete] == ["v120"]
    assert all(choosy.store.segments(recording.lesson_id, 1, name) for name in ("v240", "v360"))


def choosing_is_next(services: Services, lesson_id: str) -> bool:
    with services.database.read() as session:
        return work_lookups.steps_left(session, lesson_id)[0].step == "choose"


def test_a_choice_killed_before_it_is_written_down_is_made_again_alike(choosy: Services, tmp_path: Path) -> None:
    recording = published(choosy, restless(tmp_path / "a.mp4"))
    while not choosing_is_next(choosy, recording.lesson_id):
        pipeline.advance(choosy.workshop, lambda: True)
    names = choosing.candidates(choosy.workshop, recording)
    while choosing.lacks_trials(choosy.workshop, recording, names):
        pipeline.advance(choosy.workshop, lambda: True)
    choosing.choose(choosy.workshop, recording, names)  # and here comes the kill: the step is still on the list
    first = load(choosy.workshop, recording.lesson_id).left_out
    assert first == {"v240"}
    rows = worked_off(choosy.workshop, recording)
    assert {name for name, row in rows.items() if row.left_out} == first
    assert not choosy.store.rendition(recording.lesson_id, 1, "v240").exists()


def test_a_copy_is_held_still_while_what_is_more_urgent_is_done(services: Services, tmp_path: Path) -> None:
    recording, calls = published(services, film(tmp_path / "a.mp4")), tmp_path / "calls"
    slow = tmp_path / "slow-ffmpeg"
    slow.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *h264_mp4toannexb*) echo copy >> {calls}; sleep 3;; esac\n'
        f'exec {services.workshop.tools.ffmpeg} "$@"\n'
    )
    slow.chmod(0o755)
    unwalled = services.settings.model_copy(
        update={"tools": services.settings.tools.model_copy(update={"sandbox": "off"})}
    )
    workshop = replace(with_ffmpeg(services.workshop, str(slow)), settings=unwalled)
    copying_step = f"work:{recording.lesson_id}:copy"
    urgent: list[Recording] = []

    def keep_going() -> bool:
        if not urgent and copying_step in services.leases.living("work:"):
            urgent.append(published(services, film(tmp_path / "b.mp4", seconds=5)))
        return True

    while not urgent:
        assert pipeline.advance(workshop, keep_going)
    with services.database.read() as session:
        left = {row.step for row in work_lookups.steps_left(session, recording.lesson_id)}
        later = {row.step for row in work_lookups.steps_left(session, urgent[0].lesson_id)}
    assert calls.read_text() == "copy\n"
    assert "copy" not in left and later == {"copy", *left}
    assert rows_of(services, recording)[TOP].complete and rows_of(services, urgent[0])["v240"].complete


def rows_of(services: Services, recording: Recording) -> dict[str, RenditionProgress]:
    with services.database.read() as session:
        return {row.name: row for row in work_lookups.renditions(session, lookups.lesson(session, recording.lesson_id))}
