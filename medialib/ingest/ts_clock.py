"""MPEG-TS segments told at another time: their clocks are moved, nothing else; pure (ISO/IEC 13818-1).

A lesson's own segments say 10 seconds at its 0. In a joined stream each lesson goes on where the one before ended:
libavformat's players (mpv, Kodi) follow the clock through the joins.
"""

from medialib.catalogue.plans import TS_CLOCK_SECONDS

TICKS_PER_SECOND = 90_000
_ZERO = TS_CLOCK_SECONDS * TICKS_PER_SECOND
_WRAP = 1 << 33
_PACKET = 188
# Pictures are decoded before they are shown; what a lesson decodes before its 0 is pressed together by this factor, so
# that it comes behind the last picture of the lesson before, whatever the rates of the two are.
_PRESSED = 8


def moved(segment: bytes, ticks: int) -> bytes:
    """The segment `ticks` later: PCR (2.4.3.5) of every packet, PTS and DTS (2.4.3.7) of every PES packet."""
    content = bytearray(segment)
    for at in range(0, len(content) - _PACKET + 1, _PACKET):
        flags = content[at + 3]
        begin = at + 4
        if flags & 0x20:  # an adaptation field
            if content[begin] and content[begin + 1] & 0x10:
                _move_pcr(content, begin + 2, ticks)
            begin += 1 + content[begin]
        starts = content[at + 1] & 0x40 and flags & 0x10
        if starts and begin + 19 <= at + _PACKET and content[begin : begin + 3] == b"\0\0\1":
            _move_times(content, begin, ticks)
    return bytes(content)


def _later(time: int, ticks: int) -> int:
    early = _ZERO - time
    return (ticks + (time if early <= 0 else _ZERO - early // _PRESSED)) % _WRAP


def _move_pcr(content: bytearray, at: int, ticks: int) -> None:
    """33 bits of base, 6 reserved, 9 of extension."""
    clock = int.from_bytes(content[at : at + 6], "big")
    base, rest = clock >> 15, clock & 0x7FFF
    content[at : at + 6] = (_later(base, ticks) << 15 | rest).to_bytes(6, "big")


def _move_times(content: bytearray, at: int, ticks: int) -> None:
    if content[at + 3] & 0xF0 not in (0xC0, 0xD0, 0xE0):  # neither sound nor pictures
        return
    told = content[at + 7] >> 6
    for place in range(bool(told & 2) + (told == 3)):
        _move_time(content, at + 9 + 5 * place, ticks)


def _move_time(content: bytearray, at: int, ticks: int) -> None:
    """Four bits of mark, then 3, 15 and 15 bits of time, each with a marker bit behind it."""
    a, b, c, d, e = content[at : at + 5]
    time = (a >> 1 & 7) << 30 | b << 22 | (c >> 1) << 15 | d << 7 | e >> 1
    new = _later(time, ticks)
    high, middle, low = new >> 30, new >> 15 & 0x7FFF, new & 0x7FFF
    content[at] = a & 0xF1 | high << 1
    content[at + 1 : at + 3] = (middle << 1 | 1).to_bytes(2, "big")
    content[at + 3 : at + 5] = (low << 1 | 1).to_bytes(2, "big")
