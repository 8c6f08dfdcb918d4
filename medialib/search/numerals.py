"""Numbers in digits and in Chinese characters (pure): 1934 and 一九三四, 800 and 八百."""

import re
from itertools import groupby

_DIGITS = "零一二三四五六七八九"
_VALUES = {**{han: value for value, han in enumerate(_DIGITS)}, "〇": 0, "两": 2}
_RANKS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = "万亿"
_twos = re.compile("^二$|二(?=[百千])")
_LARGEST = 9_999
"""Longer numbers are said with 万, and people write those half in digits."""


def spelled(number: str) -> list[str]:
    """A number in digits as it is read out: digit by digit (years also with 〇), and as a quantity (also with 两)."""
    if not number.isdecimal() or len(number) > len(str(_LARGEST)):
        return []
    each = "".join(_DIGITS[int(digit)] for digit in number)
    many = _quantity(int(number))
    return [*dict.fromkeys((each, each.replace("零", "〇"), many, _twos.sub("两", many)))]


def digits(han: str) -> str:
    """The number that Chinese characters say, in digits, also with what is counted behind it; "" when they say none.

    Those with 万 are left.
    """
    if len(han) > 2 and not _counts(han[-1]) and han[-1] not in _MYRIADS:
        han = han[:-1]
    if not han or not all(map(_counts, han)):
        return ""
    if not any(one in _RANKS for one in han):
        return "".join(str(_VALUES[one]) for one in han)
    total, before = 0, None
    for one in han:
        if one in _VALUES:
            before = _VALUES[one]
        else:
            total += (1 if before is None else before) * _RANKS[one]
            before = None
    return str(total + (before or 0))


def _counts(character: str) -> bool:
    return character in _VALUES or character in _RANKS


def _quantity(number: int) -> str:
    ranked = zip(f"{number:04}", ("千", "百", "十", ""), strict=True)
    said = [_DIGITS[int(digit)] + rank if digit != "0" else "零" for digit, rank in ranked]
    once = "".join("零" if zero else "".join(some) for zero, some in groupby(said, lambda one: one == "零"))
    return once.strip("零").removeprefix("一" if 10 <= number < 20 else "") or "零"
