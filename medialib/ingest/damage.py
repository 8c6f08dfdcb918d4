"""How damage is told: to people by a sentence, by ffmpeg in its complaints; pure."""

import re

from medialib.errors import N_

# What is said of data that are broken, not merely cut at a keyframe; twice, since one may be the file's end.
_BROKEN = re.compile(r"Error while decoding stream|Error submitting packet to decoder|error while decoding MB")
# Matroska, Ogg and ASF go on behind what they cannot read, and say so once; of an end that is missing, something else.
_TORN = re.compile(
    r"exceeds containing master|EBML number's first byte .* exceeds max|invalid as first byte of an EBML"
    r"|CRC mismatch!|asf bad header"
)
_BROKEN_LINES = 2
DAMAGED = N_("Parts of this recording are damaged. Where nothing can be shown, the last good picture stays.")
DAMAGED_SOUND = N_("Parts of this recording are damaged. Where nothing can be read, it is silent.")


def tells_of_damage(complaints: str, *, least: int = _BROKEN_LINES) -> bool:
    """Whether ffmpeg, which went on to the end, stumbled over broken data, `least` times or oftener."""
    return bool(_TORN.search(complaints)) or len(_BROKEN.findall(complaints)) >= least
