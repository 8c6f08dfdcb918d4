"""The filters and encoder settings that keep the grid of segments, as ffmpeg-python values; pure.

Each was tried on ffmpeg 5.1 and 9.0: `fps=start_time` puts the first picture on the grid, `tpad`+`trim` yield
exactly the planned pictures, `-g` with `-sc_threshold 0` starts every segment with an IDR picture. What is done to
the sound is said in mixing.py.
"""

from typing import Any

from medialib.catalogue.plans import AudioRendition, Plan, VideoRendition
from medialib.catalogue.source_uses import SourceUse

# What zscale calls the transfers of H.273.
_TRANSFERS = {"smpte2084": "smpte2084", "arib-std-b67": "arib-std-b67", "bt709": "709"}
# The luminance of white on an ordinary screen, in cd/m2, and the curve that keeps lights from burning out.
_WHITE_NITS = 100
_CURVE = "hable"

# What a hot run uses, with as many reference pictures as the preset of its rung has: then the parameter sets are the
# same, as they must be, since all runs share one init segment.
_HOT_PRESET = "superfast"
_REFERENCES = {"veryfast": 1, "faster": 2, "fast": 2, "medium": 3}
_WITHOUT_PSY = ("veryfast", "faster")


def on_the_clock(picture: Any, use: SourceUse) -> Any:
    """Pictures on the lesson's clock, without combs, and all of the size that the first has.

    Filters begin anew when the size changes, and with them the grid, unless ffmpeg is told not to (see `steady`);
    scale alone bears the change. What is see-through is shown over black.
    """
    if use.width:
        picture = picture.filter("scale", use.width, use.height)
    if use.start_seconds:
        picture = picture.filter("setpts", f"PTS-({use.start_seconds:.6f})/TB")
    if use.deinterlace:
        picture = picture.filter("bwdif", mode="send_frame", deint="interlaced")
    if use.alpha:
        picture = picture.filter("premultiply", inplace=1)
    return picture


def steady(use: SourceUse) -> dict[str, str | None]:
    """With what a source is opened whose pictures go through `on_the_clock`."""
    return {"reinit_filter": "0"} if use.width else {}


def on_the_grid(picture: Any, use: SourceUse, begin: float, rate: int) -> Any:
    """Pictures at every 1/rate s of the lesson's clock from `begin`, the last one repeated without end."""
    picture = on_the_clock(picture, use).filter("fps", fps=rate, start_time=f"{begin:.6f}", round="near")
    return picture.filter("tpad", stop=-1, stop_mode="clone")


def shaped(picture: Any, plan: Plan, rung: VideoRendition, rate: int, *, developed: bool = False) -> Any:
    """The rung's size and rate in BT.709; what was `developed` is in BT.709 already."""
    if rung.frames_per_second < rate:
        picture = picture.filter("framestep", rate // rung.frames_per_second)
    if plan.source.transfer and not developed:
        picture = developed_for(picture, plan, rung.width, rung.height)
        developed = True
    matrix, full = ("bt709", False) if developed else (plan.source.matrix, plan.source.full_range)
    picture = picture.filter(
        "scale",
        rung.width,
        rung.height,
        flags="bicubic",
        in_color_matrix=matrix,
        out_color_matrix="bt709",
        in_range="pc" if full else "tv",
        out_range="tv",
    )
    return (
        picture.filter("setsar", 1)
        .filter("format", "yuv420p")
        .filter("setparams", range="tv", color_primaries="bt709", color_trc="bt709", colorspace="bt709")
    )


def developed_for(picture: Any, plan: Plan, width: int, height: int) -> Any:
    """HDR and wide colours made BT.709 at the size of the largest rung that needs them: floating point is slow."""
    use = plan.source
    if use.grey:
        picture = picture.filter("hue", s=0)
    same = {"in_color_matrix": "bt2020", "out_color_matrix": "bt2020"}
    level = "pc" if use.full_range else "tv"
    picture = picture.filter("scale", width, height, flags="bicubic", **same, in_range=level, out_range=level)
    picture = picture.filter("format", "yuv420p10le")
    far = {
        "transferin": _TRANSFERS[use.transfer],
        "matrixin": "2020_ncl",
        "primariesin": "2020",
        "rangein": "full" if use.full_range else "limited",
    }
    ordinary = {"transfer": "709", "matrix": "709", "range": "limited"}
    if use.transfer == "bt709":
        return picture.filter("zscale", **far, primaries="709", **ordinary).filter("format", "yuv420p")
    picture = picture.filter("zscale", **far, transfer="linear", npl=_WHITE_NITS).filter("format", "gbrpf32le")
    picture = picture.filter("zscale", primaries="709").filter("tonemap", tonemap=_CURVE, desat=0)
    return picture.filter("zscale", **ordinary).filter("format", "yuv420p")


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
    # The quicker ones do without psychovisual choices by themselves; with these other chroma offsets would be told.
    if hot and preset in _REFERENCES and (preset in _WITHOUT_PSY or "psy=0" in tuning):
        tuning.append(f"ref={_REFERENCES[preset]}")
        preset = _HOT_PRESET
    return {
        "c:v": "libx264",
        **quick,
        "preset": preset,
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
