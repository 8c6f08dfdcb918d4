"""The filters and encoder settings that keep the grid of segments, as ffmpeg-python values; pure.

Each was tried on ffmpeg 5.1 and 9.0: `fps=start_time` puts the first picture on the grid, `tpad`+`trim` yield
exactly the planned pictures, `-g` with `-sc_threshold 0` starts every segment with an IDR picture. What is done to
the sound is said in mixing.py.
"""

from typing import Any

from medialib.catalogue.plans import AudioRendition, Plan, VideoRendition

# What a hot run uses instead: only presets whose parameter sets are the same, since all share one init segment.
_HOT_PRESETS = {"veryfast": "superfast"}


def on_the_grid(picture: Any, start_seconds: float, begin: float, rate: int, *, deinterlace: bool) -> Any:
    """Pictures on the lesson's clock at every 1/rate s from `begin`, the last one repeated without end."""
    if start_seconds:
        picture = picture.filter("setpts", f"PTS-({start_seconds:.6f})/TB")
    if deinterlace:
        picture = picture.filter("bwdif", mode="send_frame", deint="interlaced")
    picture = picture.filter("fps", fps=rate, start_time=f"{begin:.6f}", round="near")
    return picture.filter("tpad", stop=-1, stop_mode="clone")


def shaped(picture: Any, plan: Plan, rung: VideoRendition, rate: int) -> Any:
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


def split(stream: Any, kind: str, count: int) -> list[Any]:
    if count == 1:
        return [stream]
    parts = stream.filter_multi_output(kind, count)
    return [parts[place] for place in range(count)]


def video_encoding(plan: Plan, rung: VideoRendition, *, hot: bool = False) -> dict[str, Any]:
    # More threads than these would only hold back the first segment.
    quick = {"threads": 2} if hot else {}
    preset = rung.preset or plan.preset
    # Nor would a deep look ahead: it would have to be decoded first. It leaves no trace in the parameter sets.
    tuning = [part for part in rung.tuning.split(":") if part and not (hot and part.startswith("rc-lookahead"))]
    return {
        "c:v": "libx264",
        **quick,
        "preset": _HOT_PRESETS.get(preset, preset) if hot else preset,
        "profile:v": "high",
        "level:v": rung.level,
        "crf": rung.crf,
        "maxrate": rung.max_bits_per_second,
        "bufsize": rung.max_bits_per_second * 2,
        "g": plan.segment_seconds * rung.frames_per_second,
        "keyint_min": plan.segment_seconds * rung.frames_per_second,
        "sc_threshold": 0,
        # Parameter sets in every keyframe: rungs of different lessons can follow each other in one stream.
        "x264-params": ":".join(("repeat-headers=1", *tuning)),
        "fps_mode": "passthrough",
        "enc_time_base": f"1/{rung.frames_per_second}",
    }


def video_copying(plan: Plan) -> dict[str, Any]:
    """Copied packets say what encoded rungs say too: parameter sets in every keyframe, and their colours."""
    matrix = {"bt601": 6, "bt709": 1}.get(plan.source.matrix, 1)
    colours = f"h264_metadata=matrix_coefficients={matrix}:video_full_range_flag=0"
    # In this order: what h264_metadata has handled, h264_mp4toannexb would pass on without parameter sets.
    return {"c:v": "copy", "bsf:v": f"h264_mp4toannexb,{colours}"}


def audio_encoding(track: AudioRendition, first: int, last: int) -> dict[str, Any]:
    """The samples first .. last-1 are kept of what is encoded."""
    return {
        "c:a": "aac",
        "b:a": track.bits_per_second,
        "bsf:a": f"noise=amount=0:drop=lt(pts\\,{first})+gte(pts\\,{last})",
    }


def segments(stream: Any, plan: Plan, name: str, first_number: int, **options: Any) -> Any:
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
        start_number=first_number,
        avoid_negative_ts="disabled",
        muxdelay=0,
        muxpreload=0,
        map_metadata=-1,
        **options,
    )
