"""The RFC 6381 codecs string of an init segment, read from its bitstream; pure."""

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
    if at >= 0:
        return f"mp4a.40.{_audio_object_type(init[at + 4 :])}"
    raise ToolFailed(N_("This part of the recording could not be converted."), detail="init segment without a codec")


def _audio_object_type(esds: bytes) -> int:
    """The first five bits of the AudioSpecificConfig, which follows its tag and a length of up to four bytes."""
    at = esds.index(_AAC_CONFIG_TAG, esds.index(0x04) + 14) + 1
    while esds[at] & 0x80:
        at += 1
    return esds[at + 1] >> 3
