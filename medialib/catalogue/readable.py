"""Text that somebody typed or pasted, as it is kept (pure)."""

import unicodedata

_DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Unseen, and what stands behind them on a page is read backwards."""
_ENDS = {"\n", "\t"}


def readable(value: str, *, lines: bool = False) -> str:
    """Without space around it, with a space for each control character; `lines` may be several, ending in \\n.

    What joins the parts of a letter or of a drawn sign stays.
    """
    text = value.replace("\r\n", "\n").translate(_DIRECTIONS)
    kept = _ENDS if lines else ()
    odd = {one for one in text if unicodedata.category(one) in ("Cc", "Cs")}.difference(kept)
    return "".join(" " if one in odd else one for one in text).strip()
