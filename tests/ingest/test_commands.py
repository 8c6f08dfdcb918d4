"""Commands are lists: what stands in them, and before what."""

import re
import subprocess
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import ffmpeg
import media
import pytest

from medialib.catalogue.plans import Plan
from medialib.ingest import commands, encoding, picture_commands, sound_commands
from medialib.ingest.command_parts import Run
from medialib.ingest.facts import AudioTrack, Ends, Facts, VideoTrack
from medialib.ingest.inputs import FORMATS
from medialib.ingest.mixing import TAIL_FRAMES, WARM_UP_FRAMES
from medialib.ingest.plan import make_plan
from medialib.ingest.probe_commands import keyframes_command, mend_command, packets_command, probe_command
from medialib.ingest.storyboard import make_storyboard
from medialib.ladders import Ladder
from medialib.settings import Limits

SOURCE = Path("/store/-strange 'name'; [v]:1")
TEXT_FORMATS = {"hls", "applehttp", "concat", "dash", "sdp", "image2", "lavfi", "tty", "webvtt", "srt", "rtsp", "imf"}


def plan_of(
    *, start: float = 0.0, seconds: float = 20.0, interlaced: bool = False, rate: int = 25, sounds: int = 1
) -> Plan:
    video = VideoTrack(
        index=2, codec="h264", width=1280, height=720, rotation=0, frames_per_second=Fraction(rate), matrix="bt601",
        full_range=True, interlaced=interlaced,
    )  # fmt: skip
    audio = tuple(AudioTrack(index=index, codec="aac", channels=2, language="") for index in (1, 3, 4)[:sounds])
    facts = Facts(
        container="mov", start_seconds=start, declared_seconds=seconds, track_count=3, video=video, audio=audio,
        cover_index=0,
    )  # fmt: skip
    ends = Ends(video_seconds=start + seconds, audio_seconds=start + seconds)
    return make_plan(facts, ends, ladder=Ladder(), limits=Limits())


PLAN = plan_of()
READING = [
    probe_command("ffprobe", SOURCE, 40),
    packets_command("ffprobe", SOURCE, 12.5),
    packets_command("ffprobe", SOURCE),
    mend_command("ffmpeg", SOURCE, (0, 1), "mended.mkv"),
    commands.trial_command("ffmpeg", SOURCE, PLAN, 2, 3.0),
    commands.video_command("ffmpeg", SOURCE, PLAN, Run(names=("v240", "v720"), first=1, count=2)),
    sound_commands.audio_command("ffmpeg", SOURCE, PLAN, Run(names=("a32m", "a64"), first=0, count=5)),
    commands.whole_command("ffmpeg", SOURCE, PLAN),
    picture_commands.visit_command("ffmpeg", SOURCE, PLAN, 1.0),
    picture_commands.sweep_command("ffmpeg", SOURCE, PLAN, 12),
    picture_commands.cover_command("ffmpeg", SOURCE, PLAN),
    picture_commands.sheet_command("ffmpeg", SOURCE, make_storyboard(PLAN), 0, keyframes=True),
    picture_commands.peaks_command("ffmpeg", SOURCE, 2048),
    sound_commands.listen_command("ffmpeg", SOURCE, PLAN, PLAN.source.heard[0], [(0.0, 20.0)]),
    commands.copy_command("ffmpeg", SOURCE, PLAN, PLAN.video[-1]),
    keyframes_command("ffprobe", SOURCE, 0, 0.0, [(0.0, 16.0)]),
]

SOUND = sound_commands.audio_command("ffmpeg", SOURCE, PLAN, Run(names=("a32m", "a64"), first=0, count=5))
RUN = commands.video_command("ffmpeg", SOURCE, PLAN, Run(names=("v240", "v720"), first=1, count=2))


def after(argv: list[str], option: str) -> str:
    return argv[argv.index(option) + 1]


def filters(argv: list[str]) -> str:
    return after(argv, "-filter_complex")


@pytest.mark.parametrize("argv", READING, ids=range(len(READING)))
def test_every_source_is_opened_with_its_protocols_and_formats_listed(argv: list[str]) -> None:
    opened = [place for place, word in enumerate(argv) if word == "-i"]
    assert len(opened) == 1
    assert argv[opened[0] + 1] == f"file:{SOURCE}"
    before = argv[: opened[0]]
    assert after(before, "-protocol_whitelist") == "file"
    assert after(before, "-format_whitelist") == FORMATS


def test_no_format_that_names_other_files_is_let_in() -> None:
    assert not TEXT_FORMATS & set(FORMATS.split(","))


@pytest.mark.parametrize("argv", READING, ids=range(len(READING)))
def test_the_path_stands_in_no_other_place(argv: list[str]) -> None:
    assert sum(str(SOURCE) in word for word in argv) == 1


def test_a_command_asks_no_question_and_reports_its_progress() -> None:
    argv = RUN
    assert argv[0] == "ffmpeg"
    assert "-nostdin" in argv
    assert after(argv, "-progress") == "pipe:1"
    assert after(argv, "-max_error_rate") == "1"
    assert "-copyts" in argv


def test_a_run_decodes_once_and_encodes_every_rung() -> None:
    argv = RUN
    assert argv.count("-i") == 1
    assert argv.count("libx264") == 2
    assert filters(argv).count("split=2") == 1
    assert "[0:2]" in filters(argv)
    assert [word for word in argv if word.endswith("/index.m3u8")] == ["v240/index.m3u8", "v720/index.m3u8"]


@pytest.mark.parametrize("rate", [25, 50])
def test_every_segment_starts_with_a_keyframe_and_no_other_place_does(rate: int) -> None:
    plan = plan_of(rate=rate)
    argv = commands.video_command("ffmpeg", SOURCE, plan, Run(names=("v720",), first=0, count=1))
    assert after(argv, "-g") == after(argv, "-keyint_min") == str(4 * rate)
    assert after(argv, "-sc_threshold") == "0"
    assert after(argv, "-x264-params").split(":")[0] == "repeat-headers=1"
    assert after(argv, "-enc_time_base") == f"1/{rate}"


def test_the_encoder_is_told_its_limits() -> None:
    argv = commands.video_command("ffmpeg", SOURCE, PLAN, Run(names=("v720",), first=0, count=1))
    options = ("-crf", "-maxrate", "-bufsize", "-level:v", "-profile:v", "-preset")
    told = {option: after(argv, option) for option in options}
    assert told == {
        "-crf": "27", "-maxrate": "1800000", "-bufsize": "3600000", "-level:v": "3.1", "-profile:v": "high",
        "-preset": "fast",
    }  # fmt: skip


def test_a_hot_run_hurries_and_does_not_look_far_ahead() -> None:
    bulk, hot = (
        commands.video_command("ffmpeg", SOURCE, PLAN, Run(names=("v480",), first=0, count=1, hot=hot))
        for hot in (False, True)
    )
    assert (after(bulk, "-preset"), after(hot, "-preset")) == ("veryfast", "superfast")
    assert after(bulk, "-x264-params") == "repeat-headers=1:psy=0:rc-lookahead=40"
    assert after(hot, "-x264-params") == "repeat-headers=1:psy=0:ref=1"


@pytest.mark.parametrize("program", media.FFMPEGS, ids=lambda path: path.rpartition("/")[2])
@pytest.mark.parametrize("preset", ["veryfast", "faster", "fast", "medium"])
def test_hot_runs_share_the_parameter_sets_of_the_others(program: str, preset: str) -> None:
    rung = replace(PLAN.video[0], preset=preset)
    sets = []
    for is_hot in (False, True):
        options = encoding.video_encoding(PLAN, rung, hot=is_hot)
        stream = ffmpeg.input("testsrc2=size=320x180:rate=25", format="lavfi", t=0.2)
        argv = stream.output("pipe:", format="h264", pix_fmt="yuv420p", **options).compile(cmd=program)
        made = subprocess.run([*argv, "-v", "error"], capture_output=True, check=True).stdout
        # The units of the first picture: 7 and 8 are the parameter sets.
        sets.append([unit for unit in re.split(b"\\x00{2,3}\\x01", made) if unit[:1] and unit[0] & 31 in (7, 8)][:2])
    assert len(sets[0]) == 2
    assert sets[0] == sets[1]


def test_a_copy_is_on_the_lessons_clock_and_decoded_beside() -> None:
    argv = commands.copy_command("ffmpeg", SOURCE, plan_of(start=5.0), PLAN.video[-1])
    assert after(argv, "-itsoffset") == "-5.000000"
    assert argv.index("-itsoffset") < argv.index("-i")
    assert after(argv, "-c:v") == "copy"
    assert "-xerror" in argv and argv[-1] == "-"


def test_the_yardstick_leaves_away_what_the_lesson_does_without() -> None:
    argv = commands.whole_command("ffmpeg", SOURCE, PLAN, without={"v240"})
    made = [word.partition("/")[0] for word in argv if word.endswith("/index.m3u8")]
    assert made == ["v480", "v720", "a32m", "a64"]


def test_keyframes_are_looked_for_on_the_sources_clock() -> None:
    argv = keyframes_command("ffprobe", SOURCE, 0, 5.0, [(0.0, 16.0), (200.0, 216.0)])
    assert after(argv, "-read_intervals") == "5.000%21.000,205.000%221.000"
    assert after(argv, "-select_streams") == "0"


def test_segments_are_numbered_from_the_runs_first_and_appear_whole() -> None:
    argv = commands.video_command("ffmpeg", SOURCE, PLAN, Run(names=("v240",), first=3, count=2))
    assert after(argv, "-start_number") == "3"
    assert after(argv, "-hls_flags") == "temp_file"
    assert after(argv, "-hls_segment_options") == "movflags=+frag_discont"
    assert after(argv, "-avoid_negative_ts") == "disabled"
    assert after(argv, "-hls_segment_filename") == "v240/%d.m4s"


def test_a_run_reads_from_the_keyframe_before_its_first_picture_on_the_sources_clock() -> None:
    argv = commands.video_command("ffmpeg", SOURCE, plan_of(start=5.0), Run(names=("v240",), first=2, count=1))
    assert (after(argv, "-seek_timestamp"), after(argv, "-ss")) == ("1", "13.016000")
    assert "-t" not in argv  # it would be counted from the keyframe before
    assert "-noaccurate_seek" in argv[: argv.index("-i")]
    assert "setpts=PTS-(5.000000)/TB" in filters(argv)
    assert "start_time=8.000000" in filters(argv)
    assert "trim=end=12.000000:start=8.000000" in filters(argv)


def test_a_run_beyond_the_last_picture_reads_from_where_the_last_one_is() -> None:
    plan = replace(PLAN, source=replace(PLAN.source, video_end_seconds=3.0))
    argv = commands.video_command("ffmpeg", SOURCE, plan, Run(names=("v240",), first=4, count=1))
    assert after(argv, "-ss") == "1.000000"
    assert "start_time=1.000000" in filters(argv)
    assert "tpad=stop=-1:stop_mode=clone" in filters(argv)
    assert "trim=end=20.000000:start=16.000000" in filters(argv)


def test_slower_rungs_of_a_fast_film_take_every_second_picture() -> None:
    plan = plan_of(rate=50)
    argv = commands.video_command("ffmpeg", SOURCE, plan, Run(names=("v240", "v720"), first=0, count=1))
    assert filters(argv).count("framestep=2") == 1
    alone = commands.video_command("ffmpeg", SOURCE, plan, Run(names=("v240",), first=0, count=1))
    assert "framestep" not in filters(alone)
    assert "fps=fps=25" in filters(alone)


def test_colours_become_bt709_of_limited_range() -> None:
    argv = commands.video_command("ffmpeg", SOURCE, PLAN, Run(names=("v240",), first=0, count=1))
    for part in ("in_color_matrix=bt601", "out_color_matrix=bt709", "in_range=pc", "out_range=tv", "setsar=1"):
        assert part in filters(argv)


@pytest.mark.parametrize("interlaced", [True, False])
def test_only_interlaced_pictures_are_deinterlaced(interlaced: bool) -> None:
    plan = plan_of(interlaced=interlaced)
    argv = commands.video_command("ffmpeg", SOURCE, plan, Run(names=("v240",), first=0, count=1))
    assert ("bwdif" in filters(argv)) is interlaced


def test_sound_is_put_on_the_grid_with_frames_before_and_after_that_are_thrown_away() -> None:
    argv = sound_commands.audio_command("ffmpeg", SOURCE, PLAN, Run(names=("a32m", "a64"), first=2, count=2))
    first, end = 8 * 48_000, 16 * 48_000
    lead, tail = first - WARM_UP_FRAMES * 1024, end + TAIL_FRAMES * 1024
    assert "async=1" in filters(argv)
    assert f"first_pts={lead}" in filters(argv)
    assert f"atrim=start_pts={lead}[" in filters(argv) and f"atrim=end_pts={tail}" in filters(argv)
    assert after(argv, "-bsf:a") == f"noise=amount=0:drop=lt(pts\\,{first})+gte(pts\\,{end})"
    assert [after(argv[place:], "-b:a") for place, word in enumerate(argv) if word == "-b:a"] == ["32000", "64000"]


def test_sound_is_begun_where_a_segment_and_a_frame_begin_together() -> None:
    """The hls muxer counts from its first frame: begun elsewhere, it would cut some segments a frame too late."""
    argv = sound_commands.audio_command("ffmpeg", SOURCE, PLAN, Run(names=("a64",), first=3, count=2))
    assert after(argv, "-start_number") == "2"
    end = 20 * 48_000 // 1024 * 1024 + 1024
    assert after(argv, "-bsf:a") == f"noise=amount=0:drop=lt(pts\\,{8 * 48_000})+gte(pts\\,{end})"


def test_sound_from_the_beginning_needs_no_warming_up() -> None:
    argv = SOUND
    assert "first_pts=0" in filters(argv)
    assert "-ss" not in argv


def with_sound(**parts: Any) -> Plan:
    (use,) = PLAN.source.sounds
    return replace(PLAN, source=replace(PLAN.source, sounds=(replace(use, **parts),)))


def test_every_encoding_has_its_gain_and_then_its_limiter() -> None:
    plan = with_sound(gain_db=7.5, mono_gain_db=2.5, ceiling_dbtp=-1.5)
    graph = filters(sound_commands.audio_command("ffmpeg", SOURCE, plan, Run(names=("a32m", "a64"), first=0, count=1)))
    assert "volume=9.60dB" in graph and "volume=7.30dB" in graph
    assert graph.count("alimiter=") == 2
    assert all("latency=1:level=0" in part for part in graph.split(";") if "alimiter=" in part)


def test_of_a_long_recording_only_excerpts_are_encoded_on_trial() -> None:
    use, track = PLAN.source.heard[0], PLAN.audio[-1]
    told = sound_commands.coded_command("ffmpeg", SOURCE, PLAN, use, [(0.0, 2.0), (3.0, 2.0)], track)
    assert told.count("-t") == 2 and told.count("-i") == 2
    assert told[told.index("-b:a") + 1] == str(track.bits_per_second)


def test_a_split_is_fixed_to_stereo_before_one_branch_becomes_mono() -> None:
    """Otherwise ffmpeg makes both of them mono."""
    graph = filters(sound_commands.audio_command("ffmpeg", SOURCE, PLAN, Run(names=("a32m", "a64"), first=0, count=1)))
    (split,) = (part for part in graph.split(";") if "asplit" in part)
    source = split.partition("]")[0] + "]"
    (before,) = (part for part in graph.split(";") if part.endswith(source))
    assert "channel_layouts=stereo" in before


def test_a_plan_from_before_loudness_is_carried_out_as_it_was() -> None:
    plan = Plan.from_json({**PLAN.to_json(), "source": {**PLAN.to_json()["source"], "sounds": ()}})
    graph = filters(sound_commands.audio_command("ffmpeg", SOURCE, plan, Run(names=("a64",), first=0, count=1)))
    assert "volume" not in graph and "alimiter" not in graph and "[0:1]" in graph


@pytest.mark.parametrize(("channels", "pan"), [((), ""), ((1, 1), "pan=args=stereo|c0=c1|c1=c1")])
def test_both_sides_get_the_chosen_channels(channels: tuple[int, ...], pan: str) -> None:
    plan = with_sound(channels=channels)
    graph = filters(sound_commands.audio_command("ffmpeg", SOURCE, plan, Run(names=("a64",), first=0, count=1)))
    assert pan in graph.replace("\\", "")
    assert ("pan=" in graph) is bool(pan)


def test_speech_is_cleaned_only_where_the_plan_says_so_and_comes_out_in_time() -> None:
    run = Run(names=("a64",), first=2, count=1)
    graph = filters(sound_commands.audio_command("ffmpeg", SOURCE, with_sound(noise_db=-52.0), run))
    assert "highpass=f=80" in graph and "afftdn=nf=-52.0" in graph and "asetpts=PTS-1200" in graph
    assert "afftdn" not in filters(sound_commands.audio_command("ffmpeg", SOURCE, PLAN, run))


def test_each_sound_track_is_read_once_for_all_its_encodings() -> None:
    plan = plan_of(sounds=3)
    assert [one.name for one in plan.audio] == ["a64t1", "a64t2", "a32m", "a64"]
    run = Run(names=tuple(one.name for one in plan.audio), first=0, count=5)
    argv = sound_commands.audio_command("ffmpeg", SOURCE, plan, run)
    assert [filters(argv).count(f"[0:{index}]") for index in (1, 3, 4)] == [1, 1, 1]
    assert argv.count("-i") == 1 and argv.count("aac") == 4
    assert commands.init_command("ffmpeg", plan).count("aac") == 4


def test_windows_are_listened_to_one_after_the_other() -> None:
    spans = [(10.0, 15.0), (60.0, 15.0)]
    argv = sound_commands.listen_command("ffmpeg", SOURCE, plan_of(start=5.0), PLAN.source.heard[0], spans)
    assert [word for before, word in pairwise(argv) if before == "-ss"] == ["15.000000", "65.000000"]
    assert [word for before, word in pairwise(argv) if before == "-t"] == ["15.000", "15.000"]
    assert "concat=" in filters(argv) and "alimiter" not in filters(argv)


def test_init_segments_are_made_without_the_source() -> None:
    argv = commands.init_command("ffmpeg", PLAN)
    inputs = [word for before, word in pairwise(argv) if before == "-i"]
    assert all(word.startswith(("color=", "anullsrc=")) for word in inputs)
    made = [word for word in argv if word.endswith("/index.m3u8")]
    assert made == ["v480/index.m3u8", "a32m/index.m3u8", "a64/index.m3u8"]
    assert len(inputs) == len(made)


def test_a_tail_never_begins_before_the_file() -> None:
    assert after(packets_command("ffprobe", SOURCE, -7.5), "-read_intervals") == "0.000%"


def test_pictures_have_the_colours_of_the_rungs_and_a_jpegs_range() -> None:
    chain = filters(READING[8])
    assert "in_color_matrix=bt601:in_range=pc:out_color_matrix=bt709:out_range=tv" in chain
    assert chain.index("out_color_matrix=bt709") < chain.index("out_color_matrix=bt601:out_range=pc")
    assert "scale=1280:720" in chain
    assert after(READING[8], "-frames:v") == "3"


def test_a_cover_is_copied_as_it_is() -> None:
    assert after(READING[10], "-map") == "0:0"
    assert after(READING[10], "-c") == "copy"


def test_tiles_come_from_keyframes_alone_where_they_are_far_apart() -> None:
    board = make_storyboard(PLAN)
    near = picture_commands.sheet_command("ffmpeg", SOURCE, board, 0, keyframes=False)
    assert after(READING[11], "-skip_frame") == "nokey"
    assert after(near, "-skip_frame") == "noref"
    assert "fps=fps=1/1" in filters(near)


def test_whoever_wants_the_beginning_does_not_seek() -> None:
    """A file that cannot seek is at its end afterwards, and the lesson would begin with silence."""
    late = plan_of(start=5.0)
    for argv in (
        commands.video_command("ffmpeg", SOURCE, late, Run(names=("v240",), first=0, count=2)),
        sound_commands.audio_command("ffmpeg", SOURCE, late, Run(names=("a64",), first=0, count=2)),
        sound_commands.listen_command("ffmpeg", SOURCE, late, late.source.heard[0], [(0.0, 20.0)]),
        commands.trial_command("ffmpeg", SOURCE, late, 2, 0.0),
    ):
        assert "-ss" not in argv


def test_hdr_is_made_ordinary_once_at_the_size_of_the_largest_rung() -> None:
    hdr = replace(PLAN, source=replace(PLAN.source, transfer="smpte2084", matrix="bt2020"))
    chain = filters(commands.video_command("ffmpeg", SOURCE, hdr, Run(names=("v240", "v720"), first=0, count=1)))
    assert chain.count("tonemap=hable") == 1
    assert chain.index("scale=1280:720") < chain.index("tonemap=hable") < chain.index("split=2")
    assert "tonemap" not in filters(RUN)
