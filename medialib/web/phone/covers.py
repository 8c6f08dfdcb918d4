"""The drawn cover that a lesson bears until it has a poster of its own (pure)."""

from zlib import crc32

WIDE = (
    "bamboo", "bridge", "chicken", "field", "market", "mat", "meeting",
    "pavilion", "ridge", "river", "shoot", "tea", "village", "workshop",
)  # fmt: skip
SQUARE = ("cover-blossom", "cover-book", "cover-pass", "cover-tower", "cover-voice")


def cover_file(lesson_id: str, kind: str) -> str:
    """The same lesson always bears the same drawing: wide for video, square for audio."""
    drawings = SQUARE if kind == "audio" else WIDE
    return f"covers/{drawings[crc32(lesson_id.encode()) % len(drawings)]}.svg"
