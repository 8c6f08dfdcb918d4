"""What ffprobe answers, as JSON: its texts are the bytes of the file, in whatever encoding they were written; pure."""

import json
from typing import Any

from medialib.ingest.charsets import decode


def read_answer(told: bytes) -> dict[str, Any]:
    """Raises ValueError for what is no JSON."""
    answer: dict[str, Any] = _readable(json.loads(told.decode("utf-8", "surrogateescape"), strict=False))
    return answer


def _readable(value: Any) -> Any:
    if isinstance(value, dict):
        return {_readable(key): _readable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_readable(one) for one in value]
    if not isinstance(value, str) or value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return decode(value.encode("utf-8", "surrogateescape"))
    return value
