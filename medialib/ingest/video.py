"""The moving picture of a file, chosen and described from what ffprobe says of its streams; pure.

Field names: ffprobe's `-show_streams`. Names of colours: its color_space, color_transfer, color_primaries (H.273).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

_PICTURES = {"png", "mjpeg", "bmp", "gif", "webp", "tiff", "jpeg2000", "svg"}
_NOT_FILMS = ("attached_pic", "timed_thumbnails", "still_image")
# Pixels more oblong than this are a mistake of the file.
_MOST_OBLONG = 4
# Rates above this are clocks, not rates (ASF and Matroska tell milliseconds).
_FASTEST = 300
# What H.273 calls the transfers that need tone mapping: PQ (SMPTE ST 2084) and HLG (BT.2100).
_HDR = {"smpte2084", "arib-std-b67"}
# Codecs that can be interlaced, or say nothing about it.
_MAYBE_INTERLACED = {"h264", "hevc", "mpeg2video", "mpeg4", "vc1", "wmv3", "dvvideo", "mjpeg", "prores", "dnxhd"}
_WITH_ALPHA = ("yuva", "gbrap", "rgba", "bgra", "argb", "abgr", "ya8", "ya16")
_RGB = ("rgb", "bgr", "gbr", "argb", "abgr", "pal8", "0rgb", "0bgr", "x2rgb", "x2bgr")
_MATRICES = {
    "bt709": "bt709", "smpte170m": "bt601", "bt470bg": "bt601", "fcc": "fcc", "smpte240m": "smpte240m",
    "bt2020nc": "bt2020", "bt2020c": "bt2020",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class VideoTrack:
    """A moving picture. `width` and `height` are as shown: turned by `rotation`, pixels made square.

    `transfer` is the HDR transfer that must be tone-mapped, `bt709` where only the colours are wider (BT.2020), empty
    for every other; `grey`: only its brightness can
    be read (Dolby Vision profile 5); `alpha`: it is see-through in places. `pixels` are the sides in the file's own
    pixels, turned.
    """

    index: int
    codec: str
    width: int
    height: int
    rotation: int
    frames_per_second: Fraction
    matrix: str
    full_range: bool
    interlaced: bool
    transfer: str = ""
    grey: bool = False
    alpha: bool = False
    pixels: tuple[int, int] = (0, 0)


def choose_video(streams: Sequence[Mapping[str, Any]]) -> VideoTrack | None:
    """The film among moving and still pictures: the longest, by the file's own mark, then the largest."""
    films = [one for one in streams if is_video(one) and not is_still(one)]
    longest = max((_length(one) for one in films), default=0.0)

    def worth(stream: Mapping[str, Any]) -> tuple[bool, bool, bool, int]:
        long_enough = _length(stream) >= longest / 2
        marked = bool(stream.get("disposition", {}).get("default"))
        area = int(stream.get("width") or 0) * int(stream.get("height") or 0)
        return stream.get("nb_frames") != "1", long_enough, marked, area

    # sorted keeps the file's order among equals.
    tracks = map(_track, sorted(films, key=worth, reverse=True))
    return next((track for track in tracks if track), None)


def is_video(stream: Mapping[str, Any]) -> bool:
    return stream.get("codec_type") == "video"


def is_still(stream: Mapping[str, Any]) -> bool:
    """Cover art, and stills of motion photos."""
    if any(stream.get("disposition", {}).get(mark) for mark in _NOT_FILMS):
        return True
    # Motion JPEG from old cameras is a moving picture: it has more than one frame.
    one_frame = str(stream.get("nb_frames", "")) in {"", "1"} and _fraction(stream.get("avg_frame_rate")) == 0
    return stream.get("codec_name") in _PICTURES and one_frame


def stills(streams: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one for one in streams if is_video(one) and is_still(one)]


def _track(stream: Mapping[str, Any]) -> VideoTrack | None:
    width, height = int(stream.get("width") or 0), int(stream.get("height") or 0)
    if width <= 0 or height <= 0 or not stream.get("codec_name"):
        return None
    rotation = _rotation(stream)
    shown, pixels = (max(2, round(width * _pixel(stream))), height), (width, height)
    if rotation in (90, 270):
        shown, pixels = shown[::-1], pixels[::-1]
    codec, form = str(stream["codec_name"]), str(stream.get("pix_fmt", ""))
    grey = _dolby_vision_profile(stream) == 5
    return VideoTrack(
        index=int(stream["index"]),
        codec=codec,
        width=shown[0],
        height=shown[1],
        rotation=rotation,
        frames_per_second=_rate(stream),
        matrix=_matrix(stream, width, height),
        full_range=stream.get("color_range") == "pc" or form.startswith(("yuvj", *_RGB)),
        interlaced=_interlaced(stream, codec),
        transfer="smpte2084" if grey else _far_transfer(stream),
        grey=grey,
        alpha=form.startswith(_WITH_ALPHA),
        pixels=pixels,
    )


def _pixel(stream: Mapping[str, Any]) -> Fraction:
    """The width of a pixel by its height."""
    pixel = _fraction(str(stream.get("sample_aspect_ratio", "1:1")).replace(":", "/"))
    return pixel if Fraction(1, _MOST_OBLONG) <= pixel <= _MOST_OBLONG else Fraction(1)


def _rate(stream: Mapping[str, Any]) -> Fraction:
    told = (_fraction(stream.get("avg_frame_rate")), _fraction(stream.get("r_frame_rate")))
    return next((rate for rate in told if 0 < rate <= _FASTEST), Fraction(30 if any(told) else 25))


def _interlaced(stream: Mapping[str, Any], codec: str) -> bool:
    """Whether some pictures may be: each picture says itself whether it is, so a guess does no harm.

    The order of the fields plays no role, since only one of each pair is kept; a wrong mark of it shifts by 1/50 s.
    """
    order = stream.get("field_order", "unknown")
    return order in {"tt", "bb", "tb", "bt"} or (order in {"unknown", ""} and codec in _MAYBE_INTERLACED)


def _far_transfer(stream: Mapping[str, Any]) -> str:
    """That of a picture which is more than BT.709 can show."""
    transfer = str(stream.get("color_transfer", ""))
    wide = stream.get("color_primaries") == "bt2020" and stream.get("color_space") in {"bt2020nc", "unknown", None}
    return transfer if transfer in _HDR else "bt709" if wide else ""


def _dolby_vision_profile(stream: Mapping[str, Any]) -> int | None:
    return next((int(one["dv_profile"]) for one in stream.get("side_data_list", []) if "dv_profile" in one), None)


def _rotation(stream: Mapping[str, Any]) -> int:
    """Degrees clockwise: 90, 180 or 270 when within a degree, as ffmpeg takes them (the matrix counts the other way).

    Other angles are turned within the same frame, which hence keeps its sides; mirrored ones keep them too.
    """
    for data in stream.get("side_data_list", []):
        if "rotation" in data:
            angle = -float(data["rotation"]) % 360
            return next((turn for turn in (90, 180, 270) if abs(angle - turn) <= 1), 0)
    return 0


def _matrix(stream: Mapping[str, Any], width: int, height: int) -> str:
    """The YCbCr matrix in swscale's words; what is not tagged is BT.601 up to 1024x576 and BT.709 above."""
    if "bt2020" in str(stream.get("color_primaries")) and stream.get("color_space") in {None, "unknown"}:
        return "bt2020"
    large = max(width, height) >= 1280 or min(width, height) > 576
    return _MATRICES.get(str(stream.get("color_space")), "bt709" if large else "bt601")


def _length(stream: Mapping[str, Any]) -> float:
    """Seconds; 0 when the container does not tell the lengths of its tracks."""
    return float(stream.get("duration") or 0)


def _fraction(text: Any) -> Fraction:
    try:
        return Fraction(str(text or 0))
    except (ValueError, ZeroDivisionError):
        return Fraction(0)
