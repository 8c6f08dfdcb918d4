"""What the headers of the tus protocol (version 1.0.0, tus.io) say, read strictly (pure)."""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Protocol

from medialib.errors import N_, BadRequest

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,checksum,expiration"
BODY_TYPE = "application/offset+octet-stream"
MISMATCH = "460 Checksum Mismatch"

_BAD_HEADER = N_("This upload was not sent as the server understands it (%(header)s). Please load the page again.")
_NOT_OFFERED = N_(
    "The server does not offer that (%(header)s). Please send each file as a single upload, with its length."
)
MOST_METADATA = 4000
_MOST_BYTES = 1 << 53


class _Hash(Protocol):
    def update(self, block: bytes, /) -> Any: ...
    def digest(self) -> bytes: ...


@dataclass
class _Crc32:
    """The digest is four bytes, the highest first."""

    value: int = 0

    def update(self, block: bytes) -> None:
        self.value = zlib.crc32(block, self.value)

    def digest(self) -> bytes:
        return self.value.to_bytes(4, "big")


ALGORITHMS: dict[str, Callable[[], _Hash]] = {
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
    "crc32": _Crc32,
}


@dataclass
class Checksum:
    """What the body must add up to."""

    expected: bytes
    hash: _Hash = field(repr=False)

    def holds(self) -> bool:
        return self.hash.digest() == self.expected


def require_one_whole(headers: Container[str]) -> None:
    """Raises BadRequest for what only extensions have that are not offered: taken for a usual one, each part of a file
    would become a lesson of its own.
    """
    for name in ("Upload-Concat", "Upload-Defer-Length"):
        if name in headers:
            raise BadRequest(_NOT_OFFERED, values={"header": name})


def read_count(name: str, value: str | None) -> int:
    """A whole number from 0 on; raises BadRequest."""
    if value is None or not value.isascii() or not value.isdigit() or int(value) > _MOST_BYTES:
        raise bad_header(name, value)
    return int(value)


def bad_header(name: str, value: str | None) -> BadRequest:
    return BadRequest(_BAD_HEADER, values={"header": name}, detail=repr(value))


def read_metadata(line: str) -> dict[str, str]:
    """`Upload-Metadata`: keys with base64 of UTF-8 behind them, between commas; raises BadRequest.

    What cannot be seen (ends of lines, NUL) becomes a space.
    """
    found: dict[str, str] = {}
    if len(line) > MOST_METADATA:
        raise bad_header("Upload-Metadata", line[:100])
    for pair in filter(None, (part.strip() for part in line.split(","))):
        key, _, value = pair.partition(" ")
        try:
            text = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise bad_header("Upload-Metadata", line) from error
        if key in found or not key.isascii():
            raise bad_header("Upload-Metadata", line)
        found[key] = "".join(one if one.isprintable() else " " for one in text)
    return found


def read_checksum(line: str | None) -> Checksum | None:
    """`Upload-Checksum`: an algorithm and base64; raises BadRequest for one that the server does not know."""
    if line is None:
        return None
    name, _, value = line.partition(" ")
    try:
        expected = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise bad_header("Upload-Checksum", line) from error
    if name not in ALGORITHMS or not expected:
        raise bad_header("Upload-Checksum", line)
    return Checksum(expected, ALGORITHMS[name]())


def http_date(seconds: float) -> str:
    """Unix seconds as `Upload-Expires` wants them."""
    return formatdate(seconds, usegmt=True)
