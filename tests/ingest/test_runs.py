"""Runs made one by one join exactly, with every ffmpeg of this machine and every kind of awkward recording."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import media
import pytest
from web.factories import make_services

from medialib.catalogue.plans import Plan, Rendition, VideoRendition
from medialib.ingest import commands, ffmpeg, sound_commands
from medialib.ingest.command_parts import Run
from medialib.ingest.ffmpeg import Limits, Reach
from medialib.ingest.plan import make_plan
from medialib.ingest.probing import look
from medialib.ladders import PROFILES, Ladder, RungSettings
from medialib.settings import Settings

LADDER = Ladder(
    segment_seconds=2,
    preset="ultrafast",
    start_rung=120,
    rungs=(
        RungSettings(short_side=120, max_bits_per_second=100_000),
        RungSettings(short_side=360, max_bits_per_second=900_000),
    ),
)
LIMITS = Limits(memory_bytes=4 << 30, wall_seconds=60, stall_seconds=60, nice=0, sandbox="auto")

RECORDINGS: dict[str, Callable[[Path], Path]] = {
    "plain.mp4": lambda path: media.film(path, seconds=5),
    "uneven.mp4": lambda path: media.uneven(path, seconds=5),
    "late.mkv": lambda path: media.starting_late(path, seconds=5),
    "stream.ts": lambda path: media.film(path, seconds=5, rate="30000/1001"),
    "silent.mp4": lambda path: media.film(path, seconds=5, sound_seconds=0),
    "fast.mp4": lambda path: media.film(path, seconds=4.5, rate="60", size="640x360"),
    "odd.mkv": lambda path: media.film(path, seconds=4.5, size="321x241", more=("-pix_fmt", "yuv444p")),
    "longer_sound.mp4": lambda path: media.film(path, seconds=2.5, sound_seconds=7),
    "longer_picture.mp4": lambda path: media.film(path, seconds=5, sound_seconds=1.5),
    "cut.mp4": lambda path: media.cut_off(path, seconds=9),
    "turned.mp4": lambda path: media.rotated(path, seconds=4.5),
    "speech.m4a": lambda path: media.tone(path, seconds=7),
    "speech.ogg": lambda path: media.tone(path, seconds=5, more=("-ar", "44100")),
    "web.webm": lambda path: media.film(path, seconds=4.5),
    "old.mpg": lambda path: media.film(path, seconds=4.5),
}


@pytest.fixture(scope="module", params=RECORDINGS)
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return RECORDINGS[request.param](tmp_path_factory.mktemp("source") / request.param)


@pytest.fixture(scope="module")
def plan(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    workshop = make_services(tmp_path_factory.mktemp("library")).workshop
    workshop = workshop.__class__(Settings(), workshop.store, workshop.database, workshop.leases, media.tools())
    seen = look(workshop, source)
    facts, ends = seen.facts, seen.ends
    return make_plan(facts, ends, ladder=LADDER, limits=Settings().limits)


@pytest.fixture(scope="module", params=media.FFMPEGS, ids=lambda path: path.rpartition("/")[2])
def made(request: pytest.FixtureRequest, source: Path, plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with run-N/NAME/K.m4s of independent runs (the last first), and init/NAME/init.mp4."""
    folder = tmp_path_factory.mktemp("made")
    carry_out(folder / "init", plan, commands.init_command(request.param, plan), None)
    for names in (tuple(one.name for one in plan.video), tuple(one.name for one in plan.audio)):
        command = commands.video_command if names and names[0].startswith("v") else sound_commands.audio_command
        for first, count in reversed(cuts(plan)) if names else ():
            run = Run(names=names, first=first, count=count)
            carry_out(folder / f"run-{first}", plan, command(request.param, source, plan, run), source)
    return folder


def cuts(plan: Plan) -> list[tuple[int, int]]:
    """One segment, one segment, and the rest."""
    return [(0, 1), (1, 1), (2, plan.segment_count - 2)]


def carry_out(folder: Path, plan: Plan, argv: list[str], source: Path | None) -> None:
    for one in plan.renditions:
        (folder / one.name).mkdir(parents=True, exist_ok=True)
    ffmpeg.run(argv, reach=Reach(reads=source, writes=folder), limits=LIMITS)


def segment(made: Path, name: str, number: int) -> Path:
    return made / f"run-{min(number, 2)}" / name / f"{number}.m4s"


def whole(made: Path, plan: Plan, one: Rendition) -> Path:
    parts = [segment(made, one.name, number) for number in range(plan.segment_count)]
    return media.joined(made / f"{one.name}.mp4", made / "run-0" / one.name / "init.mp4", *parts)


def test_independent_runs_join_exactly_and_decode_without_a_complaint(made: Path, plan: Plan) -> None:
    assert plan.segment_count >= 3
    for one in plan.renditions:
        file = whole(made, plan, one)
        found = media.packets(file)
        step = Fraction(1, one.frames_per_second) if isinstance(one, VideoRendition) else Fraction(1024, 48_000)
        assert [packet["at"] for packet in found] == [number * step for number in range(one.frames)]
        assert media.complaints(file) == ""


def test_every_segment_begins_where_its_playlist_says_with_a_keyframe(made: Path, plan: Plan) -> None:
    for one in plan.renditions:
        starts = [plan.start(one, number) for number in range(plan.segment_count)]
        if isinstance(one, VideoRendition):
            keys = [packet["at"] for packet in media.packets(whole(made, plan, one)) if packet["key"]]
            assert keys == starts
        last = plan.segment_count - 1
        init = made / "run-0" / one.name / "init.mp4"
        found = media.packets(media.joined(made / "alone.mp4", init, segment(made, one.name, last)))
        assert found[0]["at"] == starts[last]
        assert len(found) * found[-1]["lasts"] == plan.duration(one, last)


def test_the_init_segments_of_all_runs_are_the_same(made: Path, plan: Plan) -> None:
    for one in plan.renditions:
        inits = [made / f"run-{first}" / one.name / "init.mp4" for first, _ in cuts(plan)]
        beforehand = made / "init" / one.name / "init.mp4"  # of what is played first
        assert beforehand.exists() or one.name not in (plan.start_rung, *(sound.name for sound in plan.audio))
        assert len({path.read_bytes() for path in (*inits, beforehand) if path.exists()}) == 1


@pytest.fixture(scope="module", params=["mkv", "ts"])
def ramp(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds that grow brighter with one keyframe at the beginning, and a tone from 3 s to 8 s.

    In MPEG-TS nobody lands at the keyframe who seeks.
    """
    path = tmp_path_factory.mktemp("source") / f"ramp.{request.param}"
    media.run_ffmpeg(
        *("-f", "lavfi", "-i", "color=gray:size=64x64:rate=25:duration=12,geq=lum='20+N/2':cb=128:cr=128"),
        *("-itsoffset", "3", "-f", "lavfi", "-i", "sine=frequency=440:duration=5"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-qp", "10", "-g", "9999", "-sc_threshold", "0", "-c:a", "aac"),
        *("-pix_fmt", "yuv420p", "-output_ts_offset", "5", f"file:{path}"),
    )
    return path


@pytest.mark.parametrize("program", media.FFMPEGS, ids=lambda path: path.rpartition("/")[2])
def test_a_run_shows_and_sounds_what_belongs_to_its_time(program: str, ramp: Path, tmp_path: Path) -> None:
    workshop = make_services(tmp_path / "library").workshop
    seen = look(workshop, ramp)
    plan = make_plan(seen.facts, seen.ends, ladder=LADDER, limits=Settings().limits)
    carry_out(tmp_path / "init", plan, commands.init_command(program, plan), None)
    for number in range(plan.segment_count):
        for names, command in ((("v96",), commands.video_command), (("a32m",), sound_commands.audio_command)):
            run = Run(names=names, first=number, count=1)
            carry_out(tmp_path / "made", plan, command(program, ramp, plan, run), ramp)
    for name in ("v96", "a32m"):
        parts = [tmp_path / "made" / name / f"{number}.m4s" for number in range(plan.segment_count)]
        media.joined(tmp_path / f"{name}.mp4", tmp_path / "init" / name / "init.mp4", *parts)
    brightness = media.brightness(tmp_path / "v96.mp4")
    assert len(brightness) == 300
    assert all(abs(found - (4 + number / 2) * 255 / 219) < 4 for number, found in enumerate(brightness))
    loud = [number / 2 for number, level in enumerate(media.loudness(tmp_path / "a32m.mp4", 0.5)) if level > 0.05]
    assert loud[:10] == [number / 2 for number in range(6, 16)]
    assert loud[10:] in ([], [8.0])  # an encoder may ring on for some milliseconds


@pytest.mark.parametrize("program", media.FFMPEGS, ids=lambda path: path.rpartition("/")[2])
@pytest.mark.parametrize("profile", PROFILES)
def test_hot_and_bulk_runs_of_the_start_rung_share_one_init_segment(tmp_path: Path, program: str, profile: str) -> None:
    source = media.film(tmp_path / "a.mp4", seconds=1, size="640x360", rate="25")
    workshop = make_services(tmp_path / "library").workshop
    seen = look(workshop, source)
    plan = make_plan(
        seen.facts, seen.ends, ladder=Ladder.model_validate({"profile": profile}), limits=Settings().limits
    )
    assert plan.start_rung
    inits = set()
    for hot in (False, True):
        run = Run(names=(plan.start_rung,), first=0, count=1, hot=hot)
        carry_out(tmp_path / str(hot), plan, commands.video_command(program, source, plan, run), source)
        inits.add((tmp_path / str(hot) / plan.start_rung / "init.mp4").read_bytes())
    assert len(inits) == 1
