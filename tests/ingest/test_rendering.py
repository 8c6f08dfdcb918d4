"""What people see: colours, turns and shapes of the made pictures against ffmpeg's own rendering of the source."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import media
import pytest
from web.factories import make_services, opened_services

import medialib
from medialib.catalogue.edits import Details
from medialib.ingest import hot
from medialib.ingest.intake import take_in
from medialib.ingest.recording import load
from medialib.services import Services

QUICK: dict[str, Any] = {
    "ladder": {
        "segment_seconds": 2,
        "preset": "superfast",
        "start_rung": 240,
        "rungs": [{"short_side": 240, "max_bits_per_second": 3_000_000, "crf": 14}],
    }
}
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "12")
BARS = "smptehdbars=size=320x180:rate=25:duration=1"
WARM = f"{BARS},drawbox=color=orange:thickness=fill:w=iw/2"
TEST = "testsrc2=size=320x180:rate=25:duration=1"
SHARED = Path(medialib.__file__).parents[2] / "shared" / "media"  # real recordings beside the checkout, if any
# What is everywhere taken for the reference: hable over a white of 100 cd/m2.
TONE_MAPPED = (
    "zscale=tin={transfer}:min=2020_ncl:pin=2020:rin=limited:t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,"
    "tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p"
)


@pytest.fixture(params=media.FFMPEGS, ids=lambda path: path.rpartition("/")[2])
def services(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Services]:
    with opened_services(tmp_path / "store", tools={"ffmpeg": request.param}, **QUICK) as opened:
        yield opened


def source(path: Path, picture: str, *encoding: str) -> Path:
    return media.recorded(path, "-f", "lavfi", "-i", picture, *encoding)


def made(services: Services, path: Path) -> Path:
    """The first segment of the largest rung, as a file that plays."""
    lesson = take_in(services.workshop, path, Details(title="x"), name=path.name).lesson
    rung = load(services.workshop, lesson.id).plan.video[-1]
    hot.hurry(services.workshop, lesson.id, 1, rung.name, 0)
    store = services.store
    parts = (store.init(lesson.id, 1, rung.name), store.segment(lesson.id, 1, rung.name, 0))
    return media.joined(path.with_name("made.mp4"), *parts)


def means(services: Services, path: Path, filters: str = "null") -> tuple[float, float, float]:
    """Mean Y, Cb and Cr of all pictures of the first second."""
    argv = [services.workshop.tools.ffmpeg, "-nostdin", "-v", "error", "-t", "1", "-i", f"file:{path}"]
    argv += ["-map", "0:v:0", "-vf", f"{filters},scale=64:36:flags=area,format=yuv444p", "-f", "rawvideo", "-"]
    content = subprocess.run(argv, capture_output=True, check=True).stdout
    size = 64 * 36
    planes: list[list[int]] = [[], [], []]
    for at in range(0, len(content), size):
        planes[at // size % 3].append(sum(content[at : at + size]))
    y, cb, cr = (sum(one) / len(one) / size for one in planes)
    return y, cb, cr


def likeness(services: Services, path: Path, reference: Path, filters: str) -> float:
    """SSIM of the made pictures to the source's, rendered by ffmpeg and then by `filters`."""
    argv = [services.workshop.tools.ffmpeg, "-nostdin", "-hide_banner", "-i", f"file:{path}", "-i", f"file:{reference}"]
    graph = f"[1:v:0]{filters},setsar=1,format=yuv420p[r];[0:v]setsar=1[m];[m][r]ssim=shortest=1"
    done = subprocess.run([*argv, "-filter_complex", graph, "-f", "null", "-"], capture_output=True, text=True)
    found = re.search(r"SSIM .*All:([\d.]+)", done.stderr)
    assert found, done.stderr
    return float(found.group(1))


def size_of(path: Path) -> tuple[int, int]:
    stream = media.ask(path, "-select_streams", "v", "-show_entries", "stream=width,height")["streams"][0]
    return stream["width"], stream["height"]


def near(found: tuple[float, ...], wanted: tuple[float, ...]) -> bool:
    return all(abs(one - other) <= other * 0.10 for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("transfer", "codec"),
    [("arib-std-b67", "libx265"), ("smpte2084", "libx265"), ("smpte2084", "libx264")],
)
def test_hdr_is_tone_mapped(services: Services, tmp_path: Path, transfer: str, codec: str) -> None:
    tags = ("-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc", "-color_range", "tv")
    quiet = ("-x265-params", "log-level=none") if codec == "libx265" else ()
    path = source(
        tmp_path / "a.mkv", WARM, "-c:v", codec, "-preset", "ultrafast", *quiet, "-pix_fmt", "yuv420p10le", *tags
    )
    wanted = means(services, path, TONE_MAPPED.format(transfer=transfer))
    result = made(services, path)
    assert near(means(services, result), wanted)
    assert not near(means(services, path, "format=yuv420p"), wanted)
    told = media.ask(result, "-show_entries", "stream=color_transfer,color_space,color_primaries,pix_fmt")["streams"][0]
    assert set(told.values()) == {"bt709", "yuv420p"}


def test_wide_colours_are_made_ordinary_without_being_darkened(services: Services, tmp_path: Path) -> None:
    tags = ("-color_primaries", "bt2020", "-color_trc", "bt2020-10", "-colorspace", "bt2020nc", "-color_range", "tv")
    path = source(tmp_path / "a.mkv", WARM, *X264, "-pix_fmt", "yuv420p10le", *tags)
    same = "setparams=color_primaries=bt2020:color_trc=bt2020-10:colorspace=bt2020nc:range=tv"
    wanted = means(services, path, f"{same},zscale=primaries=709:transfer=709:matrix=709,format=yuv444p")
    assert all(abs(a - b) < 2 for a, b in zip(means(services, made(services, path)), wanted, strict=True))
    assert max(abs(a - b) for a, b in zip(means(services, path, "format=yuv420p"), wanted, strict=True)) > 4


@pytest.mark.skipif(not SHARED.exists(), reason="the real recordings are not here")
@pytest.mark.parametrize(
    ("name", "transfer"),
    [("hdr10-av1", "smpte2084"), ("hlg10-color-test", "arib-std-b67"), ("sample_edit_list", "arib-std-b67")],
)
def test_real_hdr_is_tone_mapped(tmp_path: Path, name: str, transfer: str) -> None:
    services = make_services(tmp_path / "store", **QUICK)
    path = tmp_path / "a.mp4"
    path.write_bytes((SHARED / f"{name}.mp4").read_bytes())
    wanted = means(services, path, "scale=480:-2,format=yuv420p10le," + TONE_MAPPED.format(transfer=transfer))
    assert near(means(services, made(services, path)), wanted)
    services.database.close()


@pytest.mark.parametrize(
    ("form", "name", "encoding"),
    [
        ("yuv420p", "a.mp4", (*X264, "-colorspace", "smpte170m")),
        ("yuv422p10le", "a.mkv", (*X264, "-colorspace", "bt709")),
        ("yuv444p", "a.mp4", (*X264, "-colorspace", "smpte170m")),
        ("yuvj420p", "a.avi", ("-c:v", "mjpeg", "-q:v", "2")),
        ("yuvj420p", "a.mp4", (*X264, "-colorspace", "bt709")),
        ("gbrp", "a.mkv", ("-c:v", "libx264rgb", "-preset", "ultrafast", "-crf", "12")),
        ("rgb24", "a.avi", ("-c:v", "huffyuv")),
        ("gray", "a.mkv", ("-c:v", "ffv1")),
    ],
)
def test_colours_are_right_whatever_they_are_stored_as(
    services: Services, tmp_path: Path, form: str, name: str, encoding: tuple[str, ...]
) -> None:
    """The bars are the same colours in every form; the reference is made of them without any of it."""
    matrix = "smpte170m" if "smpte170m" in encoding or "mjpeg" in encoding else "bt709"
    full = form.startswith("yuvj")
    scale = f"scale=out_color_matrix={matrix}:out_range={'pc' if full else 'tv'}"
    bars = BARS.replace("smptehdbars", "rgbtestsrc") + ",format=gbrp"
    if form == "gray":
        bars, scale = bars + ",format=gray", "null"
    path = source(tmp_path / name, f"{bars},{scale},format={form}", *encoding)
    plain = source(tmp_path / "plain.mkv", bars, "-c:v", "ffv1")
    wanted = means(services, plain, "scale=out_color_matrix=bt709:out_range=tv:in_range=pc,format=yuv444p")
    assert near(means(services, made(services, path)), wanted)


def test_what_is_see_through_is_shown_over_black(services: Services, tmp_path: Path) -> None:
    half = f"color=c=white:{TEST.partition('=')[2]},format=rgba,colorchannelmixer=aa=0.5"
    for name, encoding in {"a.mov": ("-c:v", "qtrle"), "b.mov": ("-c:v", "prores_ks", "-profile:v", "4")}.items():
        path = source(tmp_path / name, half, *encoding)
        brightness = means(services, made(services, path))[0]
        assert 120 < brightness < 132  # half of white, 16 + 219 / 2


# What the display matrix of a track says (ISO/IEC 14496-12, 8.3.2): a, b, c, d.
TURNS = {
    "quarter": (0, 1, -1, 0),
    "half": (-1, 0, 0, -1),
    "three quarters": (0, -1, 1, 0),
    "mirrored": (-1, 0, 0, 1),
    "upside down": (1, 0, 0, -1),
    "mirrored quarter": (0, 1, 1, 0),
    "mirrored three quarters": (0, -1, -1, 0),
}


@pytest.mark.parametrize("turn", TURNS)
def test_turned_and_mirrored_pictures_stand_right(services: Services, tmp_path: Path, turn: str) -> None:
    path = source(tmp_path / "a.mp4", TEST, *X264, "-pix_fmt", "yuv420p")
    media.with_matrix(path, TURNS[turn])
    result = made(services, path)
    assert size_of(result) == ((320, 180) if TURNS[turn][0] else (180, 320))
    by_hand = {
        "quarter": "transpose=clock", "half": "hflip,vflip", "three quarters": "transpose=cclock", "mirrored": "hflip",
        "upside down": "vflip", "mirrored quarter": "transpose=cclock_flip",
        "mirrored three quarters": "transpose=clock_flip",
    }  # fmt: skip
    plain = source(tmp_path / "plain.mp4", TEST, *X264, "-pix_fmt", "yuv420p")
    assert likeness(services, result, plain, by_hand[turn]) > 0.95


@pytest.mark.parametrize(
    ("picture", "more", "size", "filters"),
    [
        (TEST, ("-vf", "setsar=4/3"), (428, 180), "scale=428:180:flags=bicubic"),
        (TEST, ("-vf", "setsar=3/4"), (240, 180), "scale=240:180:flags=bicubic"),
        (TEST.replace("320x180", "321x181"), ("-pix_fmt", "yuv444p"), (320, 180), "scale=320:180:flags=bicubic"),
        (TEST.replace("rate=25", "rate=240"), (), (320, 180), "fps=60:round=near:start_time=0"),
    ],
)
def test_shapes_and_rates_are_those_that_ffmpeg_renders(
    services: Services, tmp_path: Path, picture: str, more: tuple[str, ...], size: tuple[int, int], filters: str
) -> None:
    forms = () if "-pix_fmt" in more else ("-pix_fmt", "yuv420p")
    path = source(tmp_path / "a.mp4", picture, *X264, *forms, *more)
    result = made(services, path)
    assert size_of(result) == size
    if "fps" in filters:
        filters = filters.replace("60", "30")
    assert likeness(services, result, path, filters) > 0.95


def test_combs_are_taken_out_of_interlaced_pictures(services: Services, tmp_path: Path) -> None:
    picture = "testsrc2=size=320x180:rate=50:duration=2,tinterlace=mode=interleave_top,fieldorder=tff"
    path = source(tmp_path / "a.ts", picture, *X264, "-pix_fmt", "yuv420p", "-flags", "+ilme+ildct")
    by_ffmpeg = likeness(services, made(services, path), path, "bwdif=mode=send_frame,scale=320:180")
    assert by_ffmpeg > 0.95
