"""Pictures that came from outside are read within bounds, fitted, and never enlarged."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from medialib.catalogue.posters import Candidate, Posters, widths_of
from medialib.errors import UnusableMedia
from medialib.ingest import pictures


def saved(picture: Image.Image, form: str, **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file


def opened(file: io.BytesIO) -> Image.Image:
    return pictures.open_picture(file, megapixels=40)


def png_that_claims(width: int, height: int) -> io.BytesIO:
    """A PNG of some bytes that says how large it would be (PNG 1.2, 11.2.2: IHDR)."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b""))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_the_usual_formats_are_read(form: str) -> None:
    picture = opened(saved(Image.new("RGB", (300, 200), "#B7321C"), form))
    assert (picture.size, picture.mode) == ((300, 200), "RGB")
    red, green, blue = picture.getpixel((150, 100))  # type: ignore[misc]
    assert abs(red - 0xB7) < 8 and abs(green - 0x32) < 8 and abs(blue - 0x1C) < 8


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "RGBA", "LA", "I;16", "F"])
def test_every_kind_of_colour_becomes_rgb(mode: str) -> None:
    form = {"CMYK": "JPEG", "F": "TIFF"}.get(mode, "PNG")
    file = saved(Image.new(mode, (200, 200)), form)
    if form == "TIFF":
        with pytest.raises(UnusableMedia):
            opened(file)
    else:
        assert opened(file).mode == "RGB"


def test_what_shines_through_is_paper() -> None:
    assert opened(saved(Image.new("RGBA", (200, 200), (0, 0, 0, 0)), "PNG")).getpixel((5, 5)) == (0xFA, 0xF7, 0xF2)


def test_a_picture_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(saved(Image.new("RGB", (300, 200)), "JPEG", exif=exif.tobytes())).size == (200, 300)


def test_a_large_picture_is_made_smaller() -> None:
    assert opened(saved(Image.new("RGB", (3000, 2000)), "JPEG")).size == (1280, 853)
    assert opened(saved(Image.new("RGB", (200, 4000)), "PNG")).size == (64, 1280)


@pytest.mark.parametrize(
    "file",
    [
        io.BytesIO(b""), io.BytesIO(b"\xff\xd8\xff\xe0 not a JPEG"), io.BytesIO(b"<svg xmlns='x'/>"),
        io.BytesIO(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"), io.BytesIO(b"GIF89a" + b"\xff" * 40),
        png_that_claims(40_000, 40_000), png_that_claims(7_000, 7_000), png_that_claims(0, 0),
        io.BytesIO(b"RIFF\x00\x00\x00\x00WEBPVP8 \xff\xff\xff\xff"), io.BytesIO(b"BM" + b"\xff" * 60),
    ],
    ids=["empty", "jpeg", "svg", "ps", "gif", "bomb", "large", "nothing", "webp", "bmp"],
)  # fmt: skip
def test_what_is_no_picture_or_too_large_is_refused(file: io.BytesIO) -> None:
    with pytest.raises(UnusableMedia) as failure:
        opened(file)
    assert failure.value.detail


def test_a_picture_that_is_cut_off_is_refused() -> None:
    whole = saved(Image.effect_noise((400, 400), 80), "JPEG").getvalue()
    with pytest.raises(UnusableMedia):
        opened(io.BytesIO(whole[: len(whole) // 2]))


def test_more_bytes_than_a_picture_may_have_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "cover"
    with place.open("wb") as file:
        file.write(saved(Image.new("RGB", (300, 300)), "JPEG").getvalue())
        file.truncate(2_000_000_000)  # sparse: it takes no room
    with place.open("rb") as file, pytest.raises(UnusableMedia, match="cannot be used"):
        pictures.open_picture(file, megapixels=40)


@pytest.mark.parametrize(
    ("size", "side"), [((600, 600), 600), ((640, 480), 480), ((480, 640), 480), ((900, 300), 900), ((120, 700), 700)]
)
def test_a_cover_becomes_a_square(size: tuple[int, int], side: int) -> None:
    assert pictures.squared(Image.new("RGB", size, "#2F6B4F")).size == (side, side)


def test_a_long_cover_is_whole_within_its_square() -> None:
    square = pictures.squared(Image.new("RGB", (900, 300), "#EAD9B0"))
    assert square.getpixel((450, 450)) == square.getpixel((4, 310)) == (0xEA, 0xD9, 0xB0)
    assert square.getpixel((450, 10)) != (0xEA, 0xD9, 0xB0)


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (1280, (320, 640, 1280)), (2000, (320, 640, 1280)), (854, (320, 640, 854)), (640, (320, 640)),
        (660, (320, 640)), (426, (320, 426)), (320, (320,)), (160, (160,)), (2, (2,)),
    ],
)  # fmt: skip
def test_a_picture_is_kept_in_the_usual_widths_and_never_enlarged(width: int, widths: tuple[int, ...]) -> None:
    assert widths_of(width) == widths


def test_every_width_is_there_as_webp_and_as_jpeg(tmp_path: Path) -> None:
    widths = pictures.keep(Image.effect_noise((854, 480), 60).convert("RGB"), tmp_path / "0")
    for width in widths:
        for ending, form in (("jpg", "JPEG"), ("webp", "WEBP")):
            with Image.open(tmp_path / "0" / f"{width}.{ending}") as picture:
                assert (picture.size, picture.format) == ((width, round(width * 480 / 854)), form)


def test_the_list_of_pictures_is_read_as_it_was_written() -> None:
    one = Candidate(origin="frame", width=640, height=360, widths=(320, 640), at_seconds=3.3)
    posters = Posters(candidates=(one, Candidate(origin="drawn", width=1280, height=1280, widths=(320, 640, 1280))))
    assert Posters.from_json(posters.to_json()) == posters
    assert [posters.chosen(choice) for choice in (0, 1, 2, -1)] == [0, 1, 0, 0]
    assert [one.nearest(width) for width in (1280, 640, 400, 100)] == [640, 640, 320, 320]
