"""The codecs string out of an init segment."""

import struct

import pytest

from medialib.errors import ToolFailed
from medialib.ingest.bitstream import read_codecs


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
