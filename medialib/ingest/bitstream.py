"""What init segments and segments say of themselves: codecs strings, numbers of samples; pure."""

from collections.abc import Iterator

from medialib.errors import N_, ToolFailed

_AAC_CONFIG_TAG = 0x05


def read_codecs(init: bytes) -> str:
    """avc1.PPCCLL from the avcC box (ISO/IEC 14496-15, 5.3.3.1) or mp4a.40.N from esds (14496-3, 1.6.2.1).

    Raises ToolFailed when the init segment describes neither.
    """
    at = init.find(b"avcC")
    if at >= 0 and len(init) > at + 8:
        return f"avc1.{init[at + 5 : at + 8].hex().upper()}"
    at = init.find(b"esds")
    if at >= 0 and (kind := _audio_object_type(init[at + 4 :])):
        return f"mp4a.40.{kind}"
    raise ToolFailed(N_("This part of the recording could not be converted."), detail="init segment without a codec")


def _audio_object_type(esds: bytes) -> int | None:
    """The first five bits of the AudioSpecificConfig, which follows its tag and a length of up to four bytes."""
    decoder = esds.find(0x04)
    at = esds.find(_AAC_CONFIG_TAG, decoder + 14) + 1
    if decoder < 0 or at == 0:
        return None
    while at < len(esds) and esds[at] & 0x80:
        at += 1
    return esds[at + 1] >> 3 if at + 1 < len(esds) else None


def count_samples(segment: bytes) -> int:
    """The samples that the fragments of a segment hold: sample_count of every trun (ISO/IEC 14496-12, 8.8.8)."""
    found = 0
    for kind, moof in _boxes(segment):
        if kind == b"moof":
            tracks = (traf for name, traf in _boxes(moof) if name == b"traf")
            runs = (trun for traf in tracks for name, trun in _boxes(traf) if name == b"trun")
            found += sum(int.from_bytes(trun[4:8], "big") for trun in runs)
    return found


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes side by side in `content`, by type; ends at the first that is cut off."""
    at = 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if size < 8 or at + size > len(content):
            return
        yield content[at + 4 : at + 8], content[at + 8 : at + size]
        at += size
