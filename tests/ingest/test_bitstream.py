"""The codecs string out of an init segment, the places and sizes of samples out of a segment."""

import io
import struct

import pytest

from medialib.errors import ToolFailed
from medialib.ingest.bitstream import Samples, read_codecs, read_samples


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def esds(audio_config: bytes, length_bytes: int) -> bytes:
    """An elementary stream descriptor; lengths may take one byte or four."""

    def tagged(tag: int, content: bytes) -> bytes:
        size = len(content)
        return bytes([tag]) + b"\x80" * (length_bytes - 1) + bytes([size]) + content

    decoder = tagged(4, b"\x40\x15" + b"\0" * 11 + tagged(5, audio_config))
    return box(b"esds", b"\0" * 4 + tagged(3, b"\0\1\0" + decoder))


@pytest.mark.parametrize(
    ("init", "codecs"),
    [
        (box(b"avcC", b"\x01\x64\x00\x1f\xff\xe1\x00\x19"), "avc1.64001F"),
        (box(b"moov", box(b"avcC", b"\x01\x42\xc0\x0d\xff\xe1")), "avc1.42C00D"),
        (box(b"stsd", esds(b"\x11\x90", 1)), "mp4a.40.2"),
        (box(b"stsd", esds(b"\x11\x90\x56\xe5\x00", 4)), "mp4a.40.2"),
        (box(b"stsd", esds(b"\x2b\x92\x08\x00", 4)), "mp4a.40.5"),
    ],
)
def test_the_codecs_are_read_from_the_bitstream(init: bytes, codecs: str) -> None:
    assert read_codecs(init) == codecs


@pytest.mark.parametrize("init", [b"", box(b"moov", b""), b"avcC", box(b"esds", b""), box(b"esds", b"\0" * 40)])
def test_an_init_segment_without_a_codec_is_a_failure(init: bytes) -> None:
    with pytest.raises(ToolFailed):
        read_codecs(init)


def fragment(tfhd: bytes, trun: bytes, samples: bytes) -> bytes:
    traf = box(b"traf", box(b"tfhd", tfhd) + box(b"tfdt", b"\0" * 8) + box(b"trun", trun))
    return box(b"moof", box(b"mfhd", b"\0" * 8) + traf) + box(b"mdat", samples)


def trun(flags: int, *words: int) -> bytes:
    return struct.pack(f">{1 + len(words)}I", flags, *words)


PLAIN_HEAD = struct.pack(">2I", 0x020000, 1)


@pytest.mark.parametrize(
    ("segment", "found"),
    [
        # Sizes alone; with a place for the first; with flags of the first, durations, flags and composition times.
        (fragment(PLAIN_HEAD, trun(0x200, 2, 5, 7), b"x" * 12), Samples(first=(0, 5), sizes=(5, 7))),
        (fragment(PLAIN_HEAD, trun(0x201, 2, 96, 5, 7), b"x" * 12), Samples(first=(0, 101), sizes=(5, 7))),
        (fragment(PLAIN_HEAD, trun(0xF05, 1, 96, 9, 1, 5, 2, 3), b"x" * 5), Samples(first=(0, 101), sizes=(5,))),
        # One size for all, behind the other defaults.
        (
            fragment(struct.pack(">5I", 0x02001A, 1, 1, 512, 33), trun(0x1, 3, 96), b"x" * 99),
            Samples(first=(0, 129), sizes=(33, 33, 33)),
        ),
        # Boxes before it, and a second fragment behind it.
        (
            box(b"styp", b"msdh")
            + fragment(PLAIN_HEAD, trun(0x201, 1, 92, 5), b"x" * 5)
            + fragment(PLAIN_HEAD, trun(0x201, 1, 92, 8), b"x" * 8),
            Samples(first=(12, 97), sizes=(5, 8)),
        ),
    ],
)
def test_the_samples_of_a_segment_are_found(segment: bytes, found: Samples) -> None:
    assert read_samples(io.BytesIO(segment)) == found


@pytest.mark.parametrize(
    "segment", [b"", b"\0\0\0\x01moof", box(b"mdat", b"x"), box(b"moof", b""), b"\0\0\xff\xffmoof"]
)
def test_a_segment_without_samples_is_a_failure(segment: bytes) -> None:
    with pytest.raises(ToolFailed):
        read_samples(io.BytesIO(segment))
