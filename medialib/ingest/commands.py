"""Plan to ffmpeg and ffprobe argv, built with ffmpeg-python and never run by it; pure.

The grid of segments is kept by these means, each tried on ffmpeg 5.1 and 9.0: `fps=start_time` puts the first
picture on the grid, `tpad`+`trim` yield exactly the planned pictures, `-g` with `-sc_threshold 0` starts every
segment with an IDR picture, `aresample=first_pts`+`apad`+`atrim` put the sound on AAC frame boundaries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from medialib.catalogue.plans import (
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    AudioRendition,
    Plan,
    Rendition,
    VideoRendition,
)

# Demuxers that read one file and nothing else. Text formats that name other files (HLS, DASH, ffconcat, SDP)
# are not here, whatever the file is called; `-protocol_whitelist file` alone would let them read other files.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,asf,mpegts,mpeg,mp3,aac,flac,ogg,wav,w64,aiff,amr,amrnb,amrwb,ape"
)
_INPUT = {"protocol_whitelist": "file", "format_whitelist": FORMATS}

# Sound is decoded from this long before a run, so that the decoder has settled.
_LEAD_SECONDS = 0.5
# AAC frames that are encoded before a run and thrown away: the encoder's state settles.
_WARM_UP_FRAMES = 4
# What a hot run uses instead: only presets whose parameter sets are the same, since all share one init segment.
_HOT_PRESETS = {"veryfast": "superfast"}


@dataclass(frozen=True, kw_only=True)
class Run:
    """Segments first .. first+count-1 of some renditions of one kind, made by one ffmpeg.

    Somebody waits for a `hot` run: it trades a few bits for speed.
    """

    names: tuple[str, ...]
    first: int
    count: int
    hot: bool = False

    @property
    def numbers(self) -> range:
        return range(self.first, self.first + self.count)


def probe_command(ffprobe: str, source: Path) -> list[str]:
    return [
        *_probing(ffprobe),
        *("-show_format", "-show_streams"),
        *("-i", f"file:{source}"),
    ]


def tail_command(ffprobe: str, source: Path, from_seconds: float) -> list[str]:
    """The packets from `from_seconds` on: container headers lie about the end, packets do not."""
    return [
        *_probing(ffprobe),
        *("-read_intervals", f"{max(0.0, from_seconds):.3f}%"),
        *("-show_entries", "packet=stream_index,pts_time,dts_time,duration_time"),
        *("-i", f"file:{source}"),
    ]


def _probing(ffprobe: str) -> list[str]:
    return [
        ffprobe,
        "-v",
        "error",
        "-of",
        "json",
        *(part for key, value in _INPUT.items() for part in (f"-{key}", value)),
    ]


def video_command(program: str, source: Path, plan: Plan, run: Run) -> list[str]:
    """Decode once, encode every rung of `run`, into NAME/K.m4s below the working directory."""
    rungs = [_video(plan, name) for name in run.names]
    begin, end = float(plan.start(rungs[0], run.first)), float(plan.start(rungs[0], run.first + run.count))
    use = plan.source
    # Beyond the last picture there is nothing to decode: begin where the last one surely is.
    last = max(0.0, use.video_end_seconds - 2)
    rate = max(rung.frames_per_second for rung in rungs)
    # A keyframe that rounds to the run's first picture is early enough: the GOP before it need not be decoded.
    seek = begin + 0.4 / rate if begin else 0.0
    picture = _open(source, use.start_seconds + min(seek, last))[str(use.video_index)]
    # The grid begins where there still are pictures: without one, fps would make none at all.
    grid = min(begin, int(last))
    picture = _on_the_grid(picture, use.start_seconds, grid, rate, deinterlace=use.deinterlace)
    picture = picture.filter("trim", start=f"{begin:.6f}", end=f"{end:.6f}")
    branches = _split(picture, "split", len(rungs))
    outputs = [
        _segments(_shaped(branch, plan, rung, rate), plan, rung.name, run, **_video_encoding(plan, rung, hot=run.hot))
        for branch, rung in zip(branches, rungs, strict=True)
    ]
    return _complete(program, outputs)


def audio_command(program: str, source: Path, plan: Plan, run: Run) -> list[str]:
    """Decode once, encode every sound of `run`; the warm-up frames are dropped by a bitstream filter."""
    tracks = [_audio(plan, name) for name in run.names]
    first, last = (_sample(plan, tracks[0], number) for number in (run.first, run.first + run.count))
    lead = max(0, first - _WARM_UP_FRAMES * SAMPLES_PER_FRAME)
    use = plan.source
    seek = max(0.0, min(lead / SAMPLE_RATE - _LEAD_SECONDS, use.audio_end_seconds - 2))
    opened = _open(source, use.start_seconds + seek)[str(use.audio_index)]
    sound = _sound(opened, use.start_seconds, lead, last)
    return _complete(program, _sounds(sound, plan, tracks, run, first))


def whole_command(program: str, source: Path, plan: Plan) -> list[str]:
    """Everything of a lesson in one uninterrupted call that decodes once: what the benchmarks compare with."""
    everything = Run(names=(), first=0, count=plan.segment_count)
    use, end = plan.source, plan.seconds
    opened = _open(source, use.start_seconds)
    outputs = []
    if plan.video:
        rate = max(rung.frames_per_second for rung in plan.video)
        picture = _on_the_grid(opened[str(use.video_index)], use.start_seconds, 0, rate, deinterlace=use.deinterlace)
        picture = picture.filter("trim", end=f"{end:.6f}")
        for branch, rung in zip(_split(picture, "split", len(plan.video)), plan.video, strict=True):
            shaped = _shaped(branch, plan, rung, rate)
            outputs.append(_segments(shaped, plan, rung.name, everything, **_video_encoding(plan, rung)))
    if plan.audio:
        sound = _sound(
            opened[str(use.audio_index)], use.start_seconds, 0, _sample(plan, plan.audio[0], plan.segment_count)
        )
        outputs += _sounds(sound, plan, plan.audio, everything, 0)
    return _complete(program, outputs)


def init_command(program: str, plan: Plan) -> list[str]:
    """The init segments of what is played first, from a black, silent moment: they depend on the settings alone."""
    run = Run(names=(), first=0, count=1)
    outputs = []
    for one in plan.played_first:
        if isinstance(one, VideoRendition):
            black = f"color=c=black:s={one.width}x{one.height}:r={one.frames_per_second}"
            shaped = _shaped(ffmpeg.input(black, f="lavfi", t=0.2)["v"], plan, one, one.frames_per_second)
            outputs.append(_segments(shaped, plan, one.name, run, **_video_encoding(plan, one)))
        else:
            silence = f"anullsrc=r={SAMPLE_RATE}:cl={_layout(one)}"
            shaped = ffmpeg.input(silence, f="lavfi", t=0.2)["a"].filter("aformat", sample_fmts="fltp")
            outputs.append(_segments(shaped, plan, one.name, run, **_audio_encoding(one, 0)))
    return _complete(program, outputs)


def poster_command(program: str, source: Path, plan: Plan, at_seconds: float) -> list[str]:
    """poster.jpg, 640 wide at most: the most typical picture of the two seconds after `at_seconds`."""
    use = plan.source
    if use.video_index is None:
        picture = ffmpeg.input(f"file:{source}", **_INPUT)[str(use.cover_index)]
    else:
        picture = _open(source, use.start_seconds + at_seconds, t="3")[str(use.video_index)]
        picture = picture.filter("thumbnail", 50)
    picture = picture.filter("scale", "min(640,iw*sar)", -2).filter("setsar", 1).filter("format", "yuvj420p")
    return _complete(program, [picture.output("poster.jpg", **{"frames:v": 1, "q:v": 4, "update": 1})])


def _open(source: Path, seek_seconds: float, **options: str | None) -> Any:
    """The source from the keyframe before `seek_seconds`, on its own clock.

    Pictures before that time are kept (noaccurate_seek): one of them may still be on show at the run's start. Where
    to end is said by trim: a length would be counted from that keyframe, which may be ten seconds earlier.
    """
    options |= {"noaccurate_seek": None, **_INPUT}
    if seek_seconds > 0:
        # Without seek_timestamp ffmpeg would add the source's start a second time.
        options |= {"seek_timestamp": "1", "ss": f"{seek_seconds:.6f}"}
    return ffmpeg.input(f"file:{source}", **options)


def _on_the_grid(picture: Any, start_seconds: float, begin: float, rate: int, *, deinterlace: bool) -> Any:
    """Pictures on the lesson's clock at every 1/rate s from `begin`, the last one repeated without end."""
    if start_seconds:
        picture = picture.filter("setpts", f"PTS-({start_seconds:.6f})/TB")
    if deinterlace:
        picture = picture.filter("bwdif", mode="send_frame", deint="interlaced")
    picture = picture.filter("fps", fps=rate, start_time=f"{begin:.6f}", round="near")
    return picture.filter("tpad", stop=-1, stop_mode="clone")


def _sound(sound: Any, start_seconds: float, first: int, last: int) -> Any:
    """The samples first .. last-1 of the lesson's clock, silence where the source has none.

    What comes before `first` is cut by atrim, since aresample's first_pts is only exact where it adds silence.
    """
    if start_seconds:
        sound = sound.filter("asetpts", f"PTS-({start_seconds:.6f})/TB")
    sound = sound.filter("aresample", SAMPLE_RATE).filter("apad").filter("atrim", start_pts=first)
    sound = sound.filter("aresample", SAMPLE_RATE, **{"async": 1, "first_pts": first})
    return sound.filter("atrim", end_pts=last)


def _sounds(sound: Any, plan: Plan, tracks: Sequence[AudioRendition], run: Run, first: int) -> list[Any]:
    outputs = []
    for branch, track in zip(_split(sound, "asplit", len(tracks)), tracks, strict=True):
        shaped = branch.filter("aformat", channel_layouts=_layout(track), sample_fmts="fltp")
        outputs.append(_segments(shaped, plan, track.name, run, **_audio_encoding(track, first)))
    return outputs


def _shaped(picture: Any, plan: Plan, rung: VideoRendition, rate: int) -> Any:
    if rung.frames_per_second < rate:
        picture = picture.filter("framestep", rate // rung.frames_per_second)
    picture = picture.filter(
        "scale",
        rung.width,
        rung.height,
        flags="bicubic",
        in_color_matrix=plan.source.matrix,
        out_color_matrix="bt709",
        in_range="pc" if plan.source.full_range else "tv",
        out_range="tv",
    )
    return (
        picture.filter("setsar", 1)
        .filter("format", "yuv420p")
        .filter("setparams", range="tv", color_primaries="bt709", color_trc="bt709", colorspace="bt709")
    )


def _split(stream: Any, kind: str, count: int) -> list[Any]:
    if count == 1:
        return [stream]
    parts = stream.filter_multi_output(kind, count)
    return [parts[place] for place in range(count)]


def _video_encoding(plan: Plan, rung: VideoRendition, *, hot: bool = False) -> dict[str, Any]:
    return {
        "c:v": "libx264",
        "preset": _HOT_PRESETS.get(plan.preset, plan.preset) if hot else plan.preset,
        "profile:v": "high",
        "level:v": rung.level,
        "crf": rung.crf,
        "maxrate": rung.max_bits_per_second,
        "bufsize": rung.max_bits_per_second * 2,
        "g": plan.segment_seconds * rung.frames_per_second,
        "keyint_min": plan.segment_seconds * rung.frames_per_second,
        "sc_threshold": 0,
        # Parameter sets in every keyframe: rungs of different lessons can follow each other in one stream.
        "x264-params": "repeat-headers=1",
        "fps_mode": "passthrough",
        "enc_time_base": f"1/{rung.frames_per_second}",
    }


def _audio_encoding(track: AudioRendition, first_sample: int) -> dict[str, Any]:
    return {
        "c:a": "aac",
        "b:a": track.bits_per_second,
        "bsf:a": f"noise=amount=0:drop=lt(pts\\,{first_sample})",
    }


def _segments(stream: Any, plan: Plan, name: str, run: Run, **encoding: Any) -> Any:
    """fMP4 segments with the source's clock kept, each renamed from .tmp when it is whole."""
    return stream.output(
        f"{name}/index.m3u8",
        format="hls",
        hls_time=plan.segment_seconds,
        hls_list_size=0,
        hls_playlist_type="vod",
        hls_flags="temp_file",
        hls_segment_type="fmp4",
        hls_segment_options="movflags=+frag_discont",
        hls_fmp4_init_filename="init.mp4",
        hls_segment_filename=f"{name}/%d.m4s",
        start_number=run.first,
        avoid_negative_ts="disabled",
        muxdelay=0,
        muxpreload=0,
        map_metadata=-1,
        **encoding,
    )


def _complete(program: str, outputs: Sequence[Any]) -> list[str]:
    joined = outputs[0] if len(outputs) == 1 else ffmpeg.merge_outputs(*outputs)
    arguments: Iterable[str] = ffmpeg.get_args(joined)
    return [
        program,
        *("-nostdin", "-hide_banner", "-y"),
        "-copyts",
        *("-v", "error"),
        *("-progress", "pipe:1"),
        *("-stats_period", "1"),
        # Damaged pictures are not a reason to give up: keep what decodes.
        *("-max_error_rate", "1"),
        *arguments,
    ]


def _layout(track: AudioRendition) -> str:
    return "mono" if track.channels == 1 else "stereo"


def _video(plan: Plan, name: str) -> VideoRendition:
    found = plan.rendition(name)
    assert isinstance(found, VideoRendition), name
    return found


def _audio(plan: Plan, name: str) -> AudioRendition:
    found = plan.rendition(name)
    assert isinstance(found, AudioRendition), name
    return found


def _sample(plan: Plan, rendition: Rendition, number: int) -> int:
    return int(plan.start(rendition, number) * SAMPLE_RATE)
