"""Bytes to text when nobody says how they are written: UTF-8, UTF-16, GB18030, Big5, and what is rarer; pure.

Short Chinese text defeats detectors that count letters, so the two Chinese encodings are told apart here: by how many
of the characters that come out are everyday ones.
"""

import codecs
import os
from dataclasses import dataclass
from itertools import islice

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What else is likely; among all that it knows the detector takes French for Hungarian.
_OTHERS = ["cp1252", "cp1251", "koi8_r", "cp932", "euc_jp", "cp949"]
_JUDGED_CHARACTERS = 5_000
_LOOKED_AT_BYTES = 64 * 1024
# So many of the characters may be broken without the encoding being wrong.
_BROKEN = 0.02
# More than so many of the foreign characters are everyday ones when Chinese text was decoded rightly; nearly any
# bytes are some character of Big5.
_EVERYDAY_IN_GB, _EVERYDAY_IN_BIG5 = 0.6, 0.8


def decode(content: bytes) -> str:
    """The text, whatever it is written in; what cannot be read becomes U+FFFD."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, errors="replace")
    if wide := _wide(content[:_LOOKED_AT_BYTES]):
        return content.decode(wide, errors="replace")
    text = _readable(content, "utf-8")
    if text is not None:
        return text
    chinese = chinese_text(content)
    return chinese if chinese is not None else _detected(content)


def readable_name(name: str) -> str:
    """The name of a file, or its path, as text; names in archives from Windows are seldom UTF-8."""
    content = os.fsencode(name)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return chinese_text(content) or name.encode(errors="replace").decode()


def chinese_text(content: bytes) -> str | None:
    """The text when it is Chinese in GB18030 or Big5; None when neither makes sense of it."""
    best, best_score = None, 0.0
    for encoding, everyday, enough in (
        ("gb18030", _everyday_in_gb, _EVERYDAY_IN_GB),
        ("big5hkscs", _everyday_in_big5, _EVERYDAY_IN_BIG5),
    ):
        text = _readable(content, encoding)
        if text is None:
            continue
        foreign = list(islice((one for one in text if ord(one) > 0x7F), _JUDGED_CHARACTERS))
        score = sum(map(everyday, foreign)) / len(foreign) if foreign else 0.0
        if score > max(best_score, enough):
            best, best_score = text, score
    return best


def _everyday_in_gb(character: str) -> float:
    """1 for the 3,755 first-level characters of GB 2312 and its punctuation, a half for the second level."""
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return float(character in "—…·“”‘’")
    first = 0xA1 <= code[0] <= 0xA3 or 0xB0 <= code[0] <= 0xD7
    return 1.0 if first else 0.5 if code[0] >= 0xD8 else 0.0


def _everyday_in_big5(character: str) -> float:
    """1 for the 5,401 first-level characters of Big5 and its punctuation, a half for the second level."""
    try:
        code = character.encode("big5")
    except UnicodeEncodeError:
        return 0.0
    return 1.0 if 0xA1 <= code[0] <= 0xC6 else 0.5 if code[0] >= 0xC9 else 0.0


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of digits and line ends is nil."""
    pairs = len(content) // 2
    if pairs < 2:
        return None
    high, low = content[0::2].count(0), content[1::2].count(0)
    if low > pairs * 0.2 and low > high * 4:
        return "utf-16-le"
    return "utf-16-be" if high > pairs * 0.2 and high > low * 4 else None


def _readable(content: bytes, encoding: str) -> str | None:
    """The text when (nearly) all of it can be read in this encoding."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode(encoding, errors="replace")
    foreign = sum(ord(one) > 0x7F for one in text)
    return text if text.count("\ufffd") <= foreign * _BROKEN else None


def _detected(content: bytes) -> str:
    found = from_bytes(content[:_LOOKED_AT_BYTES], cp_isolation=_OTHERS).best()
    return content.decode(found.encoding if found else "latin-1", errors="replace")


@dataclass(frozen=True)
class _Bytes:
    """How the bytes of a text that was read as Latin-1 look."""

    content: bytes

    @property
    def foreign(self) -> int:
        return sum(byte >= 0x80 for byte in self.content)

    @property
    def symbols(self) -> int:
        """Controls and signs, which stand in no European word."""
        return sum(0x80 <= byte <= 0xBF or byte in (0xD7, 0xF7) for byte in self.content)

    @property
    def letters(self) -> int:
        return sum(byte < 0x80 and chr(byte).isalpha() for byte in self.content)

    @property
    def longest_run(self) -> int:
        longest = run = 0
        for byte in self.content:
            run = run + 1 if byte >= 0x80 else 0
            longest = max(longest, run)
        return longest


def mend(text: str) -> str:
    """A tag that was written in GBK, Big5 or UTF-8 and read as Latin-1, as it was meant; real Latin-1 stays.

    European words have their accents one by one between plain letters, and no signs: so “Ääremaa” stays.
    """
    try:
        content = text.encode("latin-1")
    except UnicodeEncodeError:
        return text
    looks = _Bytes(content)
    if not looks.foreign:
        return text
    if (unicode := _meant_utf8(content)) is not None:
        return unicode
    if not looks.symbols and looks.longest_run < 4 and looks.foreign <= looks.letters:
        return text
    # ID3v1 cuts after thirty bytes, in the middle of a character.
    for whole in (content, content[:-1]):
        chinese = chinese_text(whole)
        if chinese is not None and "\ufffd" not in chinese:
            return chinese
    return text


def turned(text: str) -> str:
    """A text in UTF-16 that was read in the wrong order of bytes, as it was meant."""
    other = text.encode("utf-16-le", "surrogatepass").decode("utf-16-be", "replace")
    return other if _everyday(other) > 0.5 > _everyday(text) else text


def _everyday(text: str) -> float:
    """How much of it is everyday Chinese, or plain letters."""
    return sum(1.0 if one.isascii() else _everyday_in_gb(one) for one in text) / max(1, len(text))


def _meant_utf8(content: bytes) -> str | None:
    """The text when these bytes were meant as UTF-8.

    Some Chinese words in GBK are UTF-8 by accident, and are Cyrillic, Greek or Arabic then, or accented letters without
    a plain one among them: here they are Chinese.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if any(ord(one) >= 0x800 for one in text):
        return text
    european = all(ord(one) < 0x250 for one in text) and any(one.isascii() and one.isalpha() for one in text)
    return text if european or chinese_text(content) is None else None
