"""What is heard: loudness, channels, tracks, joins, and sound in step with the picture, through the real engine."""

import array
import math
import shutil
import subprocess
import time
import wave
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import media
import pytest
from web.factories import opened_services

from medialib.catalogue.plans import TS_CLOCK_SECONDS, Plan
from medialib.errors import ToolKilled, ToolStalled
from medialib.ingest import commands, ffmpeg, sound_commands, transmux
from medialib.ingest.command_parts import Run
from medialib.ingest.ffmpeg import Limits, Reach
from medialib.ingest.listening import UNHEARD, with_levels
from medialib.ingest.plan import make_plan
from medialib.ingest.probing import look
from medialib.ingest.workshop import Workshop
from medialib.ladders import Ladder, RungSettings
from medialib.settings import Settings, Sound

LADDER = Ladder(
    segment_seconds=2,
    preset="ultrafast",
    start_rung=96,
    rungs=(RungSettings(short_side=96, max_bits_per_second=90_000),),
)
LIMITS = Limits(memory_bytes=4 << 30, wall_seconds=60, stall_seconds=60, nice=0, sandbox="auto")
# Noise with the pace of speech.
SPEECH = (
    "anoisesrc=color=pink:amplitude=0.9:seed=3:r=48000:d=8,highpass=f=150,lowpass=f=3400,asetnsamples=480,"
    "volume='(0.2+0.8*abs(sin(9*t)))*lt(mod(t,3.7),2.8)':eval=frame"
)
EVERY_FFMPEG = pytest.mark.parametrize("program", media.FFMPEGS, ids=lambda path: path.rpartition("/")[2])


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with opened_services(tmp_path_factory.mktemp("library")) as services:
        yield services.workshop


def plan_of(workshop: Workshop, source: Path, *, clean: bool = False) -> Plan:
    seen = look(workshop, source)
    facts, ends = seen.facts, seen.ends
    plan = make_plan(facts, ends, ladder=LADDER, limits=Settings().limits)
    return with_levels(workshop, source, plan, facts, clean=clean)[0]


def sound(path: Path, graph: str, *options: str) -> Path:
    return media.recorded(path, "-filter_complex", graph, *options)


def render(folder: Path, plan: Plan, source: Path, name: str, *, each: int | None = None, program: str = "") -> Path:
    """A rendition in one file: of one run, or of runs of `each` segments that know nothing of each other."""
    command = commands.video_command if name.startswith("v") else sound_commands.audio_command
    parts, program = [], program or media.tools().ffmpeg
    for first in range(0, plan.segment_count, each or plan.segment_count):
        count = min(each or plan.segment_count, plan.segment_count - first)
        place = folder / f"{name}-{each}-{first}"
        (place / name).mkdir(parents=True)
        argv = command(program, source, plan, Run(names=(name,), first=first, count=count))
        ffmpeg.run(argv, reach=Reach(reads=source, writes=place), limits=LIMITS)
        parts += [place / name / f"{number}.m4s" for number in range(first, first + count)]
    init = folder / f"{name}-{each}-0" / name / "init.mp4"
    return media.joined(folder / f"{name}-{each}.mp4", init, *parts)


def samples(path: Path, channels: int = 2) -> "array.array[float]":
    """Interleaved, at 48 kHz, as they are decoded."""
    argv = [media.tools().ffmpeg, "-nostdin", "-v", "error", "-i", f"file:{path}", "-f", "f32le"]
    done = subprocess.run([*argv, "-ac", str(channels), "-"], capture_output=True, check=True)
    return array.array("f", done.stdout)


def level_db(values: "array.array[float]") -> float:
    return 10 * math.log10(sum(value * value for value in values) / len(values) + 1e-12)


def hertz(path: Path, *, at: float = 0.5) -> float:
    """Of a tone: half as many times as it crosses zero in a second."""
    values = samples(path, 1)[round(at * 48_000) : round((at + 1) * 48_000)]
    return sum((one < 0) != (other < 0) for one, other in pairwise(values)) / 2


def loudness(path: Path) -> tuple[float, float]:
    """LUFS and dBTP by ffmpeg's own meter."""
    argv = [media.tools().ffmpeg, "-nostdin", "-hide_banner", "-i", f"file:{path}", "-af", "ebur128=peak=true"]
    told = subprocess.run([*argv, "-f", "null", "-"], capture_output=True, text=True, check=True).stderr
    words = told.rpartition("Summary:")[2].split()
    return float(words[words.index("I:") + 1]), float(words[words.index("Peak:") + 1])


COUGH = "anoisesrc=color=brown:r=48000:d=8,highpass=f=200,volume='2*lt(mod(t+1,6),0.3)':eval=frame[cough]"
# Left and right by turns, each of a noise of its own: few bits describe that badly.
BURST = "anoisesrc=color=pink:r=48000:d=8:seed={side},volume='lt(mod(t+{side},3),0.4)':eval=frame[{side}]"
BURSTS = ";".join(BURST.format(side=side) for side in (1, 2))
RECORDINGS = {
    "bursts.flac": (
        f"{SPEECH},volume=-18dB,pan=stereo|c0=c0|c1=c0[voice];{BURSTS};[1][2]join=inputs=2:channel_layout=stereo[noise];"
        "[voice][noise]amix=inputs=2:normalize=0",
        (),
    ),
    "quiet.flac": (f"{SPEECH},volume=-20dB", ()),
    "clipped.wav": (f"{SPEECH},volume=24dB", ()),
    "coughs.flac": (f"{SPEECH},volume=-18dB[voice];{COUGH};[voice][cough]amix=inputs=2:normalize=0", ()),
    "telephone.wav": (f"{SPEECH},aresample=8000", ("-c:a", "pcm_mulaw")),
    "studio.flac": (f"{SPEECH},aresample=192000", ()),
    "surround.mkv": (f"{SPEECH},pan=5.1|FC=0.3*c0|FL=0.02*c0|FR=0.02*c0|LFE=c0", ("-c:a", "ac3")),
    "standing.flac": (f"{SPEECH},volume=-10dB,aeval=val(0)+0.3", ()),
    "left.flac": (f"{SPEECH},pan=stereo|c0=0.3*c0|c1=0*c0", ()),
    "twisted.flac": (f"{SPEECH},pan=stereo|c0=0.3*c0|c1=-0.3*c0", ()),
}


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_recording_comes_out_at_the_target_and_clips_nowhere(
    workshop: Workshop, tmp_path: Path, name: str
) -> None:
    graph, options = RECORDINGS[name]
    source = sound(tmp_path / name, graph, *options)
    plan = plan_of(workshop, source)
    for one in plan.audio:
        lufs, peak = loudness(render(tmp_path, plan, source, one.name))
        assert abs(lufs - Sound().loudness_lufs) <= 1, one.name
        assert peak <= 0, one.name


def test_a_cough_of_white_noise_clips_nowhere(workshop: Workshop, tmp_path: Path) -> None:
    cough = "anoisesrc=color=white:r=48000:d=8,volume='lt(mod(t+1,6),0.3)':eval=frame[cough]"
    graph = f"{SPEECH},volume=-18dB[voice];{cough};[voice][cough]amix=inputs=2:normalize=0"
    source = sound(tmp_path / "white.flac", graph)
    _, peak = loudness(render(tmp_path, plan_of(workshop, source), source, "a64"))
    assert peak <= -0.5


@pytest.mark.parametrize("codec", ["adpcm_ms", "adpcm_ima_wav"])
def test_a_wave_whose_header_lies_about_its_bytes_is_heard_where_it_is(
    workshop: Workshop, tmp_path: Path, codec: str
) -> None:
    """ffmpeg writes such headers: it tells of 128 kbit/s. Where one seeks, the second tone must have begun."""
    tones = "sine=400:r=48000:d=6[a];sine=900:r=48000:d=4[b];[a][b]concat=v=0:a=1"
    source = sound(tmp_path / "a.wav", tones, "-c:a", codec)
    seen = look(workshop, source)
    assert seen.is_mended(source) and not seen.notices
    plan = make_plan(seen.facts, seen.ends, ladder=LADDER, limits=Settings().limits)
    assert plan.seconds == pytest.approx(10, abs=0.1)
    made = render(tmp_path, plan, seen.read, "a64", each=3)
    assert hertz(made, at=4.5) == pytest.approx(400, abs=5)
    assert hertz(made, at=7) == pytest.approx(900, abs=5)


@pytest.mark.parametrize("graph", ["anullsrc=d=3", "aevalsrc=0.00005*sin(440*t):d=3"])
def test_silence_stays_silent(workshop: Workshop, tmp_path: Path, graph: str) -> None:
    source = sound(tmp_path / "silence.flac", graph)
    plan = plan_of(workshop, source)
    assert 0 <= plan.source.gain_db <= 20
    assert level_db(samples(render(tmp_path, plan, source, "a64"))) < -60


def test_a_recording_that_cannot_be_heard_is_taken_in_at_its_own_level(workshop: Workshop, tmp_path: Path) -> None:
    source = media.tone(tmp_path / "tone.flac", seconds=3)
    seen = look(workshop, source)
    facts, ends = seen.facts, seen.ends
    plan = make_plan(facts, ends, ladder=LADDER, limits=Settings().limits)
    source.write_bytes(b"garbage" * 1000)
    plan, notices = with_levels(workshop, source, plan, facts, clean=False)
    assert [one["message"] for one in notices] == [UNHEARD]
    assert (plan.source.gain_db, plan.source.sounds[0].ceiling_dbtp) == (0.0, -1.5)


@EVERY_FFMPEG
@pytest.mark.parametrize("noise_db", [None, -50.0])
def test_runs_made_one_by_one_sound_like_one_run(
    workshop: Workshop, tmp_path: Path, program: str, noise_db: float | None
) -> None:
    """Tones that the limiter has to hold: at a click, what differs would be nearly as loud as they are."""
    tones = "aevalsrc=0.4*sin(2*PI*220*t)+0.4*sin(2*PI*331*t)*lt(mod(t\\,0.7)\\,0.3):s=44100:d=12"
    source = sound(tmp_path / "tones.flac", tones)
    plan = plan_of(workshop, source)
    use = replace(plan.source.sounds[0], gain_db=12.0, noise_db=noise_db)
    # Segments of 4 s: the third one is where a run of its own begins.
    plan = replace(plan, segment_seconds=4, segment_count=3, source=replace(plan.source, sounds=(use,)))
    whole = samples(render(tmp_path, plan, source, "a64", program=program), 1)
    joined = samples(render(tmp_path, plan, source, "a64", each=1, program=program), 1)
    assert len(whole) == len(joined) == plan.audio[-1].frames * 1024
    difference = array.array("f", (one - other for one, other in zip(whole, joined, strict=True)))
    for number in range(1, plan.segment_count):
        join = int(plan.start(plan.audio[-1], number) * 48_000)
        assert level_db(difference[join - 2400 : join + 2400]) < level_db(whole) - 30


def test_left_and_right_stay_apart_beside_an_encoding_in_one_channel(workshop: Workshop, tmp_path: Path) -> None:
    source = sound(tmp_path / "wide.flac", "aevalsrc=0.2*sin(2*PI*300*t)|0.2*sin(2*PI*900*t):d=3")
    plan = plan_of(workshop, source)
    for name in ("a64", "a32m"):
        (tmp_path / name).mkdir()
    argv = sound_commands.audio_command(
        media.tools().ffmpeg, source, plan, Run(names=("a32m", "a64"), first=0, count=1)
    )
    ffmpeg.run(argv, reach=Reach(reads=source, writes=tmp_path), limits=LIMITS)
    file = media.joined(tmp_path / "a64.mp4", tmp_path / "a64" / "init.mp4", tmp_path / "a64" / "0.m4s")
    assert media.ask(file, "-show_streams")["streams"][0]["channels"] == 2
    both = samples(file)
    sides = both[::2], both[1::2]
    crossings = [sum((one < 0) != (other < 0) for one, other in pairwise(side[24_000:72_000])) / 2 for side in sides]
    assert crossings == [pytest.approx(300, abs=5), pytest.approx(900, abs=5)]


@pytest.mark.parametrize("channel", ["FC", "FL", "SL"])
def test_surround_keeps_what_is_said_in_any_place(workshop: Workshop, tmp_path: Path, channel: str) -> None:
    source = sound(tmp_path / "surround.flac", f"sine=440:d=3,pan=5.1(side)|{channel}=c0")
    plan = plan_of(workshop, source)
    for name, channels in (("a64", 2), ("a32m", 1)):
        assert level_db(samples(render(tmp_path, plan, source, name), channels)) > -24


def test_the_bass_channel_is_left_out(workshop: Workshop, tmp_path: Path) -> None:
    source = sound(tmp_path / "bass.flac", "sine=60:d=3,pan=5.1|LFE=c0|FC=0.02*c0")
    use = replace(plan_of(workshop, source).source.sounds[0], gain_db=0.0)
    plan = plan_of(workshop, source)
    plan = replace(plan, source=replace(plan.source, sounds=(use,)))
    assert level_db(samples(render(tmp_path, plan, source, "a64"))) < -45


@pytest.mark.parametrize(
    ("name", "graph"),
    [
        ("three.wav", "sine=440:d=3,pan=3c|c0=c0|c1=c0|c2=c0"),
        ("slow.wav", "sine=440:d=3,aresample=8000"),
        ("odd.wav", "sine=440:d=3,aresample=11025"),
        ("fast.wav", "sine=440:d=3,aresample=192000"),
    ],
)
def test_unknown_layouts_and_odd_rates_are_heard(workshop: Workshop, tmp_path: Path, name: str, graph: str) -> None:
    source = sound(tmp_path / name, graph, "-c:a", "pcm_s16le")
    plan = plan_of(workshop, source)
    for one in plan.audio:
        file = render(tmp_path, plan, source, one.name)
        assert -24 < level_db(samples(file)) < -12
        assert hertz(file) == pytest.approx(440, abs=5)


@pytest.mark.parametrize("channels", [7, 12, 24])
def test_a_mixing_desks_many_channels_are_heard(workshop: Workshop, tmp_path: Path, channels: int) -> None:
    """The file does not say what they are; the tone is on all of them."""
    source = tmp_path / "desk.wav"
    with wave.open(str(source), "wb") as file:
        file.setparams((channels, 2, 48_000, 0, "NONE", ""))
        tone = (int(6000 * math.sin(2 * math.pi * 440 * number / 48_000)) for number in range(96_000))
        file.writeframes(b"".join(value.to_bytes(2, "little", signed=True) * channels for value in tone))
    plan = plan_of(workshop, source)
    for one in plan.audio:
        assert hertz(render(tmp_path, plan, source, one.name)) == pytest.approx(440, abs=5)


def test_each_sound_track_is_a_rendition_of_its_own_at_the_same_loudness(workshop: Workshop, tmp_path: Path) -> None:
    source = tmp_path / "languages.mkv"
    media.run_ffmpeg(
        *("-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=5"),
        *("-f", "lavfi", "-i", "sine=300:d=5", "-f", "lavfi", "-i", "sine=600:d=5,volume=-15dB"),
        *("-f", "lavfi", "-i", "sine=900:d=2", "-map", "0:v", "-map", "1:a", "-map", "2:a", "-map", "3:a"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"),
        *("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=chi", "-metadata:s:a:2", "language=chi"),
        *("-metadata:s:a:2", "title=Commentary by the author"),
        *("-disposition:a:0", "0", "-disposition:a:1", "default", "-disposition:a:2", "default"),
        f"file:{source}",
    )
    plan = plan_of(workshop, source)
    assert [one.name for one in plan.audio] == ["a64t1", "a64t2", "a32m", "a64"]
    told = [(one.language, one.title, one.commentary) for one in plan.source.heard]
    assert told == [("zh", "", False), ("en", "", False), ("zh", "Commentary by the author", True)]
    assert len({one.frames for one in plan.audio}) == 1
    for name, tone in (("a64", 600), ("a64t1", 300), ("a64t2", 900)):
        file = render(tmp_path, plan, source, name)
        assert hertz(file) == pytest.approx(tone, abs=8)
        assert abs(loudness(file)[0] - Sound().loudness_lufs) <= 1
        assert len(samples(file, 1)) == plan.audio[0].frames * 1024


def test_no_more_sound_tracks_are_offered_than_the_settings_say(workshop: Workshop, tmp_path: Path) -> None:
    source = tmp_path / "many.mka"
    tones = [part for number in range(4) for part in ("-f", "lavfi", "-i", f"sine={300 + 100 * number}:d=1")]
    maps = [part for number in range(4) for part in ("-map", str(number))]
    media.run_ffmpeg(*tones, *maps, f"file:{source}")
    seen = look(workshop, source)
    facts, ends = seen.facts, seen.ends
    plan = make_plan(facts, ends, ladder=Ladder(sound_tracks=2), limits=Settings().limits)
    assert [one.name for one in plan.audio] == ["a64t1", "a32m", "a64"]


def test_cleaned_speech_stays_and_the_noise_around_it_goes(workshop: Workshop, tmp_path: Path) -> None:
    hiss = "anoisesrc=color=white:amplitude=0.01:r=48000:d=8[hiss];[voice][hiss]amix=inputs=2:normalize=0"
    source = sound(tmp_path / "hiss.flac", f"{SPEECH},volume=-12dB[voice];{hiss}")
    levels = {}
    for clean in (False, True):
        plan = plan_of(workshop, source, clean=clean)
        (tmp_path / str(clean)).mkdir()
        file = render(tmp_path / str(clean), plan, source, "a64")
        assert abs(loudness(file)[0] - Sound().loudness_lufs) <= 1
        pauses = samples(file, 1)[int(3.0 * 48_000) : int(3.6 * 48_000)]
        levels[clean] = level_db(pauses)
    assert levels[True] < levels[False] - 6


FLASHES = "color=black:s=192x108:r=25:d=7,drawbox=c=white:t=fill:enable='lt(mod(t+1,2),0.2)'"
BEEPS = "aevalsrc=0.5*sin(2*PI*1000*t)*lt(mod(t+1\\,2)\\,0.2):s=48000:d=7"
CONTAINERS = {
    "plain.mp4": (),
    "plain.mkv": (),
    "late.ts": ("-output_ts_offset", "7.3"),
    "late.mkv": ("-output_ts_offset", "3.21"),
    "cleaned.mp4": (),
    # From a phone: the pictures of every fifth moment stay, with them those that a flash begins with.
    "uneven.mp4": ("-vf", "select='not(mod(n,5))+gt(random(1),0.6)'", "-fps_mode", "vfr"),
    "slow-sound.avi": ("-ar", "11025", "-c:a", "libmp3lame"),
    # Three packets of sound were lost on the way: less than what aresample fills by itself.
    "lost-sound.mkv": ("-bsf:a", "noise=amount=0:drop=between(n\\,94\\,96)"),
    "program.mpg": ("-c:v", "mpeg2video", "-c:a", "mp2"),
}


def in_step_source(folder: Path, name: str) -> Path:
    """Flashes and beeps at the same moments, in a recording of this kind."""
    source = folder / name
    made = folder / "made.mkv" if name not in CONTAINERS else source
    media.run_ffmpeg(
        *("-f", "lavfi", "-i", FLASHES, "-f", "lavfi", "-i", BEEPS, "-c:v", "libx264", "-preset", "veryfast"),
        *("-bf", "2", "-g", "40", "-pix_fmt", "yuv420p", "-c:a", "aac", *CONTAINERS.get(name, ()), f"file:{made}"),
    )
    if name == "edited.mp4":  # cut between keyframes without encoding: an edit list says where to begin
        media.run_ffmpeg("-ss", "0.7", "-i", f"file:{made}", "-c", "copy", f"file:{source}")
    elif name == "jumping.ts":  # a camera that was stopped, and begins its clock anew
        for offset in ("900", "20"):
            later = ("-c", "copy", "-output_ts_offset", offset)
            media.run_ffmpeg("-i", f"file:{made}", *later, f"file:{folder / offset}.ts")
        media.joined(source, folder / "900.ts", folder / "20.ts")
    elif made != source:  # the same moments, without the first 0.6 s of sound
        cut = ("-map", "0:v", "-map", "1:a", "-c:v", "copy", "-af", "atrim=start=0.6", "-c:a", "aac", "-copyts")
        media.run_ffmpeg("-i", f"file:{made}", "-i", f"file:{made}", *cut, f"file:{source}")
    return source


def flashes(path: Path) -> list[float]:
    light = media.brightness(path)
    return [at for at, (before, now) in zip(media.shown(path)[1:], pairwise(light), strict=True) if before < 100 <= now]


def beeps(path: Path) -> list[float]:
    loud = media.loudness(path, 0.002)
    return [
        number * 0.002
        for number, level in enumerate(loud)
        if level > 0.1 and max(loud[max(0, number - 50) : number], default=0) <= 0.1
    ]


@pytest.mark.parametrize("name", [*CONTAINERS, "edited.mp4", "sound-begins-late.mkv", "jumping.ts"])
def test_sound_and_picture_are_in_step(workshop: Workshop, tmp_path: Path, name: str) -> None:
    """By the time stamps of what is played: of fMP4, where sound and picture have files of their own, and of TS."""
    source = look(workshop, in_step_source(tmp_path, name)).read
    plan = plan_of(workshop, source, clean=name == "cleaned.mp4")
    picture = render(tmp_path, plan, source, plan.video[0].name, each=2)
    sound = render(tmp_path, plan, source, "a64", each=2)
    shutil.copy(picture, tmp_path / transmux.VIDEO)
    shutil.copy(sound, tmp_path / transmux.AUDIO)
    command = transmux.ts_command(media.tools().ffmpeg, picture=True, sound=True)
    ffmpeg.run(command, reach=Reach(reads=None, writes=tmp_path), limits=LIMITS)
    ts = tmp_path / transmux.SEGMENT
    for seen, heard, zero in ((picture, sound, 0), (ts, ts, TS_CLOCK_SECONDS)):
        light = [one for one in flashes(seen) if one > zero + 0.1]
        tones = [one for one in beeps(heard) if one > zero + 0.1]
        assert len(light) == len(tones) >= 3
        assert max(abs(flash - beep) for flash, beep in zip(light, tones, strict=True)) <= 0.040


def test_eight_hours_are_planned_and_heard_in_moments(workshop: Workshop, tmp_path: Path) -> None:
    minute = media.tone(tmp_path / "minute.mp3", seconds=60, more=("-ar", "16000", "-b:a", "16k"))
    source = tmp_path / "long.mp3"
    media.run_ffmpeg("-stream_loop", "479", "-i", str(minute), "-c", "copy", f"file:{source}")
    began = time.monotonic()
    plan = plan_of(workshop, source)
    assert time.monotonic() - began < 20
    assert plan.seconds == pytest.approx(8 * 3600, abs=60)
    assert plan.source.gain_db == pytest.approx(Sound().loudness_lufs + 21, abs=3)


def test_a_machine_at_its_limits_is_no_reason_to_keep_a_level_for_ever(workshop: Workshop, tmp_path: Path) -> None:
    source = media.tone(tmp_path / "tone.flac", seconds=3)
    seen = look(workshop, source)
    plan = make_plan(seen.facts, seen.ends, ladder=LADDER, limits=Settings().limits)
    tools = workshop.settings.tools.model_copy(update={"run_seconds": 0.001})
    hurried = replace(workshop, settings=workshop.settings.model_copy(update={"tools": tools}))
    with pytest.raises((ToolKilled, ToolStalled), match=r"send this file again|try again later"):
        with_levels(hurried, source, plan, seen.facts, clean=False)


def test_a_sound_whose_channels_change_on_the_way_is_measured_as_a_whole(workshop: Workshop, tmp_path: Path) -> None:
    """A faint talk in stereo, then silence in 5.1: what is loud enough is not told by its end."""
    gains = []
    for layouts in (("stereo", "stereo"), ("stereo", "5.1")):
        folder = tmp_path / layouts[1]
        folder.mkdir()
        parts = [
            sound(folder / f"{number}.ts", f"{graph},atrim=end=5,aformat=channel_layouts={layout}", "-c:a", "aac")
            for number, (graph, layout) in enumerate(zip((f"{SPEECH},volume=-20dB", "anullsrc"), layouts, strict=True))
        ]
        gains.append(plan_of(workshop, media.in_a_row(folder / "a.ts", *parts, seconds=5)).source.gain_db)
    assert gains[0] > 10
    assert gains[1] == pytest.approx(gains[0], abs=0.5)
